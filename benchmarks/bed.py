"""A benchmark node on a fresh store with everybody at work, filled only through the acts that a real node runs."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from registry import garbage, runtime
from registry.app import create_app
from registry.commands.node import prepare
from registry.domain.permissions import SYSTEM, Actor
from registry.queries.cases import penalties
from registry.services.cases import penalty_import, penalty_verification
from registry.services.publication import ledger
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from tests.support.people import Person, hire
from tools.synthetic import penalty_rows, write_xlsx

CENTRE = "centre"
UNTIL = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Bed:
    """A running node: its application (context open) and its people by name."""

    app: Flask
    settings: Settings
    staff: dict[str, Person]

    @property
    def people(self) -> dict[str, Actor]:
        """The people as the acts see them."""
        return {name: person.actor for name, person in self.staff.items()}

    @property
    def headers(self) -> dict[str, str]:
        """The request headers of the trading centre."""
        return self.staff[CENTRE].headers


@contextmanager
def make(url: str, folder: Path, node: str = "bench") -> Iterator[Bed]:
    """Migrate the store at ``url`` and create its people; yields the running node."""
    settings = Settings(home=str(folder), database_url=url, node=node, web_workers=1)
    garbage.begin_loading()  # as a web process does
    app = create_app(settings)
    garbage.end_loading()
    with app.app_context():
        prepare()
        try:
            yield Bed(app, settings, hire())
        finally:
            runtime.db.session.remove()
            runtime.db.engine.dispose()


def workbook(folder: Path, rows: int, seed: int) -> Path:
    """Write an XLSX file of good rows; returns its path."""
    path = folder / f"rows-{seed}.xlsx"
    write_xlsx(path, penalty_rows(rows, seed, UNTIL))
    return path


def file(bed: Bed, path: Path) -> int:
    """Import the file and file all its rows; returns the number of the import."""
    clerk, data = bed.people["clerk"], path.read_bytes()
    received: penalty_import.Received = runtime.perform(
        clerk, lambda work: penalty_import.receive(work, data, path.name, penalty_import.Options())
    )
    number = received.import_row.id
    penalty_import.run(lambda act: runtime.perform(clerk, act), clerk, number, received=received)
    return number


def publish(bed: Bed, number: int) -> int:
    """Verify what an import filed, chunk by chunk as the page of the officer does; returns how many."""
    verifier = bed.people["verifier"]
    done = 0
    while count := runtime.perform(verifier, lambda work: _verify_chunk(work, number)):
        done += count
    return done


def _verify_chunk(work: UnitOfWork, number: int) -> int:
    waiting = penalties.awaiting(work.session, work.actor.department_id, number, penalty_import.CHUNK)
    return sum(isinstance(entry, int) for entry in penalty_verification.verify(work, waiting)) if waiting else 0


def seal() -> None:
    """Sign the head of the ledger."""
    runtime.perform(SYSTEM, lambda work: ledger.seal(work) is not None)


def settle() -> None:
    """Let the store count its rows again and write what it has put off, as a running PostgreSQL does by itself."""
    with runtime.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        for statement in ("VACUUM ANALYZE", "CHECKPOINT") if is_postgresql else ("ANALYZE",):
            connection.exec_driver_sql(statement)
