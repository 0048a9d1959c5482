"""Characters, days and amounts of single cells."""

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing import amounts, cells
from registry.refusals.content import AmountMalformed, DateMalformed
from tests.support import spellings

DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2098, 12, 31))


class TestDay:
    @given(DAYS)
    def test_is_read_in_every_accepted_spelling(self, day: dt.date) -> None:
        written = list(spellings.days(day))
        assert len(written) >= 20
        assert {cells.day(text) for text in written} == {day}

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2026-02-30",
            "05/11/2026",
            "26.3.5",
            "2026.3",
            "无处罚期限",
            "2026-11",
            "2026-11/05",
            "0000-01-01",
            "2026.3.5-2027.3.4",
            "20263",
            "202635",
            "4633",
            "463310",
            "2026年3月5日星期一",
            "二〇二六年十三月五日",
            "二〇二六年三月",
            "115年3月5日",
            "2026-03-04T16:00:60Z",
            "2026-W48-6",
            "今天",
        ],
    )
    def test_of_another_spelling_is_refused(self, text: str) -> None:
        with pytest.raises(DateMalformed, match=r"2026\.3\.5"):
            cells.day(text)

    @given(DAYS.filter(lambda day: day.year >= 2000))
    def test_as_a_serial_number_says_that_it_is_one(self, day: dt.date) -> None:
        assert cells.is_serial(str((day - dt.date(1899, 12, 30)).days))
        assert not cells.is_serial(day.isoformat())

    @given(DAYS.filter(lambda day: day.year < 2000))
    def test_as_a_serial_number_that_may_be_something_else_is_refused(self, day: dt.date) -> None:
        with pytest.raises(DateMalformed):
            cells.day(str((day - dt.date(1899, 12, 30)).days))


class TestFen:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [
            ("0.2", 200_000),
            ("0.000001", 1),
            ("0", 0),
            ("12.345678", 12_345_678),
            ("1.2000000000", 1_200_000),
            ("１", 1_000_000),
            ("5e-05", 50),
            ("2000元", 200_000),
            ("1,000", 1_000_000_000),
        ],
    )
    def test_is_exact(self, text: str, fen: int) -> None:
        assert cells.fen(text) == fen

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "-1",
            "0.0000001",
            "1e3",
            "NaN",
            "Infinity",
            "1,0000",
            "1000000.000001",
            "9" * 40,
            ".5",
            "٣",
        ],
    )
    def test_that_is_no_plain_amount_is_refused(self, text: str) -> None:
        with pytest.raises(AmountMalformed):
            cells.fen(text)

    @given(st.integers(min_value=0, max_value=amounts.MAX_FEN))
    def test_comes_back_from_its_text(self, fen: int) -> None:
        assert cells.fen(cells.wan(fen)) == fen


class TestLineEnds:
    @pytest.mark.parametrize("end", ["_x000D_\n", "_x000D_\r\n", "\r\n", "\r", "_x000D_", "_x000a_", "_x000A_", "\n"])
    def test_are_one_kind(self, end: str) -> None:
        assert cells.unescape_line_ends(f"罚款{end}警告") == "罚款\n警告"

    def test_leave_other_escapes_as_they_are(self) -> None:
        assert cells.unescape_line_ends("_x4E00_") == "_x4E00_"


class TestForbidden:
    @pytest.mark.parametrize(
        "character",
        [
            "\x00",
            "\x1b",
            "\x7f",
            "\x85",
            "\u200b",
            "\u202e",
            "\u2066",
            "\ufeff",
            "\ud800",
            "\ufffd",
            "\u034f",
            "\u115f",
            "\u17b4",
            "\u180e",
            "\u2800",
            "\u3164",
            "\ufe0f",
            "\uffa0",
            "\U000e0101",
            "\U0001d173",
        ],
    )
    def test_characters_are_found(self, character: str) -> None:
        assert cells.is_forbidden(f"盐城{character}公司")

    @given(st.integers(0, 0x10FFFF).map(chr).filter(lambda one: unicodedata.category(one) in ("Cc", "Cf", "Cs")))
    def test_are_all_controls_and_formats_but_those_of_text(self, character: str) -> None:
        visible = "\t\n\r\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
        is_joiner = character in visible or "\U00013430" <= character <= "\U0001343f"  # signs that are drawn
        assert cells.is_forbidden(f"盐城{character}公司") != is_joiner

    @pytest.mark.parametrize("text", ["", "盐城（示例）公司", "a\tb\r\nc", "𠮷野", "·"])
    def test_ordinary_text_is_not(self, text: str) -> None:
        assert not cells.is_forbidden(text)


def test_a_pointer_escapes_its_two_special_characters() -> None:
    assert cells.pointer("a/b~c") == "/a~1b~0c"
