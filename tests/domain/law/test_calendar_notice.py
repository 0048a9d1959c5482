"""Whether a year's notice of days off can be believed."""

import dataclasses

import pytest

from registry.domain.law import calendar_notice, reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_rows import row_body
from registry.refusals.procedure import CalendarRefused
from tests.contract.test_reference import ROWS

REFERENCE = Reference(ROWS)


def without(code: str) -> Reference:
    """The reference data before a year was announced."""
    return Reference(ROWS | {"calendar": [row for row in ROWS["calendar"] if row.code != code]})


def row_of(code: str) -> reference_kinds.CalendarYear:
    return next(row for row in ROWS["calendar"] if row.code == code)


class TestAccepted:
    @pytest.mark.parametrize(
        "code",
        [
            pytest.param("2026", id="threshold-statutory_days_off-全国年节及纪念日放假办法2024修订（未核对）"),
            pytest.param("2024", id="threshold-statutory_days_off-全国年节及纪念日放假办法2007修订（未核对）"),
            pytest.param("2007", id="threshold-statutory_days_off-全国年节及纪念日放假办法1999修订（未核对）"),
        ],
    )
    def test_is_a_year_with_its_days_off_and_none_with_a_holiday_left_out(self, code):
        year = row_of(code)
        assert calendar_notice.parse_notice([row_body(year)], without(code)) == [year]
        short = dataclasses.replace(year, holidays=year.holidays[5:])
        with pytest.raises(CalendarRefused) as refused:
            calendar_notice.parse_notice([row_body(short)], without(code))
        assert [fault.code for fault in refused.value.faults] == ["too-few-holidays"]
