"""What must be so, in plain words beside the registry: which records are shown, who is barred, which clocks run."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import chinese_calendar

DAY = dt.timedelta(days=1)


def after(day: dt.date, working_days: int) -> dt.date:
    """The last day of a limit, counted by another calendar than the registry's."""
    while working_days:
        day += DAY
        working_days -= chinese_calendar.is_workday(day)
    return day


@dataclass
class Known:
    """A published record: shown on [seen, unseen), its ban on [bars, free) when it has one."""

    kind: str
    firm: str
    seen: dt.date
    unseen: dt.date
    bars: dt.date | None = None
    free: dt.date | None = None
    is_suspended: bool = False
    is_gone: bool = False


@dataclass
class Ticking:
    """A time limit of a record."""

    record: str
    code: str
    due: dt.date
    met_on: dt.date | None = None


@dataclass
class Expected:
    """The plain books of a city."""

    records: dict[str, Known] = field(default_factory=dict)
    clocks: list[Ticking] = field(default_factory=list)

    def shown(self, today: dt.date) -> set[str]:
        return {
            record
            for record, one in self.records.items()
            if not one.is_gone and not one.is_suspended and one.seen <= today < one.unseen
        }

    def barred(self, today: dt.date) -> set[str]:
        """Firms that an award check must bar today."""
        return {
            one.firm
            for one in self.records.values()
            if not one.is_gone and not one.is_suspended and one.bars and one.free and one.bars <= today < one.free
        }

    def start(self, record: str, code: str, day: dt.date, working_days: int) -> None:
        self.clocks.append(Ticking(record, code, after(day, working_days)))

    def meet(self, record: str, today: dt.date, *codes: str) -> None:
        for one in self.clocks:
            if one.record == record and one.code in codes and one.met_on is None:
                one.met_on = today

    def states(self, today: dt.date) -> Counter[str]:
        """How many clocks are met, late, due, overdue."""
        return Counter(
            ("late" if one.met_on > one.due else "met") if one.met_on else "overdue" if today > one.due else "due"
            for one in self.clocks
        )
