"""What of a department's decisions is to be compared with its own file: a sample that can be drawn again, and numbers
that were left out.

A decision that was never filed (瞒报) cannot be seen from here; a gap in its numbers can, and a sample tells how true
the rest is.
"""

import hashlib
import heapq
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
GAPS_PER_SERIES_MAX = 100
"""A series with more missing numbers than this is one whose numbers are shared with other decisions: only told."""
_SERIAL = re.compile(r"(.*?)([0-9]{1,9})([^0-9]*)", re.DOTALL)


@dataclass(frozen=True)
class Gap:
    """Numbers of a series that no filed decision has; ``numbers`` is empty when they are too many to be listed."""

    first: str
    last: str
    filed: int
    missing: int
    numbers: Sequence[str]


def draw(items: Sequence[T], count: int, seed: str) -> list[T]:
    """At most ``count`` of the items, the same ones for the same seed, in their order.

    Each item has its lot by its own name and the seed, so that whoever checks can draw again.
    """
    places = heapq.nsmallest(count, range(len(items)), key=lambda place: _lot(items[place], seed))
    return [items[place] for place in sorted(places)]


def _lot(item: object, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{item}".encode()).digest()


def gaps(document_numbers: Iterable[str]) -> list[Gap]:
    """The numbers left out within each series of document numbers: those that differ in their last figure only."""
    series: dict[tuple[str, str], set[int]] = {}
    for text in document_numbers:
        match = _SERIAL.fullmatch(text)
        if match is not None:
            series.setdefault((match[1], match[3]), set()).add(int(match[2]))
    found = []
    for (before, after), numbers in sorted(series.items()):
        first, last = min(numbers), max(numbers)
        missing = last - first + 1 - len(numbers)
        if missing:
            listed = [number for number in range(first, last) if number not in numbers] if _is_few(missing) else []
            names = [f"{before}{number}{after}" for number in listed]
            found.append(Gap(f"{before}{first}{after}", f"{before}{last}{after}", len(numbers), missing, names))
    return found


def _is_few(missing: int) -> bool:
    return missing <= GAPS_PER_SERIES_MAX
