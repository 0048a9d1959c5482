"""Cases as a desk shows them: names instead of codes, the day a limit ends, who took which step."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import case_labels, labels
from registry.domain.law.reference_kinds import ClockRule
from registry.models import Penalty, Relation, Relief
from registry.queries.cases.desk_work import Limit, Waiting
from registry.queries.cases.procedure_records import Proceeding
from registry.web.formatting import plain

GROUP_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """A case in a list: what it is about, its number of document, its state, and its page."""

    noun: str
    record: str
    title: str
    document_number: str
    state: str
    publish_by: dt.date | None = None
    attention: int = 0
    reason: str = ""


@dataclass(frozen=True)
class LimitLine:
    """A running limit: what must be done about which case until when. ``urgency``: overdue, soon or later."""

    noun: str
    record: str
    title: str
    rule: ClockRule
    due: dt.date
    days_left: int
    urgency: str
    is_provisional: bool


@dataclass(frozen=True)
class Group:
    """Cases that wait for the same act."""

    noun: str
    act: str
    lines: Sequence[Line]
    count: str


def line(case: Proceeding, reason: str = "") -> Line:
    """A case in a list."""
    facts = _facts(case)
    return Line(
        case.noun,
        case.record,
        plain(_title(case, facts)),
        plain(str(facts.get("document_number") or "")),
        labels.label_for(case_labels.CASE_STATES, case.state),
        case.publish_by if isinstance(case, Penalty) else None,
        case.filing.attention if isinstance(case, Penalty) else 0,
        plain(reason),
    )


def limit_line(limit: Limit) -> LimitLine:
    """A running limit in a list."""
    running = limit.running
    urgency = "overdue" if running.state == "overdue" else "soon" if running.warns else "later"
    clock = running.clock
    title = line(limit.case).title if limit.case is not None else ""
    return LimitLine(
        clock.noun, clock.record, title, running.rule, clock.due, limit.days_left, urgency, clock.provisional
    )


def group(waiting: Waiting) -> Group:
    """Cases that wait for the same act, the first of them shown."""
    count = f"{len(waiting.cases)}{'+' if waiting.has_more else ''}"
    return Group(waiting.noun, waiting.act, [line(case) for case in waiting.cases[:GROUP_SHOWN]], count)


def _facts(case: Proceeding) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads(case.filing.content) if isinstance(case, Penalty) else case.facts
    return facts


def _title(case: Proceeding, facts: Mapping[str, Any]) -> str:
    if isinstance(case, Relief):
        return f"关于{case_labels.CASES[case.about_noun]}的{case_labels.CASES[case.noun]}"
    if isinstance(case, Relation):
        return str(facts["subject"]["name"] if "subject" in facts else case_labels.CASES["relation"])
    return str(facts["subject"]["name"])
