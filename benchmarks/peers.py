"""Other scorers beside ours: each scores again, in the same run, the names that our search found.

OpenSanctions' logic-v2 (from nomenklatura, the extra ``bench``) and Jaro-Winkler. Finding the names is not compared.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from rapidfuzz.distance import JaroWinkler

from benchmarks.ranking import Answer, Figures, Query, figures, percentiles
from registry.domain.naming import matching, name_key
from registry.domain.naming.fold import fold

LIMITS = (0.02, 0.05)
RAW, NORMALISED = "logic-v2, raw names", "logic-v2, normalised names"


@dataclass(frozen=True)
class Scorer:
    """``score(asked, held)`` is from 0 to 1; ``asked`` and ``held`` write both names first, by default normalised."""

    title: str
    score: Callable[[str, str], float]
    asked: Callable[[str], str] = fold
    held: Callable[[str], str] = fold


def _judged(asked: str, held: str) -> float:
    return matching.judge(matching.Named(asked), matching.Named(held)).score


OURS = Scorer("ours", _judged, asked=str)
"""As in the search: the name as typed, against the normalised one of the index."""

JARO_WINKLER = Scorer("Jaro-Winkler, normalised names", JaroWinkler.normalized_similarity)


def logic_v2() -> tuple[Scorer, Scorer]:
    """On raw and on normalised names; ``ImportError`` when the extra is not installed."""
    from followthemoney import EntityProxy, model
    from nomenklatura.matching.logic_v2.model import LogicV2

    config = LogicV2.default_config()

    def company(name: str) -> EntityProxy:
        # Its caches tell companies apart by their id alone: two names under one id would share a score.
        made = model.get_proxy({"id": f"name {name}", "schema": "Company"})
        made.add("name", name)
        return made

    def score(asked: str, held: str) -> float:
        return LogicV2.compare(company(asked), company(held), config).score

    return Scorer(RAW, score, asked=str, held=str), Scorer(NORMALISED, score)


def lines(firms: Sequence[tuple[int, str]], queries: Sequence[Query], answers: Mapping[str, Answer]) -> Iterator[str]:
    """The figures of every scorer over the rows of ``answers``, and ours over those of logic-v2, to be printed."""
    others: list[Scorer] = [JARO_WINKLER]
    yield f"scored again by each, {len(queries):,} queries, the same names; the milliseconds are of scoring alone"
    try:
        others = [*logic_v2(), JARO_WINKLER]
    except ImportError as missing:
        yield f"  logic-v2 is left out, for want of the extra bench ({missing}): pip install -e '.[bench]'"
    held, found = dict(firms), dict[str, Figures]()
    for scorer in (OURS, *others):
        again = rescored(scorer, held, queries, answers)
        found[scorer.title] = figures(queries, again)
        yield f"  {scorer.title:<31} {_told(found[scorer.title])}   ms {percentiles(again, (0.5, 0.95))}"
    if NORMALISED in found:
        ratios = "   ".join(_ratio(found[OURS.title], found[NORMALISED], limit) for limit in LIMITS)
        yield f"  macro_TPR of ours / of {NORMALISED} (nomenklatura {version('nomenklatura')})   {ratios}"


def rescored(
    scorer: Scorer, held: Mapping[int, str], queries: Sequence[Query], answers: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The same rows, the likest to the scorer first; ``held`` are the names of the rows."""
    return {query.qid: _again(scorer, held, query.name, answers[query.qid]) for query in queries}


def _again(scorer: Scorer, held: Mapping[int, str], name: str, answer: Answer) -> Answer:
    rows = [row for row, _ in answer.candidates]
    asked, written = scorer.asked(name), [scorer.held(held[row]) for row in rows]
    began = time.perf_counter()
    scores = [scorer.score(asked, one) for one in written]
    took = (time.perf_counter() - began) * 1000
    # Equal scores go by the name, as in our search: left as they came, they would be in the order of our scores.
    order = sorted(zip(rows, scores, strict=True), key=lambda one: (-one[1], name_key.key(held[one[0]])))
    return Answer(order, took)


def _told(found: Figures) -> str:
    rates = "  ".join(f"{found.at(limit).macro:.4f} at FPR<={limit:.2f}" for limit in LIMITS)
    return f"rank1 {found.rank1:.4f}   macro_TPR {rates}"


def _ratio(ours: Figures, theirs: Figures, limit: float) -> str:
    """How many times the rate of the other ours is; the other's may be nought."""
    one, other = ours.at(limit).macro, theirs.at(limit).macro
    return f"{one / other:.2f} at FPR<={limit:.2f}" if other else f"theirs is 0 at FPR<={limit:.2f}"
