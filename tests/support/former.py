"""A node as the release before left it (``tests/contract/former/README.md``): its kept files and its database."""

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import runtime
from registry.app import create_app
from registry.models import CaseStep, Publication
from registry.queries import integrity
from registry.settings import Settings

FORMER = Path(__file__).parents[1] / "contract" / "former"
UPGRADED = dt.datetime(2026, 11, 17, 4, tzinfo=dt.UTC)
"""The noon at which the node is brought up to date: the day after its last act."""
LAST_DAY = "2026-11-16"


def raw(name: str) -> bytes:
    """The bytes of a kept file."""
    return (FORMER / name).read_bytes()


def kept(name: str) -> Any:
    """A kept file as data."""
    return json.loads(raw(name))


RECORDS, FILINGS, SHOWN = kept("records.json"), kept("filings.json"), kept("shown.json")
STANDING = sorted(record for record, shown in SHOWN.items() if shown["state"] == "published")
GONE = sorted(record for record, shown in SHOWN.items() if shown["state"] == "withdrawn")
NAMES = {record: name for name, record in RECORDS.items()}


def load(path: str | Path, *changes: str) -> None:
    """Write the former database to a file, changed by statements."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("\n".join([raw("former.sql").decode(), *changes]))


def furnish(home: Path, *changes: str) -> None:
    """Make the home of the former node, as it was left."""
    shutil.copytree(FORMER / "keys", home / "keys")
    load(home / "registry.db", *changes)


@contextmanager
def running(home: Path) -> Iterator[Flask]:
    """The node of a home, its context open."""
    app = create_app(Settings(home=str(home), node="city"))
    with app.app_context():
        try:
            yield app
        finally:
            runtime.db.session.remove()
            runtime.db.engine.dispose()


def platform_key() -> str:
    """The public key of the platform as the former node knew it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(raw("former.sql").decode())
        found = connection.execute("SELECT public_key FROM peers WHERE code = 'platform'").fetchone()
    return str(found[0])


def findings() -> list[str]:
    """What contradicts itself in the store."""
    with runtime.reading() as session:
        return list(integrity.findings(session, runtime.keys(), "city", lambda _: None))


def steps_of(session: Session, record: str) -> list[CaseStep]:
    """The steps of a record, in order."""
    return list(session.scalars(select(CaseStep).where(CaseStep.record == record).order_by(CaseStep.position)))


def newest(record: str) -> Publication:
    """The newest version of a record."""
    with runtime.reading() as session:
        question = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
        return session.scalars(question).one()
