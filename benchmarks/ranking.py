"""How well answers to name queries rank, and how rarely they flag a stranger."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

APART = frozenset({"pinyin", "branch"})
"""A transliteration and a branch office are no misspellings: reported, not averaged."""

LIMITS = (0.02, 0.05, 0.20)


@dataclass(frozen=True)
class Query:
    """A name asked; ``truth`` are the rows that it means, none when it means nobody on the list."""

    qid: str
    name: str
    kind: str
    truth: frozenset[int]


@dataclass(frozen=True)
class Answer:
    """Rows with scores, best first, and the milliseconds it took."""

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
    """At the threshold that lets ``limit`` of the strangers pass: rates of true and of false ones by kind."""

    limit: float
    threshold: float
    macro: float
    rates: Mapping[str, float]
    false: Mapping[str, float]


@dataclass(frozen=True)
class Figures:
    """Shares of the queries that mean somebody: true row first, true row anywhere; and the rates at each limit."""

    rank1: float
    recall: float
    limits: Sequence[AtLimit]

    def at(self, limit: float) -> AtLimit:
        """The rates at one of ``LIMITS``."""
        return next(one for one in self.limits if one.limit == limit)


def figures(queries: Sequence[Query], answers: Mapping[str, Answer]) -> Figures:
    """Everything but the times."""
    positives: dict[str, list[Query]] = defaultdict(list)
    negatives: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        if query.truth:
            positives[query.kind].append(query)
        else:
            negatives[query.kind].append(answers[query.qid].top[1])
    every = [query for kind, asked in positives.items() if kind not in APART for query in asked]
    anywhere = [any(row in query.truth for row, _ in answers[query.qid].candidates) for query in every]
    return Figures(
        _share([answers[query.qid].finds(query) for query in every]),
        _share(anywhere),
        [_at(limit, positives, negatives, answers) for limit in LIMITS],
    )


def _at(
    limit: float,
    positives: Mapping[str, Sequence[Query]],
    negatives: Mapping[str, Sequence[float]],
    answers: Mapping[str, Answer],
) -> AtLimit:
    flagged = sorted((score for scores in negatives.values() for score in scores), reverse=True)
    allowed = int(limit * len(flagged))
    threshold = flagged[allowed] + 1e-9 if allowed < len(flagged) else 0.0
    rates = {
        kind: _share([answers[query.qid].finds(query, threshold) for query in asked])
        for kind, asked in positives.items()
    }
    averaged = [rate for kind, rate in rates.items() if kind not in APART]
    false = {kind: _share([score >= threshold for score in scores]) for kind, scores in negatives.items()}
    return AtLimit(limit, threshold, sum(averaged) / len(averaged), rates, false)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def lines(found: Figures, answers: Mapping[str, Answer]) -> Iterator[str]:
    """The figures and the times, to be printed."""
    yield f"rank1 {found.rank1:.4f}   recall@20 {found.recall:.4f}"
    for one in found.limits:
        each = " ".join(f"{kind}={rate:.2f}" for kind, rate in sorted(one.rates.items()))
        yield f"FPR<={one.limit:.2f}  threshold {one.threshold:.4f}  macro_TPR {one.macro:.4f}  {each}"
        yield "           flagged " + " ".join(f"{kind}={rate:.3f}" for kind, rate in sorted(one.false.items()))
    yield f"ms {percentiles(answers, (0.5, 0.95, 0.99))}"


def percentiles(answers: Mapping[str, Answer], shares: Sequence[float]) -> str:
    """The milliseconds under which so large a share of the answers stayed."""
    times = sorted(answer.ms for answer in answers.values())
    at = ((share, times[min(len(times) - 1, int(share * len(times)))]) for share in shares)
    return "  ".join(f"p{share * 100:.0f} {ms:.2f}" for share, ms in at)
