"""Read what a snapshot is made of: which entries are shown now, their bodies, and why others are there no more."""

from collections.abc import Iterator, Sequence

from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.publication import erasure
from registry.models import LedgerEntry, Publication
from registry.queries.any_of import any_of, numbers
from registry.queries.publication.publications import Filter, Moment
from registry.queries.publication.record_search import Search

CHUNK = 2_000
"""Bodies are read so many at a time; one is a few kilobytes."""
_BODIES = (
    select(Publication.from_entry, Publication.body, Publication.origin)
    .where(any_of(Publication.from_entry, numbers("entries")))
    .order_by(Publication.from_entry)
)
_GONE = (
    select(Publication.from_entry, Publication.record, Publication.until_entry, Publication.erased_by)
    .where(any_of(Publication.from_entry, numbers("entries")))
    .order_by(Publication.from_entry)
)
_NEXT = select(Publication.from_entry, Publication.state).where(any_of(Publication.from_entry, numbers("entries")))


def shown(session: Session, at: Moment) -> BitMap:
    """The entries of all records shown at a moment."""
    return Search(session, Filter(), at).entries


def bodies(session: Session, entries: BitMap) -> Iterator[tuple[int, str, str]]:
    """Yield entry, stored body and origin of versions, in the order of their entries."""
    for chunk in body_chunks(session, entries):
        yield from chunk


def body_chunks(session: Session, entries: BitMap) -> Iterator[Sequence[tuple[int, str, str]]]:
    """Yield what ``bodies`` yields, many at a time."""
    for chunk in _chunks(entries):
        yield session.connection().execute(_BODIES, {"entries": chunk}).tuples().all()


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
