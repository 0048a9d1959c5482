"""Time limits as an audit of the law settled them: remedies that end on a day off, years not announced, stated days."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.domain.law.workdays import Due
from tests.contract.test_reference import ROWS

LAW = Reference(ROWS)
DAYS = st.dates(dt.date(2004, 1, 1), dt.date(2030, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


class TestRemedies:
    @pytest.mark.parametrize(
        ("code", "served", "until", "provisional"),
        [
            pytest.param("D09", "2026-08-03", "2026-10-08", False, id="D09-E33-行政复议法20,88-民事诉讼法85-国庆"),
            pytest.param("D10", "2026-04-01", "2026-10-08", False, id="D10-E33-行政诉讼法46,101-国庆"),
            pytest.param("D10", "2026-08-31", "2027-03-01", True, id="D10-E33-行政诉讼法46,101-周日，年度未公布"),
            pytest.param("D09", "2026-03-10", "2026-05-09", False, id="D09-行政复议法20,88-调休上班的周六为末日"),
            pytest.param("D10", "2026-07-01", "2027-01-04", True, id="D10-行政诉讼法46,101-元旦，年度未公布"),
        ],
    )
    def test_end_on_the_next_working_day_when_they_end_on_a_day_off(self, code, served, until, provisional):
        assert deadlines.limit(LAW, code, day(served)) == Due(day(until), provisional)

    @given(served=DAYS, code=st.sampled_from(["D09", "D10"]))
    def test_never_end_on_a_day_off_nor_before_the_plain_count(self, served, code):
        found = deadlines.limit(LAW, code, served).day
        plain = served + dt.timedelta(60) if code == "D09" else deadlines.add_months(served, 6)
        assert found >= plain
        assert LAW.calendar.is_working_day(found)
        assert not any(
            LAW.calendar.is_working_day(plain + dt.timedelta(number)) for number in range((found - plain).days)
        )


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            pytest.param("2026-09-29", 7, "2026-10-14", id="E31-行政处罚法85-国庆"),
            pytest.param("2026-02-11", 7, "2026-02-27", id="E31-行政处罚法85-春节"),
            pytest.param("2026-04-30", 7, "2026-05-13", id="E31-行政处罚法85-劳动节"),
            pytest.param("2024-02-08", 3, "2024-02-19", id="E31-行政处罚法85-2024春节"),
            pytest.param("2025-01-24", 3, "2025-02-05", id="E31-行政处罚法85-2025春节"),
            pytest.param("2026-12-28", 3, "2026-12-31", id="E31-行政处罚法85-年末"),
        ],
    )
    def test_skip_days_off_and_count_the_days_that_are_worked(self, start, days, due):
        assert LAW.calendar.add(day(start), days).day == day(due)


class TestYearsNotAnnounced:
    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            pytest.param("2026-12-24", 7, "2027-01-05", id="E32-全国年节及纪念日放假办法-元旦"),
            pytest.param("2027-04-30", 1, "2027-05-03", id="E32-全国年节及纪念日放假办法-劳动节在周末"),
            pytest.param("2028-04-28", 1, "2028-05-03", id="E32-全国年节及纪念日放假办法-劳动节"),
            pytest.param("2027-09-30", 1, "2027-10-04", id="E32-全国年节及纪念日放假办法-国庆节"),
        ],
    )
    def test_count_the_fixed_statutory_days_as_off_and_stay_provisional(self, start, days, due):
        assert LAW.calendar.add(day(start), days) == Due(day(due), provisional=True)

    def test_leave_announced_years_as_they_were_announced(self):
        without = Reference({kind: rows for kind, rows in ROWS.items() if kind != "fixed_holidays"})
        for number in range((dt.date(2027, 1, 1) - dt.date(2004, 1, 1)).days):
            on = dt.date(2004, 1, 1) + dt.timedelta(number)
            assert LAW.calendar.is_working_day(on) is without.calendar.is_working_day(on)

    def test_count_as_before_under_the_law_of_an_old_receipt(self):
        old = Reference({kind: rows for kind, rows in ROWS.items() if kind != "fixed_holidays"})
        assert old.calendar.add(day("2026-12-24"), 7) == Due(day("2027-01-04"), provisional=True)
        assert old.calendar.version != LAW.calendar.version
