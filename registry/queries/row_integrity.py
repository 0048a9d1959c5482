"""Verify the rows of all committed tables against what the acts wrote, and name each that deviates.

A finding names the table, the key and what happened: changed, removed or added. It never shows content.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.orm import Session

from registry.domain.publication import row_digests
from registry.domain.publication.publication import ROW_STATE
from registry.domain.publication.row_digests import DIGEST_BYTES, FIRST
from registry.keys.signing import Vault
from registry.models import Base, LedgerEntry, RowCommitment
from registry.models.row_commitment import committed_tables

CHUNK = 1000
_NEWEST = """CREATE TABLE newest (
    name TEXT, key BLOB, digest BLOB, columns TEXT, seen INTEGER DEFAULT 0, PRIMARY KEY (name, key)
) WITHOUT ROWID"""


def findings(session: Session, vault: Vault, tables: Sequence[str] | None = None) -> Iterator[str]:
    """Yield one line per row that is not as the last act left it, and per contradiction in the chain of commitments;
    of these tables only, or of all that are committed to.

    The newest digest of each row is kept in a temporary file meanwhile, so that memory does not grow with the store.
    The session must see one state of the store throughout.
    """
    with closing(sqlite3.connect("")) as newest:
        newest.execute(_NEWEST)
        yield from _check_chain(session, vault, newest)
        for name in committed_tables() if tables is None else tables:
            try:
                yield from _check_table(session, vault, newest, Base.metadata.tables[name])
            except (ValueError, TypeError):
                yield f"table {name}: the keys of its rows cannot be read"


def _check_chain(session: Session, vault: Vault, newest: sqlite3.Connection) -> Iterator[str]:
    """Check the links and what the ledger says of them, and keep the newest digest of each row."""
    statement = select(LedgerEntry.revision, LedgerEntry.commitment, LedgerEntry.number)
    states = {revision: rest for revision, *rest in session.execute(statement.where(LedgerEntry.record == ROW_STATE))}
    expected, previous = 1, FIRST
    # Columns, not objects: thousands of them would be kept by the session.
    links = session.execute(select(*RowCommitment.__table__.columns).order_by(RowCommitment.number))
    for number, at, kind, tables, content, digest in links.yield_per(CHUNK):
        if number != expected:
            yield f"row commitments {expected} to {number - 1}: missing"
        chained = row_digests.chain_bytes(previous, number, at, kind, tables, content)
        if vault.chain_digest(chained) != digest and number == expected:
            yield f"row commitment {number}: is not what an act wrote after the one before"
        commitment, entry = states.pop(number, (digest, 0))
        if commitment != digest:
            yield f"row commitment {number}: entry {entry} of the ledger commits to another"
        try:
            _keep(newest, content)
        except (ValueError, sqlite3.Error):
            yield f"row commitment {number}: cannot be read"
        expected, previous = number + 1, digest
    for number, (_, entry) in sorted(states.items()):
        yield f"row commitment {number}: missing, but entry {entry} of the ledger commits to it"


def _keep(newest: sqlite3.Connection, content: bytes) -> None:
    for name, rows in row_digests.decode_rows(content).items():
        columns = ",".join(rows.columns)
        digests = (rows.digests[place : place + DIGEST_BYTES] for place in range(0, len(rows.digests), DIGEST_BYTES))
        newest.executemany(
            "INSERT OR REPLACE INTO newest (name, key, digest, columns) VALUES (?, ?, ?, ?)",
            (
                (name, row_digests.encode_key(key), digest, columns)
                for key, digest in zip(rows.keys, digests, strict=True)
            ),
        )
        newest.executemany(
            "DELETE FROM newest WHERE name = ? AND key = ?",
            ((name, row_digests.encode_key(key)) for key in rows.deleted),
        )


def _check_table(session: Session, vault: Vault, newest: sqlite3.Connection, table: Table) -> Iterator[str]:
    present = ",".join(column.name for column in table.columns)
    for key, values in _rows(session, table):
        encoded = row_digests.encode_key(key)
        name = f"table {table.name}, row {row_digests.show_key(encoded)}"
        row = newest.execute(
            "UPDATE newest SET seen = 1 WHERE name = ? AND key = ? RETURNING digest, columns", (table.name, encoded)
        ).fetchone()
        if row is None:
            yield f"{name}: added outside an act"
        elif row[1] != present:
            yield f"{name}: committed to in other columns; registry init takes in what an upgrade changed"
        elif values is None or vault.row_digest(row_digests.encode_row(table.name, values)) != row[0]:
            yield f"{name}: changed outside an act"
    unseen = newest.execute("SELECT key FROM newest WHERE name = ? AND seen = 0 ORDER BY key", (table.name,))
    for (encoded,) in unseen:
        yield f"table {table.name}, row {row_digests.show_key(encoded)}: removed outside an act"


def _rows(session: Session, table: Table) -> Iterator[tuple[Sequence[Any], Sequence[Any] | None]]:
    """Keys and values of all rows in order of their keys; None for values of a row that the database cannot give."""
    columns = list(table.primary_key.columns)
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    key_of = tuple_(*columns) if len(columns) > 1 else columns[0]
    keys = select(*columns).order_by(*columns).limit(CHUNK)
    last: Sequence[Any] | None = None
    while True:
        after = keys if last is None else keys.where(key_of > (tuple(last) if len(columns) > 1 else last[0]))
        chunk = [tuple(key) for key in session.execute(after)]
        if not chunk:
            return
        is_chunk = key_of.in_(chunk if len(columns) > 1 else [key[0] for key in chunk])
        try:
            rows = {
                tuple(row[place] for place in places): row for row in session.execute(select(table).where(is_chunk))
            }
            yield from ((key, tuple(rows[key]) if key in rows else None) for key in chunk)
        except (ValueError, TypeError):
            yield from ((key, _read_row(session, table, key)) for key in chunk)
        last = chunk[-1]


def _read_row(session: Session, table: Table, key: Sequence[Any]) -> Sequence[Any] | None:
    pairs = zip(table.primary_key.columns, key, strict=True)
    try:
        row = session.execute(select(table).where(*(column == value for column, value in pairs))).one_or_none()
    except (ValueError, TypeError):
        return None
    return tuple(row) if row is not None else None
