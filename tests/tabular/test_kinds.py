"""Clerks' files of every kind: what a person sees is read, or refused aloud; nothing is taken otherwise."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable

import pytest

from registry.domain.filing.reading import Reading
from registry.errors import Invalid
from registry.tabular import filings
from tests.domain.filing.filing_rows import RULES
from tests.support.workbook_kinds import KINDS
from tests.support.workbooks import SEEDS, Seen, Variant, seen_of

RULES_OF_FINANCE = type(RULES)(
    **vars(RULES)
    | {
        "department_name": "盐城市示例财政局",
        "department_code": "11320900MA0T000010",
        "default_sectors": ("procurement",),
    }
)
TODAY = dt.date(2026, 11, 22)


def judge(variant: Variant) -> str:
    """``right``, ``aloud`` or what was silently wrong."""
    try:
        file = filings.read_filings(variant.data, "", RULES_OF_FINANCE, TODAY, Reading({}, variant.confirmed))
        rows = list(file.rows)
    except Invalid:
        return "aloud"
    if variant.is_refused:
        return f"taken: {[row.filing for row in rows]}"
    taken = [seen_of(row.filing) for row in rows if row.filing]
    wrong = [seen for seen in taken if seen not in variant.seen or seen.fine_fen is None]
    lost = len(variant.seen) - len(rows)
    if wrong or lost > 0:
        return f"silent: {wrong or lost}"
    return "right" if taken == [seen for seen in variant.seen if seen.fine_fen is not None] else "aloud"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_is_read_as_a_person_sees_it_or_refused_aloud(kind: Callable[[random.Random, int], Variant]) -> None:
    outcomes = {seed: judge(kind(random.Random(f"{kind.__name__} {seed}"), seed)) for seed in SEEDS}
    assert {seed: outcome for seed, outcome in outcomes.items() if outcome not in ("right", "aloud")} == {}
    assert Counter(outcomes.values())["right"] >= len(SEEDS) // 2 - 2, outcomes


def test_the_judge_finds_what_is_silently_wrong() -> None:
    variant = KINDS[0](random.Random(1), 0)
    other = Variant(variant.data, [Seen("别的公司", *list(vars(seen).values())[1:]) for seen in variant.seen])
    assert judge(other).startswith("silent")
