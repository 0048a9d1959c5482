"""Chinese numerals: read with their places or digit by digit, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing import numerals
from tests.support import spellings


@given(st.integers(0, 10**12 - 1), st.booleans())
def test_a_numeral_is_read_back(number: int, financial: bool) -> None:
    assert numerals.whole(spellings.numeral(number, financial=financial)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("廿五", 25),
        ("卅", 30),
        ("两万", 20_000),
        ("一百二十万", 1_200_000),
        ("二十五", 25),
        ("壹佰零伍", 105),
        ("一万零二十", 10_020),
        ("十万零五千", 105_000),
        ("一亿二千万", 120_000_000),
    ],
)
def test_a_usual_numeral_is_read(text: str, number: int) -> None:
    assert numerals.whole(text) == number


@pytest.mark.parametrize("text", ["", "一万二", "一百二", "二千五", "一亿二", "一二", "万", "十十", "百", "二〇二六"])
def test_a_doubtful_numeral_is_none(text: str) -> None:
    assert numerals.whole(text) is None


@given(st.integers(0, 9999))
def test_a_year_is_read_digit_by_digit(number: int) -> None:
    text = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    assert numerals.digits(text) == str(number)


@given(st.integers(0, 10**12 - 1), st.booleans())
def test_a_written_numeral_is_read_back(number: int, is_financial: bool) -> None:
    assert numerals.whole(numerals.written(number, is_financial=is_financial)) == number
