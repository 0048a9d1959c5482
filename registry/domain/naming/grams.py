"""Index grams of a name for search: neighbouring characters and neighbouring sounds, in either order.

Without order, because two neighbours typed the wrong way round are a common slip, and a short name has few others.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from zlib import crc32

from registry.domain.naming import sounds
from registry.domain.naming.fold import fold

READINGS_MAX = 3
"""So many readings of a character are indexed; the rarer ones only count when names are compared."""


def grams_of(name: str) -> list[int]:
    """The grams of a name as numbers of 31 bits, each once, in rising order; of one character none.

    A name typed in pinyin has those of its syllables.
    """
    folded = fold(name)
    spoken = [sounds.in_order(character)[:READINGS_MAX] for character in folded]
    typed = [(syllable,) for syllable in sounds.syllables(name)]
    texts = {*_neighbour_pairs(folded), *_neighbour_pairs(spoken), *_neighbour_pairs(typed)}
    return sorted({crc32(text.encode()) >> 1 for text in texts} - _EVERYWHERE)


def _neighbour_pairs(row: Sequence[Iterable[str]]) -> Iterator[str]:
    """Neighbours in a row of alternatives, as one text for either order."""
    for before, after in pairwise(row):
        for left, right in product(before, after):
            yield f"{left} {right}" if left < right else f"{right} {left}"


_EVERYWHERE: frozenset[int] = frozenset()
_EVERYWHERE = frozenset(grams_of("有限公司") + grams_of("有限责任公司") + grams_of("股份有限公司"))
"""Grams of legal forms that most companies have: they match everything, so they are neither indexed nor searched."""
