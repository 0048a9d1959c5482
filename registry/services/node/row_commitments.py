"""Commit to the rows that acts write: one commitment per act, each chained to the one before."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, func, select

from registry.domain.publication import row_digests
from registry.domain.publication.row_digests import TableRows
from registry.models import Base, RowCommitment
from registry.models.row_commitment import committed_tables
from registry.queries.node import row_chain
from registry.services.node import audit
from registry.services.node.row_changes import RowChanges
from registry.unit_of_work import UnitOfWork

CHUNK = 5000
CHAIN_LOCK = 7_202_611
"""The advisory lock of PostgreSQL that one act at a time holds while it appends to the chain. Taken last."""


def commit_rows(work: UnitOfWork, changes: RowChanges) -> None:
    """Commit to all rows that the act wrote; the last thing before its transaction ends."""
    work.session.flush()
    if changes.has_lost_savepoint:  # what another act made of those rows is read as it stands in the chain
        _lock_chain(work)
    kind, rows = changes.settle(work.session)
    if rows:
        _append(work, kind, rows)


def adopt_rows(work: UnitOfWork) -> Mapping[str, int]:
    """Commit to the rows of tables that no commitment knows in their present columns, as found at an upgrade.

    Returns how many rows of each table. A table is taken once for each shape that it has; whatever is changed in it
    afterwards without an act is a finding, and running this again does not hide it.
    """
    known = row_chain.adopted_columns(work.session)
    tables = [Base.metadata.tables[name] for name in committed_tables()]
    new = {table.name: table for table in tables if known.get(table.name) != [column.name for column in table.columns]}
    counts: dict[str, int] = {}
    work.session.flush()
    for name, table in new.items():
        counts[name] = 0
        for rows in _read_chunks(work, table):
            changes = RowChanges(work.keys.vault)
            changes.note_rows(table, rows)
            _append(work, "found", changes.settle(work.session)[1])
            counts[name] += len(rows)
    if new:
        columns = {name: [column.name for column in table.columns] for name, table in new.items()}
        _append(work, "found", {}, json.dumps(columns, sort_keys=True))
    for name, count in counts.items():
        if count:
            audit.note(work, "rows.found", name, f"{count} rows committed as found at an upgrade")
    return counts


def _read_chunks(work: UnitOfWork, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    statement = select(table).order_by(*table.primary_key.columns).execution_options(stream_results=True)
    result = work.session.connection().execute(statement)
    yield from result.partitions(CHUNK)


def _lock_chain(work: UnitOfWork) -> None:
    connection = work.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))


def _append(work: UnitOfWork, kind: str, rows: Mapping[str, TableRows], tables: str | None = None) -> None:
    _lock_chain(work)
    connection = work.session.connection()
    before, previous = row_chain.head(work.session)
    content = row_digests.encode_rows(rows)
    chained = row_digests.chain_bytes(previous, before + 1, work.now, kind, tables, content)
    connection.execute(
        RowCommitment.__table__.insert(),  # type: ignore[attr-defined]
        {
            "number": before + 1,
            "at": work.now,
            "kind": kind,
            "tables": tables,
            "rows": content,
            "digest": work.keys.vault.chain_digest(chained),
        },
    )
