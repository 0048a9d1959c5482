"""How alike two names are, difference by difference: whoever reads the explanation can work the score out again.

Two labels. ``same``: the codes are equal, or the names are when written one way and no code contradicts. ``possible``:
a person decides. Real firms one character apart are many, so likeness alone never makes the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf

from rapidfuzz import process
from rapidfuzz.distance import Indel, Levenshtein

from registry.domain.naming import sounds
from registry.domain.naming.alignment import Difference, differences, line
from registry.domain.naming.fold import fold
from registry.domain.naming.parts import Parts, parts

COSTS = {
    "homophone": 0.20,
    "near-homophone": 0.35,
    "look-alike": 0.25,
    "swapped": 0.20,
    "doubled": 0.15,
    "slip": 0.40,
    "added": 0.60,
    "added-in-word": 0.30,
    "lost": 0.60,
    "lost-in-word": 0.30,
    "character": 1.50,
    "word": 0.90,
    "number": 2.00,
    "region-left-out": 0.20,
    "region-added": 0.60,
    "region-unclear": 0.10,
    "region-wider": 0.50,
    "region-other": 1.50,
    "form-of-company": 0.05,
    "form-left-out": 0.10,
    "form-other": 0.60,
    "branch-of": 0.80,
    "in-pinyin": 0.30,
    "syllable": 0.60,
}
"""What each kind of difference costs. A slip is cheap; another place, number or trade name is dear."""

POSSIBLE_MIN = 0.4
"""Below this score nobody would take one name for the other: one wrong character in a trade name is just on it."""


_EQUAL = 1e-6
"""Costs that differ by less are one sum, added up in another order."""


@dataclass(frozen=True)
class Named:
    """A party by its name and, when known, its code."""

    name: str
    uscc: str | None = None


@dataclass(frozen=True)
class Match:
    """What two parties have to do with each other by code and name: ``same`` or ``possible``, and why."""

    label: str
    differences: tuple[Difference, ...]

    @property
    def score(self) -> float:
        """1 for equal names, falling with every difference towards 0."""
        return score(self.differences)


def score(found: Sequence[Difference]) -> float:
    """One over one plus the sum of the costs, four decimals."""
    return round(1 / (1 + sum(COSTS[one.kind] for one in found)), 4)


def judge(asked: Named, held: Named) -> Match:
    """Compare two parties; codes decide before names do."""
    found = compare(asked.name, held.name)
    if asked.uscc and held.uscc:
        return Match("same" if asked.uscc == held.uscc else "possible", found)
    return Match("possible" if found or not fold(asked.name) else "same", found)


def compare(asked: str, held: str) -> tuple[Difference, ...]:
    """The differences of two names, in the reading that makes them most alike; none when they are written alike."""
    typed = sounds.syllables(asked)
    one, other = parts(asked), parts(held)
    if one.text == other.text:
        return ()
    if typed:
        return tuple(_spoken(typed, other))
    return _cheapest(_ways(one, other))


def closest(asked: str, held: Sequence[str], limit: int) -> list[int]:
    """Where in ``held`` (folded names) the ``limit`` nearest by plain edit distance are: the cut before comparing."""
    typed = sounds.syllables(asked)
    if typed:
        # One step of C for each name: character by character, two thousand names take most of a search.
        readings = {ord(character): f"{_reading(character, typed)} " for character in set().union(*held)}
        spoken = [name.translate(readings).rstrip() for name in held]
        found = process.extract(" ".join(typed), spoken, scorer=Indel.normalized_similarity, limit=limit)
    else:
        found = process.extract(fold(asked), held, scorer=Indel.normalized_similarity, limit=limit)
    return [index for _, _, index in found]


def _cheapest(ways: Iterator[Iterator[Difference]]) -> tuple[Difference, ...]:
    """The first of the readings that cost least; the others are read no further than they could still win."""
    best: tuple[Difference, ...] = ()
    least = inf
    for way in ways:
        found: list[Difference] = []
        cost = 0.0
        for one in way:
            cost += COSTS[one.kind]
            if cost > least - _EQUAL:
                break
            found.append(one)
        else:
            best, least = tuple(found), cost
    return best


def _ways(asked: Parts, held: Parts) -> Iterator[Iterator[Difference]]:
    """A misspelt place or form is not recognised as one, so unlike ones are compared apart and in line."""
    regions = _apart(asked.text[: asked.region.length], held.text[: held.region.length])
    forms = _apart(asked.legal_form, held.legal_form)
    for is_region_apart, is_form_apart in product(regions, forms):
        yield _way(asked, held, is_region_apart, is_form_apart)


def _apart(one: str, other: str) -> tuple[bool, ...]:
    return (True,) if one == other else (True, False)


def _way(asked: Parts, held: Parts, is_region_apart: bool, is_form_apart: bool) -> Iterator[Difference]:
    here: list[tuple[int, int]] = []
    there: list[tuple[int, int]] = []
    if is_region_apart:
        yield from _regions(asked, held)
        here.append((0, asked.region.length))
        there.append((0, held.region.length))
    if is_form_apart:
        yield from _forms(asked.legal_form, held.legal_form)
        is_branch = bool(asked.branch) and not held.branch
        if is_branch:
            yield Difference("branch-of", asked.branch, "")
        here.append((asked.form[0], len(asked.text) if is_branch else asked.form[1]))
        there.append(held.form)
    yield from differences(line(asked, here), line(held, there))


def _regions(asked: Parts, held: Parts) -> Iterator[Difference]:
    one, other = asked.text[: asked.region.length], held.text[: held.region.length]
    if asked.region.codes == held.region.codes:
        return
    if not one:
        yield Difference("region-left-out", one, other)
    elif not other:
        yield Difference("region-added", one, other)
    elif not asked.region.meets(held.region):
        yield Difference("region-other", one, other)
    elif asked.region.codes.isdisjoint(held.region.codes):
        yield Difference("region-wider", one, other)
    else:
        yield Difference("region-unclear", one, other)


def _forms(one: str, other: str) -> Iterator[Difference]:
    if one == other:
        return
    if not one:
        yield Difference("form-left-out", one, other)
    elif one.endswith("公司") and other.endswith("公司"):
        yield Difference("form-of-company", one, other)
    else:
        yield Difference("form-other", one, other)


def _spoken(typed: Sequence[str], held: Parts) -> Iterator[Difference]:
    """A name typed in pinyin says how it sounds and leaves open how it is written."""
    spoken = [_reading(character, typed) for character in held.text]
    yield Difference("in-pinyin", " ".join(typed), held.text)
    for op in Levenshtein.editops(spoken, typed):
        one = "" if op.tag == "delete" else typed[op.dest_pos]
        other = "" if op.tag == "insert" else held.text[op.src_pos]
        yield Difference("syllable", one, other)


def _reading(character: str, typed: Sequence[str]) -> str:
    """The reading that was typed, if it has that one; else its commonest."""
    ways = sounds.in_order(character)
    return next((way for way in ways if way in typed), ways[0])
