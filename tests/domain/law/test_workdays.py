import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry
from registry.domain.law.reference_kinds import CalendarYear, parse_reference_row
from registry.domain.law.workdays import Calendar, Due

DATA = Path(registry.__file__).parent / "reference" / "calendar.toml"


def years() -> Iterator[CalendarYear]:
    for data in tomllib.loads(DATA.read_text("utf-8"))["rows"]:
        row = parse_reference_row("calendar", data)
        assert isinstance(row, CalendarYear)
        yield row


CALENDAR = Calendar(years())
ANNOUNCED = st.dates(date(2004, 1, 1), date(2026, 9, 1))


class TestIsWorkingDay:
    def test_agrees_with_the_independent_calendar_on_every_day(self) -> None:
        first, days = date(2004, 1, 1), (date(2027, 1, 1) - date(2004, 1, 1)).days
        every = [first + timedelta(days=n) for n in range(days)]
        wrong = [d for d in every if CALENDAR.is_working_day(d) != chinese_calendar.is_workday(d)]
        assert not wrong

    @pytest.mark.parametrize(
        ("day", "works"),
        [
            pytest.param("2019-04-28", True, id="working Sunday before Labour Day"),
            pytest.param("2019-05-05", True, id="working Sunday after Labour Day"),
            pytest.param("2019-05-03", False, id="Labour Day as changed in March 2019"),
            pytest.param("2024-02-09", True, id="eve of Spring Festival 2024"),
            pytest.param("2020-01-31", False, id="Spring Festival of 2020 as extended"),
            pytest.param("2020-02-01", False, id="Saturday of the extension"),
            pytest.param("2020-02-02", False, id="last day of the extension"),
            pytest.param("2020-02-03", True, id="first day after the extension"),
            pytest.param("2015-09-03", False, id="holiday of 2015 only"),
            pytest.param("2026-02-14", True, id="working Saturday"),
            pytest.param("2026-09-20", True, id="working Sunday"),
            pytest.param("2026-11-22", False, id="ordinary Sunday"),
            pytest.param("2027-01-01", True, id="not announced: a Friday by the weekday rule"),
            pytest.param("2003-12-27", False, id="before the first year: a Saturday"),
        ],
    )
    def test_knows_the_special_days(self, day: str, works: bool) -> None:
        assert CALENDAR.is_working_day(date.fromisoformat(day)) is works


class TestAdd:
    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            pytest.param("2025-09-26", 7, "2025-10-13", id="424号 7 days over National Day"),
            pytest.param("2026-02-10", 7, "2026-02-26", id="424号 7 days over Spring Festival"),
            pytest.param("2026-02-10", 20, "2026-03-16", id="条例26 20 days over Spring Festival"),
            pytest.param("2025-12-29", 7, "2026-01-08", id="424号 7 days over New Year"),
            pytest.param("2025-12-29", 20, "2026-01-27", id="条例26 20 days over New Year"),
            pytest.param("2026-11-20", 1, "2026-11-23", id="Friday to Monday"),
            pytest.param("2026-11-21", 0, "2026-11-21", id="no days"),
        ],
    )
    def test_counts_from_the_day_after(self, start: str, days: int, due: str) -> None:
        assert CALENDAR.add(date.fromisoformat(start), days) == Due(date.fromisoformat(due), False)

    def test_is_provisional_beyond_the_announced_years(self) -> None:
        assert CALENDAR.add(date(2026, 12, 30), 1) == Due(date(2026, 12, 31), False)
        assert CALENDAR.add(date(2026, 12, 30), 2).provisional

    def test_is_provisional_before_the_announced_years(self) -> None:
        assert CALENDAR.add(date(2003, 12, 24), 7).provisional
        assert not CALENDAR.add(date(2003, 12, 31), 7).provisional

    def test_refuses_a_negative_count(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            CALENDAR.add(date(2026, 1, 1), -1)

    @given(start=ANNOUNCED, days=st.integers(1, 60))
    def test_ends_on_a_working_day_and_is_undone_by_counting(self, start: date, days: int) -> None:
        due = CALENDAR.add(start, days)
        assert due.day > start
        assert CALENDAR.is_working_day(due.day)
        assert CALENDAR.days_between(start, due.day) == days


class TestDaysBetween:
    def test_leaves_out_the_first_day_and_keeps_the_last(self) -> None:
        assert CALENDAR.days_between(date(2026, 11, 19), date(2026, 11, 23)) == 2
        assert CALENDAR.days_between(date(2026, 11, 19), date(2026, 11, 19)) == 0

    def test_is_negative_once_the_day_has_passed(self) -> None:
        assert CALENDAR.days_between(date(2026, 11, 23), date(2026, 11, 19)) == -2


class TestAnnounced:
    def test_runs_to_the_end_of_the_last_year_held(self) -> None:
        assert CALENDAR.announced_from == date(2004, 1, 1)
        assert CALENDAR.announced_until == date(2027, 1, 1)

    def test_stops_at_a_missing_year(self) -> None:
        held = Calendar(row for row in years() if row.code != "2020")
        assert held.announced_until == date(2020, 1, 1)

    def test_is_empty_without_years(self) -> None:
        empty = Calendar([])
        assert empty.add(date(2026, 11, 20), 1) == Due(date(2026, 11, 23), True)

    def test_takes_the_later_version_of_a_year(self) -> None:
        row = next(row for row in years() if row.code == "2026")
        changed = replace(row, effective_from=date(2026, 6, 1), holidays=(date(2026, 11, 23),))
        assert not Calendar([changed, row]).is_working_day(date(2026, 11, 23))
        assert Calendar([changed, row]).is_working_day(date(2026, 10, 1))
