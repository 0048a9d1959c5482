"""Read the postings of records that stand: which entries a term, a day or a part of a name finds.

Two sources answer alike. ``Folded`` reads the bitmaps of the store, at most one row per term and segment, and keeps
them in memory (``posting_cache``). ``Memory`` indexes rows itself: those published since the fold, at most
``TAIL_MAX``, and old versions for looks into the past.

A part of a name of one or two characters has a posting. A longer one has one in a segment where both parts that are
one character shorter are common (more than ``COMMON`` entries there); where one is not, the few entries that have all
known parts are compared themselves. So no text, however common, is looked for in more than ``COMMON`` names of a
segment.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Protocol

from pyroaring import BitMap
from sqlalchemy import func, outerjoin, select
from sqlalchemy.orm import Session

from registry.domain.naming import pinyin
from registry.models import Posting, PostingFold, Standing
from registry.models.standing import HAS_LEFT
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.publication import posting_cache, record_terms, term_groups
from registry.queries.publication.posting_cache import Fold, PostingCache
from registry.queries.publication.record_terms import ALL, DAY_BITS, StandingRow
from registry.queries.publication.sound_places import SoundPlaces
from registry.queries.store_cache import StoreCache

COMMON = 128
TAIL_MAX = 8_192
"""At most so many entries wait to be folded; the act that publishes more folds them."""
FOLD_FROM = 1_024
"""The worker folds as soon as so many wait, so that publishing is not kept waiting for it."""
_FEW = 8


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
        self._lock = threading.Lock()
        self._terms = term_groups.Terms(list)
        self._bitmaps: dict[str, BitMap] = {}  # of the terms that were asked for since rows were added
        self._values: defaultdict[str, set[str]] = defaultdict(set)
        self._sounds = SoundPlaces()

    def add(self, rows: Sequence[StandingRow]) -> None:
        """Index rows."""
        dimensions = dict[str, str]()
        terms = term_groups.facets_and_codes(rows, dimensions)
        with self._lock:
            for term, entries in terms.items():
                self._terms[term] += entries
            self._bitmaps = {}
            for term, dimension in dimensions.items():
                self._values[dimension].add(term.partition(":")[2])
            for row in rows:
                self.names[row.entry] = row.names
                self._sounds.add(row.entry, record_terms.sounding_name(row))

    def entries(self, term: str) -> BitMap:
        """The entries that have a term."""
        if pinyin.is_sound(term):
            with self._lock:
                return self._sounds.entries(term)
        known = self._bitmaps  # as of now: rows that are added meanwhile begin another one
        if term not in known and term in self._terms:
            known[term] = BitMap(self._terms[term])
        return known.get(term) or BitMap()

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


@dataclass
class _Known:
    """What a process knows of the postings as of a fold, and of the rows published since."""

    cache: PostingCache
    tail: Memory = field(default_factory=Memory)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.tail.upto = self.cache.fold.upto


_known: StoreCache[int, _Known] = StoreCache(1)
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
_FOLDS = select(PostingFold.id, PostingFold.upto, PostingFold.left_entries).order_by(PostingFold.id)


class Folded:
    """The postings in the store, up to the entry of the last fold."""

    def __init__(self, session: Session, cache: PostingCache) -> None:
        self._session = session
        self._cache = cache
        self.upto = cache.fold.upto

    def entries(self, term: str) -> BitMap:
        """The entries that have a term."""
        bitmap = self._cache.get(term)
        if bitmap is None:
            self.load([term])
            bitmap = self._cache.get(term)
        return bitmap if bitmap is not None else BitMap()

    def load(self, terms: Iterable[str]) -> None:
        """Read what is not in memory of terms, in one statement for those that were read as of the same fold."""
        unread: defaultdict[int, dict[str, list[BitMap]]] = defaultdict(dict)
        for term in terms:
            if self._cache.get(term) is None:
                unchanged, first = self._cache.unchanged(term)
                unread[first][term] = [unchanged]
        for first, parts in unread.items():
            for term, _, _, bits in self._read(parts, self._segments(first)):
                parts[term].append(BitMap.deserialize(bits))
            for term, bitmaps in parts.items():
                self._cache.put(term, BitMap.union(*bitmaps))

    def visible(self, since: int, until: int) -> BitMap:
        """``visible`` of this source, kept in memory."""
        key = ("visible", since, until)
        known = self._cache.get(key)
        if known is None:
            self.load(
                [ALL, *(record_terms.day_term(side, bit) for side in ("from", "until") for bit in range(DAY_BITS))]
            )
            unchanged, first = self._cache.unchanged(key)
            among = self.entries(ALL) & BitMap(range(first << posting_cache.SEGMENT_BITS, self.upto + 1))
            known = self._cache.put(key, unchanged | _visible(self, since, until, among))
        return known

    def containing(self, alternatives: Sequence[str]) -> BitMap:
        """The entries of names that contain one of the texts."""
        return reduce(BitMap.union, (self._containing(text) for text in alternatives), BitMap())

    def _containing(self, text: str) -> BitMap:
        if len(text) <= record_terms.SHORT:
            return self.entries(record_terms.text_term(text))
        key = ("containing", text)
        known = self._cache.get(key)
        if known is None:
            unchanged, first = self._cache.unchanged(key)
            known = self._cache.put(key, unchanged | self._find_containing(text, self._segments(first)))
        return known

    def _find_containing(self, text: str, segments: Sequence[int]) -> BitMap:
        """Look for a text of three characters and more, length by length where its parts are common."""
        matches, candidates = BitMap(), BitMap()
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

        return _values.get_or_compute(self._session, self._cache.fold.number, read).get(dimension, set())

    def _segments(self, first: int) -> list[int]:
        return list(range(first, (self.upto >> posting_cache.SEGMENT_BITS) + 1))

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
    known = _known_as_of(session, Fold(fold, upto))
    with known.lock:
        if known.tail.upto < entry:
            rows_since = record_terms.ROWS.where(Standing.entry > known.tail.upto, Standing.entry <= entry)
            known.tail.add(session.connection().execute(rows_since).all())
            known.tail.upto = entry
    return Sources(Folded(session, known.cache), known.tail, BitMap(left))


def _known_as_of(session: Session, fold: Fold) -> _Known:
    earlier = _known.newest(session)
    if earlier is not None and earlier.cache.fold.number > fold.number:
        return _Known(PostingCache(fold))  # for a transaction that began before the newest fold
    return _known.get_or_compute(session, fold.number, lambda: _Known(_follow(session, earlier, fold)))


def _follow(session: Session, earlier: _Known | None, fold: Fold) -> PostingCache:
    """The cache as of a fold: that of an earlier one with what changed since, where the store can tell all of it."""
    if earlier is None:
        return PostingCache(fold)
    since = earlier.cache.fold.number
    if since == fold.number:
        return earlier.cache
    rows = session.execute(_FOLDS.where(PostingFold.id >= since, PostingFold.id <= fold.number)).tuples().all()
    if not rows or rows[0][0] != since:
        return PostingCache(fold)
    later = [Fold(number, upto, None if bits is None else BitMap.deserialize(bits)) for number, upto, bits in rows[1:]]
    return earlier.cache.follow(later)


def visible(source: Source, since: int, until: int) -> BitMap:
    """The entries that may be seen from ``since`` or earlier until after ``until`` (numbers of days)."""
    if isinstance(source, Folded):
        return source.visible(since, until)
    return _visible(source, since, until, source.entries(ALL))


def _visible(source: Source, since: int, until: int, among: BitMap) -> BitMap:
    return (among - _later(source, "from", since, among)) & _later(source, "until", until, among)


def later_than(source: Source, side: str, day: int) -> BitMap:
    """The entries whose ``visible_from`` (``side`` "from") or ``visible_until`` is later."""
    return _later(source, side, day, source.entries(ALL))


def _later(source: Source, side: str, day: int, among: BitMap) -> BitMap:
    """Those of some entries that are later, bit by bit from the highest."""
    later, same = BitMap(), BitMap(among)
    for bit in reversed(range(DAY_BITS)):
        has_bit = source.entries(record_terms.day_term(side, bit))
        if day >> bit & 1:
            same &= has_bit
        else:
            later |= same & has_bit
            same -= has_bit
    return later
