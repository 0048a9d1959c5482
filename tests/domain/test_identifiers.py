"""Codes and identity numbers: the vectors of the standards, and what a refusal may say."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import identifiers
from registry.errors import Invalid
from registry.refusals.content import (
    ResidentIdCheckCharacter,
    ResidentIdMalformed,
    UsccCheckCharacter,
    UsccMalformed,
)

VALID = (
    "91320902MA0TR0027T", "91320902MA0TR0035M", "91320902MA0TR00190", "91320902MA0TR0131Y",
    "91110000600037341L", "91110000101623741K", "911101066976941872",
)  # fmt: skip
ADULT, MINOR = "320981199912310005", "320925201206150007"


class TestUscc:
    @pytest.mark.parametrize("code", VALID)
    def test_of_the_standard_passes(self, code: str) -> None:
        assert identifiers.uscc(code) == code

    def test_is_folded_from_full_width_and_lower_case(self) -> None:
        assert identifiers.uscc(" ９１３２０９０２ma0tr0027t ") == VALID[0]

    def test_with_a_letter_in_the_registering_department_is_well_formed(self) -> None:
        assert identifiers.uscc("N1320902MA0TR00270", strict=False)

    def test_with_a_wrong_check_character_is_refused_unless_asked(self) -> None:
        with pytest.raises(UsccCheckCharacter):
            identifiers.uscc("91350211M0000XUF46")
        assert identifiers.uscc("91350211M0000XUF46", strict=False) == "91350211M0000XUF46"

    @pytest.mark.parametrize("position", range(18))
    def test_changed_in_one_place_is_refused(self, position: int) -> None:
        code = VALID[0]
        other = "1" if code[position] != "1" else "2"
        with pytest.raises((UsccCheckCharacter, UsccMalformed)):
            identifiers.uscc(code[:position] + other + code[position + 1 :])

    @pytest.mark.parametrize("text", ["", "91320902", "91320902MA0TR0027I", "320902000012345", "9" * 19])
    def test_of_another_shape_is_refused(self, text: str) -> None:
        with pytest.raises(UsccMalformed):
            identifiers.uscc(text, strict=False)


class TestResidentId:
    @pytest.mark.parametrize("number", [ADULT, MINOR])
    def test_of_the_standard_passes(self, number: str) -> None:
        assert identifiers.resident_id(number) == number

    def test_of_fifteen_digits_is_converted(self) -> None:
        assert identifiers.resident_id("320981991231000") == ADULT

    def test_on_a_day_that_never_was_is_refused(self) -> None:
        with pytest.raises(ResidentIdMalformed):
            identifiers.resident_id("320902190002290010")

    def test_with_a_wrong_check_character_is_refused_without_being_quoted(self) -> None:
        with pytest.raises(ResidentIdCheckCharacter) as caught:
            identifiers.resident_id("320981199912310006")
        assert "3209811999" not in f"{caught.value} {caught.value.detail} {caught.value.data}"

    def test_of_an_unknown_place_passes_and_can_be_warned_about(self) -> None:
        number = identifiers.resident_id("990902850308017")
        assert not identifiers.is_place_known(number)
        assert identifiers.is_place_known(ADULT)

    def test_are_of_a_minor_until_the_eighteenth_birthday(self) -> None:
        assert identifiers.is_minor(ADULT, dt.date(2017, 12, 30))
        assert not identifiers.is_minor(ADULT, dt.date(2017, 12, 31))
        leap = "32090220000229001X"
        assert identifiers.is_minor(leap, dt.date(2018, 2, 28))
        assert not identifiers.is_minor(leap, dt.date(2018, 3, 1))

    def test_tells_the_birth_date(self) -> None:
        assert identifiers.birth_date(ADULT) == dt.date(1999, 12, 31)


class TestMask:
    def test_shows_the_last_four_only(self) -> None:
        assert identifiers.mask(ADULT) == "*" * 14 + "0005"

    @pytest.mark.parametrize("short", ["", "1", "1234"])
    def test_hides_a_short_number_wholly(self, short: str) -> None:
        assert identifiers.mask(short) == "*" * len(short)


@given(st.text(max_size=20))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    for read in (identifiers.uscc, identifiers.resident_id):
        try:
            assert len(read(text)) == 18
        except Invalid as refusal:
            assert not refusal.detail
