"""Align two names character by character: what was changed, lost, added or swapped."""

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
"""Characters that number things: another one of the same series means another thing, not a slip."""


@dataclass(frozen=True)
class Difference:
    """One difference: its ``kind``, the text of the query, and that of the candidate name."""

    kind: str
    query: str
    candidate: str


@dataclass(frozen=True)
class Line:
    """A text to compare; for each character whether it is part of a common word; how many at its head name places."""

    text: str
    common: Sequence[bool]
    places: int


def line(name: Parts, aside: Sequence[tuple[int, int]] = ()) -> Line:
    """The name without the spans in ``aside``, which are compared separately, given from left to right."""
    text, common = name.text, name.common
    for begin, end in reversed(aside):
        text, common = text[:begin] + text[end:], common[:begin] + common[end:]
    is_without_places = bool(aside) and aside[0][0] < name.region.length
    return Line(text, common, 0 if is_without_places else name.region.length)


def differences(query: Line, candidate: Line) -> Iterator[Difference]:
    """The fewest edits that turn the candidate into the query, each classified by how likely a slip it is."""
    steps = [(op.tag, op.src_pos, op.dest_pos) for op in Levenshtein.editops(candidate.text, query.text)]
    while steps:
        tag, at, to = steps.pop(0)
        if steps and steps[0][1] - at <= 2 and _is_swap((tag, at, to), steps[0], query, candidate):
            _, other_at, other_to = steps.pop(0)
            at, to = min(at, other_at), min(to, other_to)
            yield Difference("swapped", query.text[to : to + 2], candidate.text[at : at + 2])
        elif tag == "replace":
            run = _replacement_run(at, to, steps)
            del steps[: run - 1]
            yield from _replacements(query, to, candidate, at, run)
        elif tag == "insert":
            yield Difference(_addition_kind(query, to, candidate, at), query.text[to], "")
        else:
            yield Difference(_loss_kind(candidate, at), "", candidate.text[at])


def slips(query: str, candidate: str) -> tuple[Difference, ...] | None:
    """The characters of a text that were mistaken for those at the same places of one of its length; None when one of
    them is another character altogether."""
    kinds = [
        (_confusion_kind(typed, written), typed, written)
        for typed, written in zip(query, candidate, strict=True)
        if typed != written
    ]
    if any(kind in (None, "number") for kind, *_ in kinds):
        return None
    return tuple(Difference(kind or "", typed, written) for kind, typed, written in kinds)


def _is_swap(first: tuple[str, int, int], second: tuple[str, int, int], query: Line, candidate: Line) -> bool:
    """Whether two edits swap two neighbours: two replacements, or a loss and an addition."""
    if {first[0], second[0]} == {"insert", "delete"}:
        added, lost = sorted((first, second), key=lambda step: step[0] == "delete")
        character = candidate.text[lost[1]]
        return abs(added[1] - lost[1]) <= 2 and query.text[added[2]] == character and character not in _NUMERALS
    here, there = candidate.text[first[1] : first[1] + 2], query.text[first[2] : first[2] + 2]
    return (
        first[0] == second[0] == "replace"
        and here == there[::-1]
        and not all(character in _NUMERALS for character in here)
    )


def _replacement_run(at: int, to: int, steps: Sequence[tuple[str, int, int]]) -> int:
    """Number of adjacent replacements, beginning with the current one."""
    run = 1
    while len(steps) >= run and steps[run - 1] == ("replace", at + run, to + run):
        run += 1
    return run


def _replacements(query: Line, to: int, candidate: Line, at: int, run: int) -> Iterator[Difference]:
    for offset in range(run):
        query_character, candidate_character = query.text[to + offset], candidate.text[at + offset]
        kind = _confusion_kind(query_character, candidate_character) or _kind_by_position(
            query, to + offset, candidate, at + offset
        )
        if run > 1 and kind in ("look-alike", "slip", "word"):
            kind = "character"  # one letter may be misread; two side by side are another word
        yield Difference(kind, query_character, candidate_character)


@lru_cache(maxsize=16384)
def _confusion_kind(first: str, second: str) -> str | None:
    """Kind of confusion between two characters: number, sound or shape; None if they are not similar."""
    if first in _SERIES and _SERIES[first] == _SERIES.get(second):
        return "number"
    if sounds.same(first, second):
        return "homophone"
    if shapes.alike(first, second):
        return "look-alike"
    return "near-homophone" if sounds.near(first, second) else None


def _kind_by_position(query: Line, to: int, candidate: Line, at: int) -> str:
    """Kind of a wrong character by its position: in a common word it is a slip, in a trade name it is not."""
    if at < candidate.places:
        return "character" if to < query.places else "slip"
    if not candidate.common[at]:
        return "character"
    return "word" if query.common[to] else "slip"


def _addition_kind(query: Line, to: int, candidate: Line, at: int) -> str:
    character = query.text[to]
    if character in _NUMERALS:
        return "number"
    if character in (query.text[to - 1 : to], query.text[to + 1 : to + 2]):
        return "doubled"
    is_inside = 0 < at < len(candidate.text) and candidate.common[at - 1] and candidate.common[at]
    return "added-in-word" if is_inside else "added"


def _loss_kind(candidate: Line, at: int) -> str:
    if candidate.text[at] in _NUMERALS:
        return "number"
    return "lost-in-word" if candidate.common[at] else "lost"
