"""How well answers to name queries rank and how rarely they flag a stranger."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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


def report(queries: Sequence[Query], answers: dict[str, Answer]) -> Iterable[str]:
    """Lines: rank-1 and recall, then per limit of false positives the threshold and the rates of true ones."""
    positives: dict[str, list[tuple[Query, Answer]]] = defaultdict(list)
    negatives: dict[str, list[float]] = defaultdict(list)
    for query in queries:
        answer = answers[query.qid]
        if query.truth:
            positives[query.kind].append((query, answer))
        else:
            negatives[query.kind].append(answer.top[1])
    kinds = [kind for kind in positives if kind not in APART]
    every = [pair for kind in kinds for pair in positives[kind]]
    flagged = sorted((score for scores in negatives.values() for score in scores), reverse=True)
    apart = sum(len(pairs) for kind, pairs in positives.items() if kind in APART)
    yield f"positives {len(every)} (+{apart} apart), negatives {len(flagged)}"
    rank1 = sum(answer.top[0] in query.truth for query, answer in every) / len(every)
    recall = sum(any(row in query.truth for row, _ in answer.candidates) for query, answer in every) / len(
        every
    )
    yield f"rank1 {rank1:.4f}   recall@20 {recall:.4f}"
    for limit in LIMITS:
        allowed = int(limit * len(flagged))
        threshold = flagged[allowed] + 1e-9 if allowed < len(flagged) else 0.0
        rates = {kind: _rate(pairs, threshold) for kind, pairs in positives.items()}
        macro = sum(rates[kind] for kind in kinds) / len(kinds)
        each = " ".join(f"{kind}={rate:.2f}" for kind, rate in sorted(rates.items()))
        yield f"FPR<={limit:.2f}  threshold {threshold:.4f}  macro_TPR {macro:.4f}  {each}"
        false = {
            kind: sum(score >= threshold for score in scores) / len(scores)
            for kind, scores in negatives.items()
        }
        yield "           flagged " + " ".join(f"{kind}={rate:.3f}" for kind, rate in sorted(false.items()))
    times = sorted(answer.ms for answer in answers.values())
    at = ((share, times[min(len(times) - 1, int(share * len(times)))]) for share in (0.5, 0.95, 0.99))
    yield "ms " + "  ".join(f"p{share * 100:.0f} {ms:.2f}" for share, ms in at)


def _rate(pairs: Sequence[tuple[Query, Answer]], threshold: float) -> float:
    """The share whose best row is a true one and reaches the threshold."""
    return sum(answer.top[0] in query.truth and answer.top[1] >= threshold for query, answer in pairs) / len(
        pairs
    )
