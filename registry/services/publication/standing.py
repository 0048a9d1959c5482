"""Keep the index of records that stand: rows with every publication, postings by folds, all under the ledger's lock."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyroaring import BitMap
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from registry.domain.records import HIDDEN_KINDS
from registry.models import Posting, PostingFold, Publication, Standing
from registry.models.standing import HAS_LEFT
from registry.queries.any_of import any_of, texts
from registry.queries.publication import posting_cache, postings, record_terms
from registry.queries.publication.ledger_state import head
from registry.queries.publication.record_terms import StandingRow
from registry.services.publication import ledger
from registry.services.publication.posting_segment import PostingSegment
from registry.unit_of_work import UnitOfWork

CHUNK = 10_000


def replace(work: UnitOfWork, bodies: Sequence[Mapping[str, Any]], first: int) -> None:
    """Note versions that were published as entries ``first`` and following. The caller holds the ledger's lock."""
    revised = [body["record"] for body in bodies if body["revision"] > 1]
    if revised:
        left = update(Standing).where(any_of(Standing.record, texts("records")), ~Standing.has_left)
        left = left.values(has_left=True).execution_options(synchronize_session=False)
        work.session.connection().execute(left, {"records": revised})
    rows = [row for entry, body in enumerate(bodies, start=first) if (row := record_terms.standing_row(body, entry))]
    if rows:
        work.session.connection().execute(insert(Standing), rows)
    newest = first + len(bodies) - 1
    if newest - _folded_upto(work.session) > postings.TAIL_MAX:
        fold(work, newest)


def fold(work: UnitOfWork, upto: int) -> None:
    """Move the records published up to an entry into the postings, and those that have left out of them.

    The caller holds the ledger's lock.
    """
    folded = _folded_upto(work.session)
    connection = work.session.connection()
    left = _by_segment(connection.execute(record_terms.ROWS.where(HAS_LEFT)))
    is_fresh = (Standing.entry > folded) & (Standing.entry <= upto) & ~Standing.has_left
    fresh = _by_segment(connection.execute(record_terms.ROWS.where(is_fresh)))
    for segment in sorted(left.keys() | fresh.keys()):
        PostingSegment(work.session, segment).apply(fresh.get(segment, []), left.get(segment, []))
    work.session.execute(delete(Standing).where(HAS_LEFT).execution_options(synchronize_session=False))
    left_entries = BitMap([row.entry for rows in left.values() for row in rows])
    work.session.execute(insert(PostingFold), [{"upto": upto, "left_entries": left_entries.serialize()}])
    newest = select(func.max(PostingFold.id)).scalar_subquery()
    work.session.execute(delete(PostingFold).where(PostingFold.id < newest - posting_cache.FOLDS_KEPT))


def fold_waiting(work: UnitOfWork) -> None:
    """Fold what waits, once there is enough of it: the job of the worker."""
    if head(work.session) - _folded_upto(work.session) >= postings.FOLD_FROM:
        ledger.take(work, "ledger", 0)
        fold(work, head(work.session))


def rebuild(work: UnitOfWork) -> int:
    """Build the index again from the publications; returns how many records stand."""
    ledger.take(work, "ledger", 0)
    for table in (Standing, Posting):
        work.session.execute(delete(table))
    work.session.execute(insert(PostingFold), [{"upto": 0}])
    upto = head(work.session)
    for start in range(0, upto, CHUNK):
        statement = select(Publication.body, Publication.from_entry).where(
            Publication.from_entry > start, Publication.from_entry <= start + CHUNK, Publication.until_entry.is_(None)
        )
        versions = work.session.execute(statement).tuples()
        rows = [record_terms.standing_row(json.loads(body), entry) for body, entry in versions]
        if found := [row for row in rows if row]:
            work.session.execute(insert(Standing), found)
        fold(work, min(start + CHUNK, upto))
    return work.session.execute(select(func.count()).select_from(Standing)).scalar_one()


def build_missing(work: UnitOfWork) -> int:
    """Build the index where it was never built, or with other terms, as after an upgrade; returns how many records
    stand.

    What was published or folded before this ran is in it already, so it is counted whether it knows all of them.
    """
    if not head(work.session) or _knows_all(work.session):
        return 0
    return rebuild(work)


def _knows_all(session: Session) -> bool:
    """Whether each record that stands has its row, and each row that was folded is found by the present terms."""
    standing = select(func.count()).where(
        Publication.until_entry.is_(None),
        Publication.state == "published",
        Publication.audience == "public",
        Publication.kind.not_in(HIDDEN_KINDS),
    )
    rows = select(func.count()).where(~Standing.has_left)
    folded = select(func.count()).where(Standing.entry <= _folded_upto(session))
    found = select(func.coalesce(func.sum(Posting.size), 0)).where(Posting.term == record_terms.ALL)
    return session.scalar(standing) == session.scalar(rows) and session.scalar(folded) == session.scalar(found)


def _folded_upto(session: Session) -> int:
    statement = select(PostingFold.upto).order_by(PostingFold.id.desc()).limit(1)
    return session.connection().execute(statement).scalar_one_or_none() or 0


def _by_segment(rows: Iterable[StandingRow]) -> dict[int, list[StandingRow]]:
    by_segment: defaultdict[int, list[StandingRow]] = defaultdict(list)
    for row in rows:
        by_segment[row.entry >> posting_cache.SEGMENT_BITS].append(row)
    return by_segment
