"""Read the postings of records that stand: which entries a term, a day or a part of a name finds.

Two sources answer alike. ``Folded`` reads the bitmaps of the store, at most one row per term and segment, and keeps
them in memory until the next fold. ``Memory`` indexes rows itself: those published since the fold, at most
``TAIL_MAX``, and old versions for looks into the past.

A part of a name of one or two characters has a posting. A longer one has one in a segment where both parts that are
one character shorter are common (more than ``COMMON`` entries there); where one is not, the few entries that have all
known parts are compared themselves. So no text, however common, is looked for in more than ``COMMON`` names of a
segment.
"""

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from pyroaring import BitMap
from sqlalchemy import func, outerjoin, select
from sqlalchemy.orm import Session

from registry.models import Posting, PostingFold, Standing
from registry.models.standing import HAS_LEFT
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import record_terms
from registry.queries.publication.record_terms import ALL, DAY_BITS, StandingRow
from registry.queries.store_cache import StoreCache

SEGMENT_BITS = 16
"""A segment is 65,536 entries: one container of a roaring bitmap."""
COMMON = 128
TAIL_MAX = 8_192
"""At most so many entries wait to be folded; the act that publishes more folds them."""
FOLD_FROM = 1_024
"""The worker folds as soon as so many wait, so that publishing is not kept waiting for it."""
_FEW = 8
KEPT_BYTES_MAX = 256 * 1024 * 1024
"""So much of the postings a process keeps in memory; the longest unused are dropped."""


class Source(Protocol):
    """Answers which entries have a term or a part of a name."""

    def entries(self, term: str) -> BitMap:
        """The entries that have a term."""

    def containing(self, alternatives: Sequence[str]) -> BitMap:
        """The entries of names that contain one of the texts."""

    def values(self, dimension: str) -> Collection[str]:
        """The values of a facet that some entry has."""


class Memory:
    """Rows indexed in memory. Rows may be added while others read: readers look no further than their own entry."""

    def __init__(self) -> None:
        self.upto = 0
        self.names: dict[int, str] = {}
        self._terms: defaultdict[str, BitMap] = defaultdict(BitMap)
        self._values: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, row: StandingRow) -> None:
        """Index a row."""
        for dimension, value in record_terms.facet_values(row):
            self._terms[record_terms.term(dimension, value)].add(row.entry)
            self._values[dimension].add(value)
        for term in record_terms.exact_terms(row):
            self._terms[term].add(row.entry)
        self.names[row.entry] = row.names

    def entries(self, term: str) -> BitMap:
        """The entries that have a term."""
        return self._terms.get(term) or BitMap()

    def containing(self, alternatives: Sequence[str]) -> BitMap:
        """The entries of names that contain one of the texts."""
        rows = list(self.names.items())
        lengths = {len(text) for text in alternatives}
        if len(alternatives) > _FEW and len(lengths) == 1:  # looking for each in turn would take as long for each
            length, wanted = lengths.pop(), set(alternatives)
            parts = ((entry, record_terms.parts_of(names, length)) for entry, names in rows)
            return BitMap([entry for entry, of_name in parts if not wanted.isdisjoint(of_name)])
        return BitMap([entry for entry, names in rows if record_terms.contains(names, alternatives)])

    def values(self, dimension: str) -> Collection[str]:
        """The values of a facet that some entry has."""
        return set(self._values.get(dimension, ()))


class Kept:
    """What a process keeps of the postings between two folds, and the rows published since the last one."""

    def __init__(self, upto: int) -> None:
        self.upto = upto
        self.tail = Memory()
        self.tail.upto = upto
        self.lock = threading.Lock()
        self._bitmaps: OrderedDict[Hashable, tuple[BitMap, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> BitMap | None:
        """A bitmap that was kept; None otherwise."""
        with self.lock:
            if key not in self._bitmaps:
                return None
            self._bitmaps.move_to_end(key)
            return self._bitmaps[key][0]

    def put(self, key: Hashable, bitmap: BitMap) -> BitMap:
        """Keep a bitmap; nobody changes it any more."""
        size = bitmap.get_statistics()["n_bytes_array_containers"]
        size += bitmap.get_statistics()["n_bytes_bitset_containers"] + 200
        with self.lock:
            if key not in self._bitmaps:
                self._bitmaps[key] = (bitmap, size)
                self._bytes += size
            while self._bytes > KEPT_BYTES_MAX:
                self._bytes -= self._bitmaps.popitem(last=False)[1][1]
        return bitmap


_kept: StoreCache[int, Kept] = StoreCache(1)
_values: StoreCache[int, dict[str, set[str]]] = StoreCache(1)
_BITS = select(Posting.term, Posting.segment, Posting.size, Posting.bits).where(
    any_of(Posting.term, texts("terms")), any_of(Posting.segment, numbers("segments"))
)
_STATE = (
    select(PostingFold.id, PostingFold.upto, Standing.entry)
    .select_from(outerjoin(PostingFold, Standing, HAS_LEFT))
    .where(PostingFold.id == select(func.max(PostingFold.id)).scalar_subquery())
)
_LEFT = select(Standing.entry).where(HAS_LEFT)


class Folded:
    """The postings in the store, up to the entry of the last fold."""

    def __init__(self, session: Session, fold: int, kept: Kept) -> None:
        self._session = session
        self._fold = fold
        self._kept = kept
        self.upto = kept.upto

    def entries(self, term: str) -> BitMap:
        """The entries that have a term."""
        bitmap = self._kept.get(term)
        if bitmap is None:
            self.load([term])
            bitmap = self._kept.get(term)
        return bitmap if bitmap is not None else BitMap()

    def load(self, terms: Iterable[str]) -> None:
        """Read terms that are not in memory, all in one statement."""
        missing = [term for term in terms if self._kept.get(term) is None]
        if not missing:
            return
        parts: dict[str, list[BitMap]] = {term: [] for term in missing}
        for term, _, _, bits in self._read(missing, self._segments()):
            parts[term].append(BitMap.deserialize(bits))
        for term, bitmaps in parts.items():
            self._kept.put(term, BitMap.union(*bitmaps) if bitmaps else BitMap())

    def visible(self, since: int, until: int) -> BitMap:
        """``visible`` of this source, kept in memory."""
        key = ("visible", since, until)
        known = self._kept.get(key)
        if known is None:
            self.load(
                [ALL, *(record_terms.day_term(side, bit) for side in ("from", "until") for bit in range(DAY_BITS))]
            )
            known = self._kept.put(key, _visible(self, since, until))
        return known

    def containing(self, alternatives: Sequence[str]) -> BitMap:
        """The entries of names that contain one of the texts."""
        return reduce(BitMap.union, (self._containing(text) for text in alternatives), BitMap())

    def _containing(self, text: str) -> BitMap:
        if len(text) <= record_terms.SHORT:
            return self.entries(record_terms.text_term(text))
        key = ("containing", text)
        known = self._kept.get(key)
        return known if known is not None else self._kept.put(key, self._find_containing(text))

    def _find_containing(self, text: str) -> BitMap:
        """Look for a text of three characters and more, length by length where its parts are common."""
        segments, matches, candidates = self._segments(), BitMap(), BitMap()
        for length in range(record_terms.SHORT, len(text) + 1):
            parts = sorted(record_terms.parts_of(text, length))
            by_segment: defaultdict[int, dict[str, tuple[int, bytes]]] = defaultdict(dict)
            for term, segment, size, bits in self._read(map(record_terms.text_term, parts), segments):
                by_segment[segment][term] = size, bits
            segments = []
            for segment, found in by_segment.items():
                if len(found) < len(parts):
                    continue
                everywhere = reduce(BitMap.intersection, (BitMap.deserialize(bits) for _, bits in found.values()))
                if length == len(text):
                    matches |= everywhere
                elif min(size for size, _ in found.values()) <= COMMON:
                    candidates |= everywhere
                elif everywhere:
                    segments.append(segment)
            if not segments:
                break
        rows = select(Standing.entry, Standing.names).where(any_of(Standing.entry, numbers("entries")))
        if candidates:
            found_names = self._session.execute(rows, {"entries": list(candidates)}).tuples()
            matches |= BitMap([entry for entry, names in found_names if record_terms.contains(names, (text,))])
        return matches

    def values(self, dimension: str) -> Collection[str]:
        """The values of a facet that some entry has."""

        def read() -> dict[str, set[str]]:
            found: defaultdict[str, set[str]] = defaultdict(set)
            statement = select(Posting.dimension, Posting.term).where(Posting.dimension.is_not(None)).distinct()
            for name, term in self._session.execute(statement).tuples():
                found[name or ""].add(term.partition(":")[2])
            return found

        return _values.get_or_compute(self._session, self._fold, read).get(dimension, set())

    def _segments(self) -> list[int]:
        return list(range((self.upto >> SEGMENT_BITS) + 1))

    def _read(self, terms: Iterable[str], segments: Sequence[int]) -> Iterable[tuple[str, int, int, bytes]]:
        return self._session.connection().execute(_BITS, {"terms": list(terms), "segments": segments}).tuples().all()


@dataclass(frozen=True)
class Sources:
    """All that stand as of the newest entry: those in the postings, those published since, and what has left."""

    folded: Folded
    tail: Memory
    left: BitMap


def sources(session: Session, entry: int) -> Sources:
    """The sources that know all records that stand, up to the ledger size ``entry``."""
    # What has left is read with the fold that it is counted from: the next fold forgets it.
    rows = session.connection().execute(_STATE).tuples().all()
    fold, upto = (rows[0][0], rows[0][1]) if rows else (0, 0)
    left = [row[2] for row in rows if row[2] is not None]
    if not rows:
        left = list(session.scalars(_LEFT))
    kept = _kept.get_or_compute(session, fold, lambda: Kept(upto))
    with kept.lock:
        if kept.tail.upto < entry:
            rows_since = record_terms.ROWS.where(Standing.entry > kept.tail.upto, Standing.entry <= entry)
            for row in session.connection().execute(rows_since):
                kept.tail.add(row)
            kept.tail.upto = entry
    return Sources(Folded(session, fold, kept), kept.tail, BitMap(left))


def visible(source: Source, since: int, until: int) -> BitMap:
    """The entries that may be seen from ``since`` or earlier until after ``until`` (numbers of days)."""
    return source.visible(since, until) if isinstance(source, Folded) else _visible(source, since, until)


def _visible(source: Source, since: int, until: int) -> BitMap:
    return (source.entries(ALL) - later_than(source, "from", since)) & later_than(source, "until", until)


def later_than(source: Source, side: str, day: int) -> BitMap:
    """The entries whose ``visible_from`` (``side`` "from") or ``visible_until`` is later, bit by bit from the
    highest."""
    later, same = BitMap(), BitMap(source.entries(ALL))
    for bit in reversed(range(DAY_BITS)):
        has_bit = source.entries(record_terms.day_term(side, bit))
        if day >> bit & 1:
            same &= has_bit
        else:
            later |= same & has_bit
            same -= has_bit
    return later
