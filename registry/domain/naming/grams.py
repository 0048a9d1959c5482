"""Index grams of a name for search: neighbouring characters and neighbouring sounds, in either order.

Without order, because two neighbours typed the wrong way round are a common slip, and a short name has few others.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise, product, starmap
from zlib import crc32

from registry.domain.naming import sounds
from registry.domain.naming.fold import fold

READINGS_MAX = 3
"""So many readings of a character are indexed; the rarer ones only count when names are compared."""


def grams_of(name: str) -> list[int]:
    """The grams of a name as numbers of 31 bits, each once, in rising order; of one character none.

    A name typed in pinyin has those of its syllables.
    """
    return sorted(_grams(name) - _everywhere())


def _grams(name: str) -> set[int]:
    typed = [(syllable,) for syllable in sounds.syllables(name)]
    found = {_number(text) for text in _neighbour_pairs(typed)}
    return found.union(*starmap(_grams_of_pair, pairwise(fold(name))))


@lru_cache(maxsize=32768)  # names are made of the same few neighbours
def _grams_of_pair(first: str, second: str) -> frozenset[int]:
    spoken = [sounds.in_order(character)[:READINGS_MAX] for character in (first, second)]
    return frozenset(map(_number, (*_neighbour_pairs((first, second)), *_neighbour_pairs(spoken))))


def _number(text: str) -> int:
    return crc32(text.encode()) >> 1


@cache
def _everywhere() -> frozenset[int]:
    """Grams of legal forms that most companies have: matching everything, they are neither indexed nor searched."""
    return frozenset().union(*map(_grams, ("有限公司", "有限责任公司", "股份有限公司")))


def _neighbour_pairs(row: Sequence[Iterable[str]]) -> Iterator[str]:
    """Neighbours in a row of alternatives, as one text for either order."""
    for before, after in pairwise(row):
        for left, right in product(before, after):
            yield f"{left} {right}" if left < right else f"{right} {left}"
