"""What the doctor looks at: the settings, the store as far as it can be read, and the instant."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry.errors import Refusal
from registry.keys.signing import Keys
from registry.maintenance import schema, store_copy
from registry.settings import Settings
from registry.unit_of_work import day_of

CONNECT_SECONDS = 10
T = TypeVar("T")


@dataclass(frozen=True)
class Installation:
    """A node's settings, its store and keys (None when they cannot be used), and what kept them from use."""

    settings: Settings
    now: dt.datetime
    session_or_none: Session | None = None
    keys_or_none: Keys | None = None
    revision: str | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The session; only checks that need the store ask for it."""
        assert self.session_or_none is not None
        return self.session_or_none

    @property
    def keys(self) -> Keys:
        """The keys; only checks that need them ask for them."""
        assert self.keys_or_none is not None
        return self.keys_or_none

    @property
    def today(self) -> dt.date:
        """The legal day."""
        return day_of(self.now)

    @property
    def is_postgresql(self) -> bool:
        """Whether the store is PostgreSQL."""
        return store_copy.kind_of(self.settings.url) == store_copy.POSTGRESQL

    @property
    def is_current(self) -> bool:
        """Whether the schema is that of this release, so that its tables can be read."""
        return self.session_or_none is not None and self.revision == schema.newest_revision()

    def ask(self, statement: str) -> object:
        """The one value of a statement in the store's own words."""
        return self.session.execute(text(statement)).scalar_one()

    def attempt(self, statement: str) -> str | None:
        """Execute a statement and take it back; what kind of error it met, None when it succeeds."""
        try:
            self.session.execute(text(statement))
        except SQLAlchemyError as error:
            return type(getattr(error, "orig", None) or error).__name__
        finally:
            self.session.rollback()
        return None


@contextmanager
def examine(settings: Settings, now: dt.datetime) -> Iterator[Installation]:
    """Open an installation without making or changing anything: neither keys nor a database."""
    faults: dict[str, str] = {}
    keys = _try(faults, "keys", lambda: _load_keys(settings))
    url = make_url(settings.url)
    if url.get_backend_name() == store_copy.SQLITE and not Path(str(url.database)).is_file():
        yield Installation(settings, now, keys_or_none=keys, faults={**faults, "store": str(url.database)})
        return
    timeout = {"timeout": CONNECT_SECONDS}
    if url.get_backend_name() == store_copy.POSTGRESQL:
        timeout = {"connect_timeout": CONNECT_SECONDS}
    engine = create_engine(url, connect_args=timeout)
    try:
        with Session(engine) as session:
            revision = _try(faults, "store", lambda: schema.current_revision(session))
            session.rollback()
            readable = None if "store" in faults else session
            yield Installation(settings, now, readable, keys, revision, faults)
    finally:
        engine.dispose()


def _load_keys(settings: Settings) -> Keys:
    return Keys.load(settings.keys_path, settings.key_protection)


def _try(faults: dict[str, str], name: str, question: Callable[[], T]) -> T | None:
    try:
        return question()
    except Refusal as refusal:
        faults[name] = refusal.detail or refusal.code
    except (SQLAlchemyError, OSError) as error:
        faults[name] = type(getattr(error, "orig", None) or error).__name__
    return None
