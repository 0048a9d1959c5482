"""Score the similarity of two names, difference by difference: the score can be recomputed from the explanation.

Two labels. ``same``: the codes are equal, or the names are when written one way and no code contradicts. ``possible``:
a person decides. Real firms one character apart are many, so likeness alone never makes the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf

from rapidfuzz import process
from rapidfuzz.distance import Indel, Levenshtein

from registry.domain.naming import alignment, sounds
from registry.domain.naming.alignment import Difference
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
"""Lowest score of a possible match: one wrong character in a trade name is just on it."""


_EQUAL = 1e-6
"""Costs that differ by less are one sum, added up in another order."""


@dataclass(frozen=True)
class NamedParty:
    """A party by its name and, when known, its code."""

    name: str
    uscc: str | None = None


@dataclass(frozen=True)
class Match:
    """How two parties match by code and name: ``same`` or ``possible``, with the differences."""

    label: str
    differences: tuple[Difference, ...]

    @property
    def score(self) -> float:
        """Similarity score: 1 for equal names, falling with every difference towards 0."""
        return score(self.differences)


def score(differences: Sequence[Difference]) -> float:
    """Score of some differences: one over one plus the sum of their costs, four decimals."""
    return round(1 / (1 + sum(COSTS[difference.kind] for difference in differences)), 4)


def judge(query: NamedParty, candidate: NamedParty) -> Match:
    """Match two parties: codes decide before names do."""
    differences = compare(query.name, candidate.name)
    if query.uscc and candidate.uscc:
        return Match("same" if query.uscc == candidate.uscc else "possible", differences)
    return Match("possible" if differences or not fold(query.name) else "same", differences)


def judge_parts(words: Sequence[str], candidate: str) -> Match | None:
    """Match the words of a question with the parts of a name that are likest to them; None when one is like no part.

    A part has the length of its word, and each character of it is the same, sounds or looks like the one typed.
    """
    name = fold(candidate)
    found: list[Difference] = []
    for word in map(fold, words):
        readings = [
            part
            for start in range(len(name) - len(word) + 1)
            if (part := alignment.slips(word, name[start : start + len(word)])) is not None
        ]
        if not readings:
            return None
        found += min(readings, key=lambda part: sum(COSTS[difference.kind] for difference in part))
    return Match("possible", tuple(found))


def compare(query: str, candidate: str) -> tuple[Difference, ...]:
    """Compare two names: their differences in the most similar reading; none when they are written alike."""
    typed = sounds.syllables(query)
    query_parts, candidate_parts = parts(query), parts(candidate)
    if query_parts.text == candidate_parts.text:
        return ()
    if typed:
        return tuple(_pinyin_differences(typed, candidate_parts))
    return _cheapest_reading(_readings(query_parts, candidate_parts))


def closest(query: str, candidates: Sequence[str], limit: int) -> list[int]:
    """Indexes of the ``limit`` nearest ``candidates`` (folded names) by edit distance: preselected for ``compare``."""
    typed = sounds.syllables(query)
    if typed:
        # One step of C for each name: character by character, two thousand names take most of a search.
        readings = {ord(character): f"{_typed_reading(character, typed)} " for character in set().union(*candidates)}
        spoken = [name.translate(readings).rstrip() for name in candidates]
        matches = process.extract(" ".join(typed), spoken, scorer=Indel.normalized_similarity, limit=limit)
    else:
        matches = process.extract(fold(query), candidates, scorer=Indel.normalized_similarity, limit=limit)
    return [index for _, _, index in matches]


def _cheapest_reading(readings: Iterator[Iterator[Difference]]) -> tuple[Difference, ...]:
    """The first of the cheapest readings; a reading is abandoned once it costs more than the best so far."""
    best: tuple[Difference, ...] = ()
    least = inf
    for reading in readings:
        differences_so_far: list[Difference] = []
        cost = 0.0
        for difference in reading:
            cost += COSTS[difference.kind]
            if cost > least - _EQUAL:
                break
            differences_so_far.append(difference)
        else:
            best, least = tuple(differences_so_far), cost
    return best


def _readings(query: Parts, candidate: Parts) -> Iterator[Iterator[Difference]]:
    """All readings of two names: unlike places or forms are compared apart and in line, as one may be misspelt."""
    regions = _apart_choices(query.text[: query.region.length], candidate.text[: candidate.region.length])
    forms = _apart_choices(query.legal_form, candidate.legal_form)
    for is_region_apart, is_form_apart in product(regions, forms):
        yield _compare_reading(query, candidate, is_region_apart, is_form_apart)


def _apart_choices(query_part: str, candidate_part: str) -> tuple[bool, ...]:
    return (True,) if query_part == candidate_part else (True, False)


def _compare_reading(
    query: Parts, candidate: Parts, is_region_apart: bool, is_form_apart: bool
) -> Iterator[Difference]:
    query_aside: list[tuple[int, int]] = []
    candidate_aside: list[tuple[int, int]] = []
    if is_region_apart:
        yield from _region_differences(query, candidate)
        query_aside.append((0, query.region.length))
        candidate_aside.append((0, candidate.region.length))
    if is_form_apart:
        yield from _form_differences(query.legal_form, candidate.legal_form)
        is_branch = bool(query.branch) and not candidate.branch
        if is_branch:
            yield Difference("branch-of", query.branch, "")
        query_aside.append((query.form[0], len(query.text) if is_branch else query.form[1]))
        candidate_aside.append(candidate.form)
    yield from alignment.differences(alignment.line(query, query_aside), alignment.line(candidate, candidate_aside))


def _region_differences(query: Parts, candidate: Parts) -> Iterator[Difference]:
    query_region, candidate_region = query.text[: query.region.length], candidate.text[: candidate.region.length]
    if query.region.codes == candidate.region.codes:
        return
    if not query_region:
        yield Difference("region-left-out", query_region, candidate_region)
    elif not candidate_region:
        yield Difference("region-added", query_region, candidate_region)
    elif not query.region.meets(candidate.region):
        yield Difference("region-other", query_region, candidate_region)
    elif query.region.codes.isdisjoint(candidate.region.codes):
        yield Difference("region-wider", query_region, candidate_region)
    else:
        yield Difference("region-unclear", query_region, candidate_region)


def _form_differences(query_form: str, candidate_form: str) -> Iterator[Difference]:
    if query_form == candidate_form:
        return
    if not query_form:
        yield Difference("form-left-out", query_form, candidate_form)
    elif query_form.endswith("公司") and candidate_form.endswith("公司"):
        yield Difference("form-of-company", query_form, candidate_form)
    else:
        yield Difference("form-other", query_form, candidate_form)


def _pinyin_differences(typed: Sequence[str], candidate: Parts) -> Iterator[Difference]:
    """Differences of a name typed in pinyin, which gives its sound but not its characters."""
    spoken = [_typed_reading(character, typed) for character in candidate.text]
    yield Difference("in-pinyin", " ".join(typed), candidate.text)
    for op in Levenshtein.editops(spoken, typed):
        query_syllable = "" if op.tag == "delete" else typed[op.dest_pos]
        candidate_character = "" if op.tag == "insert" else candidate.text[op.src_pos]
        yield Difference("syllable", query_syllable, candidate_character)


def _typed_reading(character: str, typed: Sequence[str]) -> str:
    """The typed reading of a character if it has it, else its commonest."""
    ways = sounds.in_order(character)
    return next((way for way in ways if way in typed), ways[0])
