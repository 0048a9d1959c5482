"""Count working days as statutory time limits do (行政处罚法 85: 工作日, holidays left out)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.domain.law.reference_kinds import CalendarYear, FixedHolidays

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """The last day of a time limit; ``provisional`` when a day counted lies in a year not yet announced."""

    day: date
    provisional: bool


class Calendar:
    """Working-day calendar of the announced years. Needs every stored year, past and coming, not only those in force
    today. ``version`` identifies what was announced: two calendars of one version count alike.

    Outside the run of announced years the rule falls back to Monday to Friday without the fixed statutory days, and
    a time limit that touches such a year is provisional: the State Council announces a year only in the autumn before.
    """

    def __init__(self, years: Iterable[CalendarYear], fixed: Sequence[FixedHolidays] = ()) -> None:
        # a later version of one year replaces the earlier one, as when the holiday of 2020 was extended
        year_by_number = {int(row.code): row for row in sorted(years, key=lambda row: row.effective_from)}
        self._holidays = {day for row in year_by_number.values() for day in row.holidays}
        self._workdays = {day for row in year_by_number.values() for day in row.workdays}
        first = min(year_by_number, default=1)
        end = first
        while end in year_by_number:
            end += 1
        self._years = frozenset(year_by_number)
        self._fixed = fixed
        counted_by = repr(sorted(year_by_number.items())) + (repr(fixed) if fixed else "")
        self.version = hashlib.sha256(counted_by.encode()).hexdigest()[:12]
        self.announced_from = date(first, 1, 1)
        self.announced_until = date(end, 1, 1)

    def is_working_day(self, day: date) -> bool:
        if day.weekday() >= 5:
            return day in self._workdays
        return day not in self._holidays and (day.year in self._years or not self._is_fixed_holiday(day))

    def next_working_day(self, day: date) -> Due:
        """The day itself when it is worked, else the first working day after it."""
        end = day
        while not self.is_working_day(end):
            end += ONE_DAY
        return Due(end, provisional=not self._is_announced(day - ONE_DAY, end))

    def add(self, start: date, days: int) -> Due:
        """The ``days``-th working day after ``start``; the count begins on the day after it."""
        if days < 0:
            raise ValueError("days is negative")
        day = start
        for _ in range(days):
            day += ONE_DAY
            while not self.is_working_day(day):
                day += ONE_DAY
        return Due(day, provisional=not self._is_announced(start, day))

    def days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.days_between(end, start)
        span = (end - start).days
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, span + 1))

    def _is_fixed_holiday(self, day: date) -> bool:
        return any(f"{day:%m-%d}" in row.days for row in self._fixed if row.is_in_force(day))

    def _is_announced(self, start: date, end: date) -> bool:
        return self.announced_from <= start + ONE_DAY and end < self.announced_until
