"""Keep bitmaps of postings in memory from one fold to the next.

A fold changes what a term finds in two ways only: the entries that left meanwhile are taken out, and those published
since the fold before come into the last segments. So all else of a bitmap that was read before stays true, however many
segments there are.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

SEGMENT_BITS = 16
"""A segment is 65,536 entries: one container of a roaring bitmap."""
BYTES_MAX = 256 * 1024 * 1024
"""So much of the postings a process keeps in memory; the longest unused are dropped."""
FOLDS_KEPT = 64
"""Of so many folds the store tells what left with them; a bitmap that is older is read anew."""


@dataclass(frozen=True)
class Fold:
    """A fold by its number, which grows: the postings know what stands up to an entry. ``left``: the entries that left
    with it; None when the postings were built anew."""

    number: int
    upto: int
    left: BitMap | None = None


@dataclass(frozen=True, slots=True)
class _Kept:
    bitmap: BitMap
    size: int
    fold: int


class PostingCache:
    """Bitmaps as of one fold, by the term or question that they answer; nobody changes one that is in here.

    ``follow`` makes the cache of a later fold from it.
    """

    def __init__(self, fold: Fold) -> None:
        self.fold = fold
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._bytes = 0
        # By the number of an earlier fold: up to which entry it knew, and what has left since.
        self._changes: dict[int, tuple[int, BitMap]] = {}

    def follow(self, later: Sequence[Fold]) -> "PostingCache":
        """The cache as of the last of the folds that came after this one, in their order."""
        cache, left = PostingCache(later[-1]), BitMap()
        for fold in later:
            if fold.left is None:
                return cache
            left |= fold.left
        changes = {number: (upto, earlier | left) for number, (upto, earlier) in self._changes.items()}
        changes[self.fold.number] = self.fold.upto, left
        cache._changes = dict(sorted(changes.items())[-FOLDS_KEPT:])
        with self._lock:
            cache._kept, cache._bytes = self._kept.copy(), self._bytes
        return cache

    def get(self, key: Hashable) -> BitMap | None:
        """The bitmap of a key as of this fold; None where it has to be read."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.fold != self.fold.number:
                return None
            self._kept.move_to_end(key)
            return kept.bitmap

    def unchanged(self, key: Hashable) -> tuple[BitMap, int]:
        """What is still true of a bitmap that was kept, and the first segment that has to be read."""
        with self._lock:
            kept = self._kept.get(key)
        if kept is None or kept.fold not in self._changes:
            return BitMap(), 0
        upto, left = self._changes[kept.fold]
        first = upto >> SEGMENT_BITS
        return (kept.bitmap & BitMap(range(first << SEGMENT_BITS))) - left, first

    def put(self, key: Hashable, bitmap: BitMap) -> BitMap:
        """Keep a bitmap as of this fold."""
        statistics = bitmap.get_statistics()
        size = statistics["n_bytes_array_containers"] + statistics["n_bytes_bitset_containers"] + 200
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += size - (before.size if before else 0)
            self._kept[key] = _Kept(bitmap, size, self.fold.number)
            while self._bytes > BYTES_MAX:
                self._bytes -= self._kept.popitem(last=False)[1].size
        return bitmap
