"""Two texts laid side by side, character by character: what was changed, lost, added or turned round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from registry.domain.naming import shapes, sounds
from registry.domain.naming.parts import Parts

_NUMERALS = "〇零一二三四五六七八九十百千两0123456789"
_SERIES = {
    character: series
    for series in (_NUMERALS, "甲乙丙丁戊己庚辛", "东南西北中", "上下", "前后", "左右", "大小", "新老旧")
    for character in series
}
"""Characters that number things: one in the place of another of its series is another thing, not a slip."""


@dataclass(frozen=True)
class Difference:
    """One difference: its ``kind``, what was asked, and what the held name has in its place."""

    kind: str
    asked: str
    held: str


@dataclass(frozen=True)
class Line:
    """A text to compare; for each character whether it is of a common word; how many at its head name places."""

    text: str
    common: Sequence[bool]
    places: int


def line(name: Parts, aside: Sequence[tuple[int, int]] = ()) -> Line:
    """The name without the stretches that are compared apart, given from left to right by where they begin and end."""
    text, common = name.text, name.common
    for begin, end in reversed(aside):
        text, common = text[:begin] + text[end:], common[:begin] + common[end:]
    is_without_places = bool(aside) and aside[0][0] < name.region.length
    return Line(text, common, 0 if is_without_places else name.region.length)


def differences(asked: Line, held: Line) -> Iterator[Difference]:
    """The fewest steps that turn the held text into the asked one, each named by how likely a slip it is."""
    steps = [(op.tag, op.src_pos, op.dest_pos) for op in Levenshtein.editops(held.text, asked.text)]
    while steps:
        tag, at, to = steps.pop(0)
        if steps and steps[0][1] - at <= 2 and _is_swap((tag, at, to), steps[0], asked, held):
            _, other_at, other_to = steps.pop(0)
            at, to = min(at, other_at), min(to, other_to)
            yield Difference("swapped", asked.text[to : to + 2], held.text[at : at + 2])
        elif tag == "replace":
            run = _run(at, to, steps)
            del steps[: run - 1]
            yield from _replaced(asked, to, held, at, run)
        elif tag == "insert":
            yield Difference(_added(asked, to, held, at), asked.text[to], "")
        else:
            yield Difference(_lost(held, at), "", held.text[at])


def _is_swap(one: tuple[str, int, int], two: tuple[str, int, int], asked: Line, held: Line) -> bool:
    """Two neighbours in each other's place, which come as two replacements or as a loss and an addition."""
    if {one[0], two[0]} == {"insert", "delete"}:
        added, lost = sorted((one, two), key=lambda step: step[0] == "delete")
        moved = held.text[lost[1]]
        return abs(added[1] - lost[1]) <= 2 and asked.text[added[2]] == moved and moved not in _NUMERALS
    here, there = held.text[one[1] : one[1] + 2], asked.text[one[2] : one[2] + 2]
    return one[0] == two[0] == "replace" and here == there[::-1] and not all(moved in _NUMERALS for moved in here)


def _run(at: int, to: int, steps: Sequence[tuple[str, int, int]]) -> int:
    """How many replacements stand side by side, beginning with the one at hand."""
    run = 1
    while len(steps) >= run and steps[run - 1] == ("replace", at + run, to + run):
        run += 1
    return run


def _replaced(asked: Line, to: int, held: Line, at: int, run: int) -> Iterator[Difference]:
    for offset in range(run):
        one, other = asked.text[to + offset], held.text[at + offset]
        kind = _sign(one, other) or _place(asked, to + offset, held, at + offset)
        if run > 1 and kind in ("look-alike", "slip", "word"):
            kind = "character"  # one letter may be misread; two side by side are another word
        yield Difference(kind, one, other)


@lru_cache(maxsize=16384)
def _sign(one: str, other: str) -> str | None:
    """How the two characters themselves may be mistaken."""
    if one in _SERIES and _SERIES[one] == _SERIES.get(other):
        return "number"
    if sounds.same(one, other):
        return "homophone"
    if shapes.alike(one, other):
        return "look-alike"
    return "near-homophone" if sounds.near(one, other) else None


def _place(asked: Line, to: int, held: Line, at: int) -> str:
    """What a wrong character means where it stands: a broken common word is a slip, a broken trade name is not."""
    if at < held.places:
        return "character" if to < asked.places else "slip"
    if not held.common[at]:
        return "character"
    return "word" if asked.common[to] else "slip"


def _added(asked: Line, to: int, held: Line, at: int) -> str:
    character = asked.text[to]
    if character in _NUMERALS:
        return "number"
    if character in (asked.text[to - 1 : to], asked.text[to + 1 : to + 2]):
        return "doubled"
    is_inside = 0 < at < len(held.text) and held.common[at - 1] and held.common[at]
    return "added-in-word" if is_inside else "added"


def _lost(held: Line, at: int) -> str:
    if held.text[at] in _NUMERALS:
        return "number"
    return "lost-in-word" if held.common[at] else "lost"
