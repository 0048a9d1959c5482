"""Read what a snapshot is made of: which entries are shown now, their bodies, and why others are there no more."""

from collections.abc import Iterator, Sequence
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, LargeBinary, bindparam, cast, select
from sqlalchemy.orm import Session

from registry.domain.publication import erasure
from registry.models import LedgerEntry, Publication
from registry.models.base import Key
from registry.queries.any_of import any_of, numbers
from registry.queries.publication.publications import Filter, Moment
from registry.queries.publication.record_search import Search

CHUNK = 2_000
"""Bodies are read so many at a time; one is a few kilobytes."""
_COLUMNS = (Publication.from_entry, Publication.body, Publication.origin)
_IN_RANGE = Publication.from_entry.between(bindparam("first", type_=Key), bindparam("last", type_=Key))
_AMONG = any_of(Publication.from_entry, numbers("entries"))
_SPARSE = 2
"""Of entries that lie no thinner than one in so many, all from the first to the last are read: that is quicker."""
Body = tuple[int, bytes, str]
"""Entry, stored body and origin of a version. The body stays in the bytes that the store sends: decoding it to
encode it again would take as long as all else."""
_GONE = (
    select(Publication.from_entry, Publication.record, Publication.until_entry, Publication.erased_by)
    .where(any_of(Publication.from_entry, numbers("entries")))
    .order_by(Publication.from_entry)
)
_NEXT = select(Publication.from_entry, Publication.state).where(any_of(Publication.from_entry, numbers("entries")))


def shown(session: Session, at: Moment) -> BitMap:
    """The entries of all records shown at a moment."""
    return Search(session, Filter(), at).entries


def bodies(session: Session, entries: BitMap) -> Iterator[Body]:
    """Yield entry, stored body and origin of versions, in the order of their entries."""
    for chunk in body_chunks(session, entries):
        yield from chunk


def body_chunks(session: Session, entries: BitMap) -> Iterator[Sequence[Body]]:
    """Yield what ``bodies`` yields, many at a time."""
    for chunk in _chunks(entries):
        if chunk[-1] - chunk[0] >= _SPARSE * len(chunk):
            yield _read_bodies(session, _AMONG, {"entries": chunk})
            continue
        rows = _read_bodies(session, _IN_RANGE, {"first": chunk[0], "last": chunk[-1]})
        wanted = frozenset(chunk)
        yield rows if len(rows) == len(chunk) else [row for row in rows if row[0] in wanted]


def _read_bodies(session: Session, condition: ColumnElement[bool], values: dict[str, Any]) -> Sequence[Body]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        in_bytes = select(_COLUMNS[0], cast(_COLUMNS[1], LargeBinary), _COLUMNS[2])
        return connection.execute(in_bytes.where(condition).order_by(_COLUMNS[0]), values).tuples().all()
    from psycopg.types.string import ByteaBinaryLoader  # an extra, which no other store needs

    statement = select(*_COLUMNS).where(condition).order_by(_COLUMNS[0])
    driver: Any = connection.connection.driver_connection
    with driver.cursor(binary=True) as cursor:
        for name in ("text", "varchar"):
            cursor.adapters.register_loader(name, ByteaBinaryLoader)
        cursor.execute(str(statement.compile(dialect=connection.dialect)), values)
        return [(entry, body, origin.decode()) for entry, body, origin in cursor]


def gone(session: Session, entries: BitMap) -> Iterator[tuple[int, str, str, int | None]]:
    """Yield of versions shown earlier and no longer: entry, why (``snapshots.GONE``), record, and by which entry."""
    for chunk in _chunks(entries):
        rows = session.connection().execute(_GONE, {"entries": chunk}).tuples().all()
        followers = [until for _, _, until, _ in rows if until is not None]
        states = dict(session.connection().execute(_NEXT, {"entries": followers}).tuples().all())
        for entry, record, until, erased_by in rows:
            if erased_by is not None:
                reason = "erased"
            elif until is None:
                reason = "ended"
            else:
                reason = {"published": "replaced", "expired": "ended"}.get(states[until], "removed")
            yield entry, reason, record, until


def has_erased_since(session: Session, entry: int) -> bool:
    """Whether a record was erased after this entry: files made before may have it, and are not given any more."""
    statement = select(LedgerEntry.number).where(LedgerEntry.number > entry, LedgerEntry.act == erasure.ACT)
    return session.scalars(statement.limit(1)).first() is not None


def _chunks(entries: BitMap) -> Iterator[list[int]]:
    for start in range(0, len(entries), CHUNK):
        yield list(entries[start : start + CHUNK])
