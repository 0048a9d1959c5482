"""Days and whole numbers of interfaces: one way of writing each."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import literals


class TestIsoDay:
    @given(st.dates())
    def test_is_read_back(self, day: dt.date) -> None:
        assert literals.iso_day(day.isoformat()) == day

    @given(st.dates(dt.date(1000, 1, 1)))
    def test_of_another_standard_form_is_refused(self, day: dt.date) -> None:
        year, week, weekday = day.isocalendar()
        for text in (
            f"{day:%Y%m%d}",
            f"{year}-W{week:02}-{weekday}",
            f"{year}W{week:02}{weekday}",
            f" {day}",
            f"{day}T00:00",
        ):
            with pytest.raises(ValueError, match=r".+"):
                literals.iso_day(text)

    @pytest.mark.parametrize(
        "text", ["", "2026-02-30", "２０２６-01-01", "2026-1-1", "2026/01/01", "tomorrow", "2026-01-01\n"]
    )
    def test_of_other_text_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            literals.iso_day(text)


class TestWholeNumber:
    @given(st.integers(-(10**14), 10**15 - 1))
    def test_is_read_back(self, number: int) -> None:
        assert literals.whole_number(str(number)) == number
        assert literals.row_number(str(number)) == (number if number >= 0 else None)

    @pytest.mark.parametrize(
        "text", ["", "1_0", "+5", " 5", "5 ", "1.0", "1e3", "٣", "１０", "0x10", "9" * 16, "--1", "5\n"]
    )
    def test_of_what_python_takes_besides_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            literals.whole_number(text)
        assert literals.row_number(text) is None
