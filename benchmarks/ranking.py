"""Ranking figures of name queries: true rows found, and strangers flagged."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

APART = frozenset({"pinyin", "branch"})
"""A transliteration and a branch office are no misspellings: reported, not averaged."""

LIMITS = (0.02, 0.05, 0.20)


@dataclass(frozen=True)
class Query:
    """A name queried; ``truth`` are the rows that it means, none when it means nobody on the list."""

    qid: str
    name: str
    kind: str
    truth: frozenset[int]


@dataclass(frozen=True)
class Answer:
    """The answer to a query: rows with scores, best first, and the milliseconds it took."""

    candidates: Sequence[tuple[int, float]]
    ms: float

    @property
    def top(self) -> tuple[int | None, float]:
        """The best row and its score."""
        return self.candidates[0] if self.candidates else (None, 0.0)

    def finds(self, query: Query, threshold: float = 0.0) -> bool:
        """Whether the best row is a true one and reaches the threshold."""
        return self.top[0] in query.truth and self.top[1] >= threshold


@dataclass(frozen=True)
class AtLimit:
    """Rates of true and of false hits by kind, at the threshold that lets ``limit`` of the strangers pass."""

    limit: float
    threshold: float
    macro: float
    rates: Mapping[str, float]
    false: Mapping[str, float]


@dataclass(frozen=True)
class Figures:
    """Shares of queries with a true row first and anywhere, and the rates at each limit."""

    rank1: float
    recall: float
    limits: Sequence[AtLimit]

    def at(self, limit: float) -> AtLimit:
        """The rates at one of ``LIMITS``."""
        return next(rates for rates in self.limits if rates.limit == limit)


def figures(queries: Sequence[Query], answers: Mapping[str, Answer]) -> Figures:
    """Compute the ranking figures of the answers to the queries."""
    positives: dict[str, list[Query]] = defaultdict(list)
    negatives: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        if query.truth:
            positives[query.kind].append(query)
        else:
            negatives[query.kind].append(answers[query.qid].top[1])
    every = [query for kind, group in positives.items() if kind not in APART for query in group]
    anywhere = [any(row in query.truth for row, _ in answers[query.qid].candidates) for query in every]
    return Figures(
        _mean([answers[query.qid].finds(query) for query in every]),
        _mean(anywhere),
        [_compute_rates(limit, positives, negatives, answers) for limit in LIMITS],
    )


def _compute_rates(
    limit: float,
    positives: Mapping[str, Sequence[Query]],
    negatives: Mapping[str, Sequence[float]],
    answers: Mapping[str, Answer],
) -> AtLimit:
    flagged = sorted((score for scores in negatives.values() for score in scores), reverse=True)
    allowed = int(limit * len(flagged))
    threshold = flagged[allowed] + 1e-9 if allowed < len(flagged) else 0.0
    rates = {
        kind: _mean([answers[query.qid].finds(query, threshold) for query in group])
        for kind, group in positives.items()
    }
    averaged = [rate for kind, rate in rates.items() if kind not in APART]
    false = {kind: _mean([score >= threshold for score in scores]) for kind, scores in negatives.items()}
    return AtLimit(limit, threshold, sum(averaged) / len(averaged), rates, false)


def _mean(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def lines(shares: Figures, answers: Mapping[str, Answer]) -> Iterator[str]:
    """Format the figures and the times as lines to print."""
    yield f"rank1 {shares.rank1:.4f}   recall@20 {shares.recall:.4f}"
    for rates in shares.limits:
        each = " ".join(f"{kind}={rate:.2f}" for kind, rate in sorted(rates.rates.items()))
        yield f"FPR<={rates.limit:.2f}  threshold {rates.threshold:.4f}  macro_TPR {rates.macro:.4f}  {each}"
        yield "           flagged " + " ".join(f"{kind}={rate:.3f}" for kind, rate in sorted(rates.false.items()))
    yield f"ms {percentiles(answers, (0.5, 0.95, 0.99))}"


def percentiles(answers: Mapping[str, Answer], shares: Sequence[float]) -> str:
    """Format the percentiles of the answer times in milliseconds."""
    times = sorted(answer.ms for answer in answers.values())
    at = ((share, times[min(len(times) - 1, int(share * len(times)))]) for share in shares)
    return "  ".join(f"p{share * 100:.0f} {ms:.2f}" for share, ms in at)
