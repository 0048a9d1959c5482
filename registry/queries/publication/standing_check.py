"""Verify the index of records that stand: recompute its rows from the publications and its postings from the rows."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from pyroaring import BitMap
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Posting, PostingFold, Publication, Standing
from registry.queries.publication import posting_cache, postings, punctuality, record_terms
from registry.queries.publication.record_terms import StandingRow


def findings(session: Session, upto: int) -> Iterator[str]:
    """Yield one line per row and posting that is missing, wrong or too much, of the entries up to ``upto``; the command
    ``records rebuild`` mends them all."""
    folded = session.scalars(select(PostingFold.upto).order_by(PostingFold.id.desc()).limit(1)).first() or 0
    known = set(range((upto >> posting_cache.SEGMENT_BITS) + 1))
    segments = known | set(session.scalars(select(Posting.segment).distinct()))
    for segment in sorted(segments):
        start, end = segment << posting_cache.SEGMENT_BITS, (segment + 1) << posting_cache.SEGMENT_BITS
        is_within = (Standing.entry >= start) & (Standing.entry < end)
        rows = session.connection().execute(record_terms.ROWS.where(is_within)).all()
        yield from _compare_rows(session, (start, end), [row for row in rows if not row.has_left])
        yield from _compare_postings(session, segment, [row for row in rows if row.entry <= folded])


def _compare_rows(session: Session, span: tuple[int, int], rows: list[StandingRow]) -> Iterator[str]:
    statement = select(Publication.from_entry, Publication.body).where(
        Publication.from_entry >= span[0],
        Publication.from_entry < span[1],
        Publication.until_entry.is_(None),
        Publication.state == "published",
        Publication.audience == "public",
    )
    expected = {}
    for entry, body in session.execute(statement).tuples():
        row = record_terms.standing_row(json.loads(body), entry)
        if row is not None:
            expected[entry] = row
    columns = [column.name for column in Standing.__table__.c]
    known = {row.entry: {name: getattr(row, name) for name in columns} for row in rows}
    for entry in sorted(expected.keys() | known.keys()):
        if entry not in known:
            yield f"entry {entry}: not in the index of records that stand"
        elif entry not in expected:
            yield f"entry {entry}: in the index of records that stand, but does not stand"
        elif known[entry] != expected[entry]:
            wrong = sorted(name for name, value in expected[entry].items() if known[entry].get(name) != value)
            yield f"entry {entry}: {', '.join(wrong)} in the index of records that stand contradict its body"


def _compare_postings(session: Session, segment: int, rows: Sequence[StandingRow]) -> Iterator[str]:
    statement = select(Posting.term, Posting.size, Posting.bits).where(Posting.segment == segment)
    stored = {term: (size, bits) for term, size, bits in session.execute(statement).tuples()}
    expected = _expected_postings(rows)
    for term, entries in punctuality.terms(session, [row.entry for row in rows]).items():
        expected[term] = BitMap(entries)
    # What a common text was extended to before it became rarer is read no more, and may lag behind.
    shorts = {term for term in stored if not term.startswith("=") or len(term) <= 3}
    for term in sorted(expected.keys() | shorts):
        size, bits = stored.get(term, (0, BitMap().serialize()))
        wanted = expected.get(term, BitMap())
        if size != len(wanted) or BitMap.deserialize(bits) != wanted:
            yield f"postings {segment}/{term}: not the entries that have it"


def _expected_postings(rows: Sequence[StandingRow]) -> dict[str, BitMap]:
    expected: defaultdict[str, BitMap] = defaultdict(BitMap)
    for row in rows:
        for term in record_terms.exact_terms(row):
            expected[term].add(row.entry)
    common: set[str] = set()
    for length in range(1, max((len(row.names) for row in rows), default=0) + 1):
        parts: defaultdict[str, BitMap] = defaultdict(BitMap)
        for row in rows:
            for part in record_terms.parts_of(row.names, length):
                if length <= record_terms.SHORT or record_terms.halves(part) <= common:
                    parts[record_terms.text_term(part)].add(row.entry)
        expected.update(parts)
        common = {term for term, entries in parts.items() if len(entries) > postings.COMMON}
        if not parts:
            break
    return expected
