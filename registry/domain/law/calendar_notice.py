"""Parse and check the State Council's yearly notice of holidays and working days before it is loaded."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.domain.law import reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import CalendarYear
from registry.errors import Fault
from registry.refusals.procedure import CalendarRefused

KIND = "calendar"
STATUTORY_DAYS = "statutory_days_off"
"""Threshold: how many days off a year has by law. A holiday on a weekend is made up for by a weekday off, and a
bridging weekday off by a weekend day worked: so weekdays off less weekend days worked come to this number."""
SHIFTED_MAX = 2
"""How many of them the notices moved to the neighbouring year at most: 2006 gave two days to 2007."""


def parse_notice(rows: Sequence[Any], reference: Reference) -> list[CalendarYear]:
    """Parse the calendar years of a notice and return the new ones; refuses ``CalendarRefused`` by row and reason."""
    known_years = reference.calendar_years()
    faults: list[Fault] = []
    new: list[CalendarYear] = []
    for place, data in enumerate(rows):
        try:
            year = _parse_year(data)
        except ValueError as error:
            faults.append(Fault(f"/rows/{place}", "row-unreadable", str(error)))
            continue
        if year in known_years:
            continue
        problems = [*_year_problems(year, reference), *_version_problems(year, known_years)]
        faults += [Fault(f"/rows/{place}", code, f"{year.code}：{detail}") for code, detail in problems]
        new.append(year)
        known_years = [*known_years, year]
    if not faults and (missing := _missing_years(known_years)):
        faults.append(Fault("/rows", "year-missing", f"缺少{'、'.join(missing)}年，其后的年度不能计算"))
    if faults:
        raise CalendarRefused(faults=tuple(faults))
    return new


def _parse_year(data: Any) -> CalendarYear:
    if not isinstance(data, Mapping):
        raise ValueError("rows cannot be anything but tables")
    row = reference_kinds.parse_reference_row(KIND, data)
    if not isinstance(row, CalendarYear) or not (row.code.isascii() and row.code.isdigit()):
        raise ValueError(f"code cannot be {data['code']!r}")
    if len(row.code) != 4:
        raise ValueError(f"code cannot be {data['code']!r}")
    return row


def _year_problems(year: CalendarYear, reference: Reference) -> Iterator[tuple[str, str]]:
    days = [*year.holidays, *year.workdays]
    if any(str(day.year) != year.code for day in days):
        yield "day-outside-year", "有不在本年度的日期"
    if len(set(days)) < len(days):
        yield "day-given-twice", "有重复的日期"
    if any(day.weekday() >= 5 for day in year.holidays):
        yield "holiday-on-weekend", "holidays 应当只列周一至周五的放假日"
    if any(day.weekday() < 5 for day in year.workdays):
        yield "workday-on-weekday", "workdays 应当只列需要上班的周六、周日"
    statutory = reference.threshold(STATUTORY_DAYS, dt.date(int(year.code), 1, 1)) or 0
    off = len(year.holidays) - len(year.workdays)
    if off < statutory - SHIFTED_MAX:
        yield "too-few-holidays", f"放假日减去调休上班日只有{off}日，法定节假日为{statutory}日"


def _version_problems(year: CalendarYear, known_years: Sequence[CalendarYear]) -> Iterator[tuple[str, str]]:
    newest = max((row.effective_from for row in known_years if row.code == year.code), default=None)
    if newest is not None and year.effective_from <= newest:
        yield "year-held", f"该年度已有自{newest}起的版本，更改应当写明更晚的 effective_from"


def _missing_years(known_years: Sequence[CalendarYear]) -> list[str]:
    years = {int(row.code) for row in known_years}
    return [str(year) for year in range(min(years), max(years)) if year not in years] if years else []
