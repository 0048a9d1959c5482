"""Compare name scorers: each scores again, in the same run, the names that our search found.

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
    """A scorer of name pairs, from 0 to 1; ``write_query`` and ``write_name`` prepare both, by default normalised."""

    title: str
    score: Callable[[str, str], float]
    write_query: Callable[[str], str] = fold
    write_name: Callable[[str], str] = fold


def _score_ours(query_name: str, name: str) -> float:
    return matching.judge(matching.NamedParty(query_name), matching.NamedParty(name)).score


OURS = Scorer("ours", _score_ours, write_query=str)
"""Our scorer as the search uses it: the name as typed, against the normalised one of the index."""

JARO_WINKLER = Scorer("Jaro-Winkler, normalised names", JaroWinkler.normalized_similarity)


def logic_v2() -> tuple[Scorer, Scorer]:
    """The scorers logic-v2 on raw and on normalised names; ``ImportError`` when the extra is not installed."""
    from followthemoney import EntityProxy, model
    from nomenklatura.matching.logic_v2.model import LogicV2

    config = LogicV2.default_config()

    def company(name: str) -> EntityProxy:
        # Its caches tell companies apart by their id alone: two names under one id would share a score.
        entity = model.get_proxy({"id": f"name {name}", "schema": "Company"})
        entity.add("name", name)
        return entity

    def score(query_name: str, name: str) -> float:
        return LogicV2.compare(company(query_name), company(name), config).score

    return Scorer(RAW, score, write_query=str, write_name=str), Scorer(NORMALISED, score)


def lines(firms: Sequence[tuple[int, str]], queries: Sequence[Query], answers: Mapping[str, Answer]) -> Iterator[str]:
    """The figures of every scorer over the rows of ``answers``, and ours over those of logic-v2, to be printed."""
    others: list[Scorer] = [JARO_WINKLER]
    yield f"scored again by each, {len(queries):,} queries, the same names; the milliseconds are of scoring alone"
    try:
        others = [*logic_v2(), JARO_WINKLER]
    except ImportError as missing:
        yield f"  logic-v2 is left out, for want of the extra bench ({missing}): pip install -e '.[bench]'"
    names, by_title = dict(firms), dict[str, Figures]()
    for scorer in (OURS, *others):
        again = rescored(scorer, names, queries, answers)
        by_title[scorer.title] = figures(queries, again)
        yield f"  {scorer.title:<31} {_format_figures(by_title[scorer.title])}   ms {percentiles(again, (0.5, 0.95))}"
    if NORMALISED in by_title:
        ratios = "   ".join(_format_ratio(by_title[OURS.title], by_title[NORMALISED], limit) for limit in LIMITS)
        yield f"  macro_TPR of ours / of {NORMALISED} (nomenklatura {version('nomenklatura')})   {ratios}"


def rescored(
    scorer: Scorer, names: Mapping[int, str], queries: Sequence[Query], answers: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The same rows, the likest to the scorer first; ``names`` are the names of the rows."""
    return {query.qid: _rescore(scorer, names, query.name, answers[query.qid]) for query in queries}


def _rescore(scorer: Scorer, names: Mapping[int, str], name: str, answer: Answer) -> Answer:
    rows = [row for row, _ in answer.candidates]
    query_name, written = scorer.write_query(name), [scorer.write_name(names[row]) for row in rows]
    began = time.perf_counter()
    scores = [scorer.score(query_name, written_name) for written_name in written]
    took = (time.perf_counter() - began) * 1000
    # Equal scores go by the name, as in our search: left as they came, they would be in the order of our scores.
    order = sorted(zip(rows, scores, strict=True), key=lambda pair: (-pair[1], name_key.key(names[pair[0]])))
    return Answer(order, took)


def _format_figures(shares: Figures) -> str:
    rates = "  ".join(f"{shares.at(limit).macro:.4f} at FPR<={limit:.2f}" for limit in LIMITS)
    return f"rank1 {shares.rank1:.4f}   macro_TPR {rates}"


def _format_ratio(ours: Figures, theirs: Figures, limit: float) -> str:
    """Format how many times their rate ours is; theirs may be 0."""
    our_rate, their_rate = ours.at(limit).macro, theirs.at(limit).macro
    return f"{our_rate / their_rate:.2f} at FPR<={limit:.2f}" if their_rate else f"theirs is 0 at FPR<={limit:.2f}"
