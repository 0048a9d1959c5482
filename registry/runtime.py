"""The owner of transactions: engine switches, the only commit, the only clock."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from registry.domain.permissions import SYSTEM, Actor
from registry.models import Base
from registry.refusals.acts import ConcurrentChange, StoreUnavailable, ValueRefused
from registry.settings import Settings
from registry.signing import Keys
from registry.unit_of_work import UnitOfWork

T = TypeVar("T")
log = logging.getLogger(__name__)
_CONTENTION = ("40001", "40P01")
"""PostgreSQL's codes for a serialisation failure and a deadlock: the same act may succeed when run again."""

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})


def clock() -> dt.datetime:
    """The instant, aware, in UTC; the only place where the project reads the time."""
    return dt.datetime.now(dt.UTC)


def keys() -> Keys:
    """The keys of the running node, read again once a rotation has replaced them."""
    held: Keys = current_app.extensions["registry_keys"]
    fresh = held.fresh()
    if fresh is not held:
        current_app.extensions["registry_keys"] = fresh
    return fresh


def settings() -> Settings:
    """The settings of the running node."""
    return current_app.extensions["registry_settings"]  # type: ignore[no-any-return]


@contextmanager
def begin(actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
    """Open the transaction of one act; commit when the block ends, roll back when it raises."""
    session: Session = db.session()
    try:
        with _told():
            # SQLite takes the writer lock at once, so that an act never fails half-way with a lock upgrade.
            session.connection(execution_options={"writes": True})
            yield UnitOfWork(session, actor, clock(), keys(), settings())
            session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        db.session.remove()


def perform(
    actor: Actor,
    act: Callable[[UnitOfWork], T],
    failed: Callable[[UnitOfWork, Exception], None] | None = None,
) -> T:
    """Run an act in its transaction; when it met another on one row, once more, so that its own questions say
    what happened; then refuse ``ConcurrentChange``. ``failed`` records in a transaction of its own that the act
    broke off, where the store still lets it."""
    try:
        return _perform(actor, act)
    except Exception as error:
        if failed is not None:
            _record(actor, failed, error)
        raise


def _record(actor: Actor, failed: Callable[[UnitOfWork, Exception], None], error: Exception) -> None:
    try:
        with begin(actor) as work:
            failed(work, error)
    except Exception as second:
        log.error("a failure could not be recorded: %s", type(second).__name__)


def _perform(actor: Actor, act: Callable[[UnitOfWork], T]) -> T:
    for _ in range(2):
        try:
            with begin(actor) as work:
                return act(work)
        except (IntegrityError, ConcurrentChange):
            continue
    raise ConcurrentChange()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for questions; it can change nothing: PostgreSQL lets it only read, on SQLite it is rolled back."""
    session: Session = db.session()
    try:
        with _told():
            connection = session.connection(execution_options={"postgresql_readonly": True})
            yield session
            if connection.dialect.name == "postgresql":
                # Its driver forgets at every rollback the statements that it has prepared.
                session.expunge_all()
                session.commit()
    finally:
        db.session.remove()


@contextmanager
def _told() -> Iterator[None]:
    """Turn a store that cannot be used (lost, damaged, not migrated) into a refusal, without the driver's text."""
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
    """Bind the extension to the chosen store with the switches durability needs."""
    app.config["SQLALCHEMY_DATABASE_URI"] = chosen.url
    if chosen.url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": chosen.web_threads + 2, "pool_pre_ping": True}
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _switch_sqlite(db.engine)


def _switch_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
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

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
