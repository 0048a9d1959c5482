"""When a time limit ends: in working days, calendar days, months or years, counted as each is counted in law."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain.law.publicity import add_months
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Deadline
from registry.domain.law.workdays import Calendar, Due

WARN_WORKING_DAYS = 2
"""How long before its day a running clock warns."""
DAYS = {
    "decided_on": "作出决定之日",
    "changed_on": "被变更、撤销、确认违法或者确认无效之日",
    "suspended_until": "中止期满之日",
    "awarded_on": "作出表彰、认定之日",
    "received_on": "收到申请之日",
    "accepted_on": "受理之日",
    "extended_on": "决定延长之日",
    "removed_on": "撤除之日",
}
"""The days from which clocks are counted, by the word that a rule's ``starts`` has for them."""


@dataclass(frozen=True)
class RunningDeadline:
    """A clock that an act started: ``code`` of its rule, the limit's own code, its first and its last day."""

    code: str
    deadline: str
    starts_on: dt.date
    due: Due


def end(calendar: Calendar, limit: Deadline, starts_on: dt.date, figure: int = 0) -> Due:
    """The last day of a limit that began on ``starts_on``; that day itself is not counted (行政处罚法 85)."""
    value = limit.value[figure]
    if limit.unit == "working_day":
        return calendar.add(starts_on, value)
    if limit.unit == "calendar_day":
        return Due(starts_on + dt.timedelta(days=value), provisional=False)
    return Due(add_months(starts_on, value * (12 if limit.unit == "year" else 1)), provisional=False)


def started(reference: Reference, noun: str, act: str, days: Mapping[str, dt.date]) -> list[RunningDeadline]:
    """The clocks that ``act`` starts; ``days`` are the days known of the record. One whose day is not known
    does not run."""
    opened = [one for one in reference.clocks().values() if (one.newest.noun, one.newest.opens) == (noun, act)]
    return [run(reference, one.newest.code, days[one.newest.starts]) for one in opened if one.newest.starts in days]


def run(reference: Reference, code: str, starts_on: dt.date) -> RunningDeadline:
    """The clock of a rule from a day, by the rule and the limit of that day."""
    rule = reference.clocks()[code].of(starts_on)
    row = reference.deadline(rule.deadline, starts_on)
    due = end(reference.calendar, row, starts_on, rule.figure)
    return RunningDeadline(rule.code, rule.deadline, starts_on, due)


def limit(reference: Reference, code: str, starts_on: dt.date) -> Due:
    """The last day of a limit such as D09 that began on a day."""
    return end(reference.calendar, reference.deadline(code, starts_on), starts_on)


def met_by(reference: Reference, noun: str, act: str) -> list[str]:
    """The codes of the clocks that ``act`` meets."""
    rules = [one.newest for one in reference.clocks().values()]
    return [rule.code for rule in rules if rule.noun == noun and act in rule.closes]


def state(due: dt.date, met_on: dt.date | None, today: dt.date) -> str:
    """``due`` or ``overdue`` while it runs; ``met`` or ``late`` once it was met."""
    if met_on is not None:
        return "late" if met_on > due else "met"
    return "overdue" if today > due else "due"


def warns(calendar: Calendar, due: dt.date, today: dt.date) -> bool:
    """Whether a running clock is so near its end that its department is warned."""
    return today <= due and calendar.days_between(today, due) <= WARN_WORKING_DAYS
