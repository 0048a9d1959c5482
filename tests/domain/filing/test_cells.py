"""Characters, days and amounts of single cells."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing import cells
from registry.refusals.content import AmountMalformed, DateMalformed


class TestDay:
    @pytest.mark.parametrize(
        "text",
        [
            "2026/11/05",
            "2026-11-05",
            "2026.11.5",
            "20261105",
            "2026年11月5日",
            "2026/11/5",
            "2026-11-05 00:00:00",
            "２０２６-11-05",
        ],
    )
    def test_is_read_in_every_accepted_spelling(self, text: str) -> None:
        assert cells.day(text) == dt.date(2026, 11, 5)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2026-02-30",
            "05/11/2026",
            "46331",
            "无处罚期限",
            "2026-11",
            "2026-11/05",
            "0000-01-01",
        ],
    )
    def test_of_another_spelling_is_refused(self, text: str) -> None:
        with pytest.raises(DateMalformed):
            cells.day(text)


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
            "2000元",
            "1,000",
            "1000000.000001",
            "9" * 40,
            ".5",
            "٣",
        ],
    )
    def test_that_is_no_plain_amount_is_refused(self, text: str) -> None:
        with pytest.raises(AmountMalformed):
            cells.fen(text)

    @given(st.integers(min_value=0, max_value=cells.MAX_FEN))
    def test_comes_back_from_its_text(self, fen: int) -> None:
        assert cells.fen(cells.wan(fen)) == fen


class TestForbidden:
    @pytest.mark.parametrize(
        "character",
        ["\x00", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800", "\ufffd"],
    )
    def test_characters_are_found(self, character: str) -> None:
        assert cells.is_forbidden(f"盐城{character}公司")

    @pytest.mark.parametrize("text", ["", "盐城（示例）公司", "a\tb\r\nc", "𠮷野", "·"])
    def test_ordinary_text_is_not(self, text: str) -> None:
        assert not cells.is_forbidden(text)


def test_a_pointer_escapes_its_two_special_characters() -> None:
    assert cells.pointer("a/b~c") == "/a~1b~0c"
