"""Calculate statutory deadlines in working days, calendar days, months or years, as the law counts each."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain.law.publicity import add_months
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Deadline
from registry.domain.law.workdays import Calendar, Due

WARN_WORKING_DAYS = 2
"""How many working days before its last day a running clock warns."""
DAYS = {
    "decided_on": "作出决定之日",
    "filed_on": "报送之日",
    "changed_on": "被变更、撤销、确认违法或者确认无效之日",
    "suspended_until": "中止期满之日",
    "awarded_on": "作出表彰、认定之日",
    "received_on": "收到申请之日",
    "accepted_on": "受理之日",
    "extended_on": "决定延长之日",
    "removed_on": "撤除之日",
}
"""Chinese names of the days from which clocks are counted, by the value of a rule's ``starts``."""


@dataclass(frozen=True)
class RunningDeadline:
    """A clock that an act started: ``code`` of its rule, the limit's own code, its first and its last day."""

    code: str
    deadline: str
    starts_on: dt.date
    due: Due


def end(calendar: Calendar, limit: Deadline, starts_on: dt.date, figure: int = 0) -> Due:
    """The last day of a limit that began on ``starts_on``; that day itself is not counted (行政处罚法 85).

    Of a limit that rolls over, a last day off moves to the next working day (民事诉讼法 85; 行政复议法 88).
    """
    value = limit.value[figure]
    if limit.unit == "working_day":
        return calendar.add(starts_on, value)
    if limit.unit == "calendar_day":
        day = starts_on + dt.timedelta(days=value)
    else:
        day = add_months(starts_on, value * (12 if limit.unit == "year" else 1))
    return calendar.next_working_day(day) if limit.rolls_over else Due(day, provisional=False)


def started(reference: Reference, noun: str, act: str, days: Mapping[str, dt.date]) -> list[RunningDeadline]:
    """The clocks that ``act`` starts; ``days`` are the known days of the record. A clock without its day does not
    run."""
    opened = [
        versions
        for versions in reference.clocks().values()
        if versions.newest.noun == noun and act in (versions.newest.opens, *versions.newest.opens_too)
    ]
    return [
        run(reference, versions.newest.code, days[versions.newest.starts])
        for versions in opened
        if versions.newest.starts in days
    ]


def run(reference: Reference, code: str, starts_on: dt.date) -> RunningDeadline:
    """Start the clock of a rule on a day, by the versions of rule and limit in force on that day."""
    rule = reference.clocks()[code].of(starts_on)
    row = reference.deadline(rule.deadline, starts_on)
    due = end(reference.calendar, row, starts_on, rule.figure)
    return RunningDeadline(rule.code, rule.deadline, starts_on, due)


def limit(reference: Reference, code: str, starts_on: dt.date) -> Due:
    """The last day of a limit such as D09 that began on a day."""
    return end(reference.calendar, reference.deadline(code, starts_on), starts_on)


def met_by(reference: Reference, noun: str, act: str) -> list[str]:
    """The codes of the clocks that ``act`` meets."""
    rules = [versions.newest for versions in reference.clocks().values()]
    return [rule.code for rule in rules if rule.noun == noun and act in rule.closes]


def state(due: dt.date, met_on: dt.date | None, today: dt.date) -> str:
    """State of a clock: ``due`` or ``overdue`` while it runs; ``met`` or ``late`` once it was met."""
    if met_on is not None:
        return "late" if met_on > due else "met"
    return "overdue" if today > due else "due"


def warns(calendar: Calendar, due: dt.date, today: dt.date) -> bool:
    """Whether a running clock is close enough to its end to warn its department."""
    return today <= due and calendar.days_between(today, due) <= WARN_WORKING_DAYS
