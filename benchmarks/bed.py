"""A benchmark node on a fresh store with three officers, filled only through the acts that a real node runs."""

import datetime as dt
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from benchmarks.figures import Span, timed
from registry import runtime
from registry.app import create_app
from registry.commands.node import prepare
from registry.domain.permissions import SYSTEM, Actor, Role
from registry.models import Publication
from registry.queries.cases import penalties
from registry.queries.node.account_lookup import actor_of
from registry.services.cases import penalty_import, penalty_verification
from registry.services.node import accounts
from registry.services.publication import ledger, publishing
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from tools.synthetic import Firm, firms, penalty_rows, write_xlsx

CENTRE = "centre"
ROLES = {"clerk": Role.CLERK, "verifier": Role.VERIFIER, CENTRE: Role.TRADING_CENTRE}
UNTIL = dt.date(2026, 11, 20)
SEED_FILLED = 10


@dataclass(frozen=True)
class Bed:
    """A running node: its application (context open), its officers by name, the key of its trading centre."""

    app: Flask
    settings: Settings
    people: dict[str, Actor]
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """The request headers of the trading centre."""
        return {"Authorization": f"Bearer {self.key}"}


@contextmanager
def make(url: str, folder: Path, node: str = "bench") -> Iterator[Bed]:
    """Migrate the store at ``url`` and create its officers; yields the running node."""
    settings = Settings(home=str(folder), database_url=url, node=node, web_workers=1)
    app = create_app(settings)
    with app.app_context():
        prepare()
        people, key = runtime.perform(SYSTEM, _create_people)
        try:
            yield Bed(app, settings, people, key)
        finally:
            runtime.db.session.remove()
            runtime.db.engine.dispose()


def _create_people(work: UnitOfWork) -> tuple[dict[str, Actor], str]:
    accounts.ensure_department(work, accounts.NewDepartment("bench", "示例测速部门", "supervisor"))
    created = {
        name: accounts.create(work, accounts.NewAccount(name, role, "bench", ("*",), ("*",)))
        for name, role in ROLES.items()
    }
    key = accounts.issue_key(work, created[CENTRE].id, CENTRE)
    return {name: actor_of(account) for name, account in created.items()}, key


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


def fill(bed: Bed, published: int, wanted: int, batch: int = 5_000) -> Span:
    """Publish further records through the gate in which every act ends, until ``wanted`` are published, and seal.

    Their bodies are those of a filed record with another subject; no officer's filing stands behind them, so
    that a million is reached in minutes. Queries and checks cannot tell.
    """
    with runtime.reading() as session:
        newest = select(Publication.body).order_by(Publication.from_entry.desc()).limit(1)
        template = json.loads(session.execute(newest).scalar_one())
    versions = (_build_version(bed, template, firm) for firm in islice(firms(wanted, SEED_FILLED), published, None))
    with timed() as span:
        while chunk := list(islice(versions, batch)):
            runtime.perform(SYSTEM, partial(publishing.publish, versions=chunk))
            seal()
    settle()
    return span


def settle() -> None:
    """Let the store count its rows again and write what it has put off, as a running PostgreSQL does by itself."""
    with runtime.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        for statement in ("VACUUM ANALYZE", "CHECKPOINT") if is_postgresql else ("ANALYZE",):
            connection.exec_driver_sql(statement)


def _build_version(bed: Bed, template: dict[str, Any], firm: Firm) -> publishing.Version:
    subject = template["subject"] | {"name": firm.name, "uscc": firm.uscc}
    body = template | {"record": secrets.token_hex(16), "subject": subject}
    return publishing.Version(body, bed.settings.node)
