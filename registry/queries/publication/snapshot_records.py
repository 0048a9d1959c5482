"""Read what a snapshot is made of: which entries are shown now, their bodies, and why others are there no more."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Connection, Dialect, LargeBinary, bindparam, cast, select
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
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return map(partial(_read_sqlite, connection), _chunks(entries))
    read = partial(_read_postgresql, connection.connection.driver_connection, connection.dialect)
    return _read_ahead(read, _chunks(entries))


def _read_ahead(read: Callable[[list[int]], Sequence[Body]], chunks: Iterator[list[int]]) -> Iterator[Sequence[Body]]:
    """Read each chunk while the one before is worked on: the store is another process, which would wait meanwhile."""
    with ThreadPoolExecutor(1) as thread:
        reading: Future[Sequence[Body]] | None = None
        for chunk in chunks:
            following = thread.submit(read, chunk)
            if reading is not None:
                yield reading.result()
            reading = following
        if reading is not None:
            yield reading.result()


def _condition(chunk: Sequence[int]) -> tuple[ColumnElement[bool], dict[str, Any]]:
    if chunk[-1] - chunk[0] < _SPARSE * len(chunk):
        return _IN_RANGE, {"first": chunk[0], "last": chunk[-1]}
    return _AMONG, {"entries": chunk}


def _read_sqlite(connection: Connection, chunk: Sequence[int]) -> Sequence[Body]:
    condition, values = _condition(chunk)
    in_bytes = select(_COLUMNS[0], cast(_COLUMNS[1], LargeBinary), _COLUMNS[2])
    rows = connection.execute(in_bytes.where(condition).order_by(_COLUMNS[0]), values).tuples().all()
    return _only(chunk, rows)


def _read_postgresql(driver: Any, dialect: Dialect, chunk: Sequence[int]) -> Sequence[Body]:
    """Read by the driver alone, which may be used by several threads: a session may not."""
    from psycopg.types.string import ByteaBinaryLoader  # an extra, which no other store needs

    condition, values = _condition(chunk)
    statement = select(*_COLUMNS).where(condition).order_by(_COLUMNS[0])
    with driver.cursor(binary=True) as cursor:
        for name in ("text", "varchar"):
            cursor.adapters.register_loader(name, ByteaBinaryLoader)
        cursor.execute(str(statement.compile(dialect=dialect)), values)
        return _only(chunk, [(entry, body, origin.decode()) for entry, body, origin in cursor])


def _only(chunk: Sequence[int], rows: Sequence[Body]) -> Sequence[Body]:
    """The rows of a chunk among those from its first to its last."""
    wanted = frozenset(chunk)
    return rows if len(rows) == len(chunk) else [row for row in rows if row[0] in wanted]


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
