"""Transactions, sessions, clock, keys and settings of the running node; the only commit and the only clock."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from flask import Flask, current_app, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as ApplicationSession
from sqlalchemy import Connection, Engine, Row, Select, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from registry import head_record, pool_check
from registry.domain.permissions import SYSTEM, Actor
from registry.head_record import HeadRecord, HeadRecordDamaged
from registry.keys.signing import Keys
from registry.models import Base
from registry.queries.publication import ledger_state, log_identity
from registry.refusals.acts import ConcurrentChange, StoreUnavailable, ValueRefused
from registry.replica import HEAD, Replica, ReplicaLost
from registry.services.node import row_changes
from registry.services.node.row_changes import RowChanges
from registry.services.node.row_commitments import commit_rows
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork

T = TypeVar("T")
log = logging.getLogger(__name__)
_CONTENTION = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: the same act may succeed when run again."""


class _ActSession(ApplicationSession):
    """A session that tells the changes of its act when it flushes."""

    def flush(self, objects: Any = None) -> None:
        changes: RowChanges | None = self.info.get(row_changes.OPTION)
        if changes is None:
            super().flush(objects)
        else:
            with changes.flushing():
                super().flush(objects)


row_changes.follow_sessions(_ActSession)
db = SQLAlchemy(
    model_class=Base, session_options={"class_": _ActSession, "expire_on_commit": False, "autoflush": False}
)


def engine() -> Engine:
    """The engine of the running node's store."""
    return db.engine


def open_session() -> Session:
    """The session of the current application context, opened on first use."""
    session: Session = db.session()
    return session


def close_session() -> None:
    """Close the session of the current application context; what was not committed is rolled back."""
    db.session.remove()


def clock() -> dt.datetime:
    """The instant, aware, in UTC; the only place where the project reads the time."""
    return dt.datetime.now(dt.UTC)


def keys() -> Keys:
    """The keys of the running node, read again once a rotation has replaced them."""
    current: Keys = current_app.extensions["registry_keys"]
    fresh = current.fresh()
    if fresh is not current:
        current_app.extensions["registry_keys"] = fresh
    return fresh


def settings() -> Settings:
    """The settings of the running node."""
    return current_app.extensions["registry_settings"]  # type: ignore[no-any-return]


@contextmanager
def begin(actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
    """Open the transaction of one act; commit when the block ends, with a commitment to the rows that it wrote, roll
    back when it raises."""
    session = open_session()
    try:
        with _refuse_store_errors():
            current_keys = keys()
            changes = session.info[row_changes.OPTION] = RowChanges(current_keys.vault)
            # SQLite takes the writer lock at once, so that an act never fails half-way with a lock upgrade.
            session.connection(execution_options={"writes": True, row_changes.OPTION: changes})
            work = UnitOfWork(session, actor, clock(), current_keys, settings())
            yield work
            commit_rows(work, changes)
            head = _changed_head(session)
            session.commit()
            if head is not None:
                _record_head(head, is_new_log=bool(session.info.pop(ledger_state.RENEWED, False)))
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(row_changes.OPTION, None)
        close_session()


def _changed_head(session: Session) -> HeadRecord | None:
    """The head of the ledger, read before the commit that changes it; None when this transaction does not."""
    if not session.info.pop(ledger_state.GREW, False):
        return None
    session.flush()
    return log_identity.head(session, settings().node)


def _record_head(head: HeadRecord, *, is_new_log: bool) -> None:
    try:
        head_record.keep(settings().home, head, is_new_log=is_new_log)
    except (OSError, HeadRecordDamaged) as error:  # what is committed stands; the worker records it again
        log.error("the head of the ledger could not be recorded: %s", type(error).__name__)


def perform(
    actor: Actor,
    act: Callable[[UnitOfWork], T],
    failed: Callable[[UnitOfWork, Exception], None] | None = None,
) -> T:
    """Run an act in its transaction and commit. On a conflict with a concurrent act it runs once more, so that it reads
    what the other wrote; after a second conflict refuses ``ConcurrentChange``. ``failed`` records in a transaction of
    its own that the act broke off, where the store still lets it."""
    try:
        return _perform_with_retry(actor, act)
    except Exception as error:
        if failed is not None:
            _record_failure(actor, failed, error)
        raise


def _record_failure(actor: Actor, failed: Callable[[UnitOfWork, Exception], None], error: Exception) -> None:
    try:
        with begin(actor) as work:
            failed(work, error)
    except Exception as second:
        log.error("a failure could not be recorded: %s", type(second).__name__)


def _perform_with_retry(actor: Actor, act: Callable[[UnitOfWork], T]) -> T:
    for _ in range(2):
        try:
            with begin(actor) as work:
                return act(work)
        except (IntegrityError, ConcurrentChange):
            continue
    raise ConcurrentChange()


@dataclass(frozen=True)
class ReplicaUse:
    """That a request may read on the replica once that has ``position``, what its caller wrote; ``fresh``: once it has
    all that the primary has now."""

    position: int
    fresh: bool


@contextmanager
def reading(*, on_primary: bool = False, one_state: bool = False) -> Iterator[Session]:
    """Open a read-only session: PostgreSQL lets it only read, on SQLite it is rolled back.

    Where the door allowed it, and the replica has what it must, the session is on the replica; a replica lost
    meanwhile raises ``ReplicaLost``, and the door asks again. ``one_state``, on the primary: all its statements see
    the store as the first one does, as they always do on SQLite.
    """
    use: ReplicaUse | None = None if on_primary or one_state else g.get("replica_allowed")
    replica: Replica | None = current_app.extensions.get("registry_replica")
    connection = replica.connect(use.position, fresh=use.fresh) if replica and use else None
    if replica is None or connection is None:
        with _reading_primary(one_state) as session:
            yield session
        return
    try:
        with connection, Session(connection, expire_on_commit=False, autoflush=False) as session:
            yield session
    except DataError:
        raise ValueRefused() from None
    except DBAPIError as error:
        replica.leave(error)
        raise ReplicaLost() from None


def leave_replica() -> None:
    """Let the rest of the present request read on the primary."""
    g.replica_allowed = None


def has_replica() -> bool:
    """Whether the running node has a replica to read from."""
    return "registry_replica" in current_app.extensions


def primary_position() -> int | None:
    """The primary's position in its log, None when it does not answer."""
    try:
        return _ask_position(engine())
    except DBAPIError:
        return None


def _ask_position(primary: Engine) -> int:
    with primary.connect() as connection:
        return int(connection.execute(HEAD).scalar_one())


@contextmanager
def _reading_primary(one_state: bool) -> Iterator[Session]:
    session = open_session()
    try:
        with _refuse_store_errors():
            options: dict[str, Any] = {"postgresql_readonly": True}
            if one_state and engine().dialect.name == "postgresql":
                options["isolation_level"] = "REPEATABLE READ"
            connection = session.connection(execution_options=options)
            yield session
            if connection.dialect.name == "postgresql":
                # Its driver forgets at every rollback the statements that it has prepared.
                session.expunge_all()
                session.commit()
    finally:
        close_session()


@contextmanager
def connecting() -> Iterator[Connection]:
    """Open a connection beside the session, for one value that belongs to no act."""
    with _refuse_store_errors(), engine().connect() as connection:
        yield connection


def read_row(statement: Select[Any]) -> Row[Any]:
    """The one row of one statement on the primary, outside of any transaction, so that it is one message there and
    back: for what is asked before every answer."""
    with _refuse_store_errors(), engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        return connection.execute(statement).one()


@contextmanager
def _refuse_store_errors() -> Iterator[None]:
    """Translate errors of a store that cannot be used (lost, damaged, not migrated) into refusals, without the driver's
    text."""
    try:
        yield
    except IntegrityError:
        raise
    except DataError:
        raise ValueRefused() from None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _CONTENTION:
            raise ConcurrentChange() from None
        log.error("the store failed: %s", type(error.orig).__name__)
        raise StoreUnavailable() from error


def init_app(app: Flask, chosen: Settings) -> None:
    """Bind the application to its store, with the pragmas and pool options that durability needs."""
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.url
    if chosen.url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": chosen.web_threads + 2}
    db.init_app(app)
    with app.app_context():
        row_changes.follow_statements(engine())
        if engine().dialect.name == "sqlite":
            _set_pragmas(engine())
        else:
            pool_check.watch(engine())
        if chosen.read_url and engine().dialect.name == "postgresql":
            ask = partial(_ask_position, engine())
            app.extensions["registry_replica"] = Replica(chosen.replica_url, chosen.web_threads + 2, ask)


def _set_pragmas(sqlite: Engine) -> None:
    @event.listens_for(sqlite, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        # Mapped, because a search for a name reads a thousand rows that lie far apart.
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=30000",
            "mmap_size=1073741824",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(sqlite, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
