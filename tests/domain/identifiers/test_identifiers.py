"""Codes and identity numbers: the vectors of the standards, and what a refusal may say."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn.uscc import calc_check_digit

from registry.domain import identifiers
from registry.domain.identifiers.organisation import organisation_check_character
from registry.errors import Invalid
from registry.refusals.content import (
    OrganisationCodeMalformed,
    PersonalNumber,
    ResidentIdCheckCharacter,
    ResidentIdMalformed,
    UsccCheckCharacter,
    UsccMalformed,
)
from tests.support import personal

VALID = (
    "91320902MA0TR0027T",
    "91320902MA0TR0035M",
    "91320902MA0TR00190",
    "91320902MA0TR0131Y",
    "91110000600037341L",
    "91110000101623741K",
    "911101066976941872",
)
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


def codes_that_are_resident_numbers(count: int) -> list[str]:
    """Resident numbers whose last character is that of a code as well, one in thirty-one."""
    numbers = personal.residents(60 * count, seed=8)
    return [number for number in numbers if calc_check_digit(number[:17]) == number[17]][:count]


class TestPossibleUscc:
    @pytest.mark.parametrize("text", ["0" * 18, "００００００００００００００００００"])
    @pytest.mark.parametrize("strict", [True, False])
    def test_is_not_eighteen_zeros(self, text: str, strict: bool) -> None:
        with pytest.raises(UsccMalformed):
            identifiers.uscc(text, strict=strict)

    @pytest.mark.parametrize(
        "head",
        [
            "00320902",
            "10320902",
            "14320902",
            "94320902",
            "96320902",
            "B1320902",
            "N4320902",
            "Y2320902",
            "91000000",
            "91090902",
            "91470902",
            "91830902",
            "91910902",
            "99320902",
        ],
    )
    def test_has_a_department_a_kind_and_a_province(self, head: str) -> None:
        for tail in ("MA0T00001", "123456789"):
            with pytest.raises(UsccMalformed):
                identifiers.uscc(head + tail + "0", strict=False)

    @pytest.mark.parametrize(
        "head",
        [
            "11100000",
            "12320900",
            "13320900",
            "19320900",
            "31320900",
            "51320900",
            "55320900",
            "91310000",
            "92320902",
            "93320902",
            "A1110000",
            "N2320902",
            "Y1320900",
        ],
    )
    def test_is_of_any_register_there_is(self, head: str) -> None:
        body = head + "MA0T00001"
        assert identifiers.uscc(body + calc_check_digit(body))


class TestResidentNumberAsCode:
    @pytest.mark.parametrize("strict", [True, False])
    def test_is_refused_whatever_its_check_character(self, strict: bool) -> None:
        """个人信息保护法 28."""
        numbers = [
            *personal.residents(200, seed=7),
            *personal.residence_cards(50, seed=7),
            *codes_that_are_resident_numbers(30),
        ]
        for number in numbers:
            for text in (number, number.lower(), f" {number} "):
                with pytest.raises(PersonalNumber) as caught:
                    identifiers.uscc(text, strict=strict)
                assert number not in f"{caught.value} {caught.value.detail} {caught.value.data}"
            assert not identifiers.is_sound(number)

    def test_with_one_wrong_digit_is_refused_too(self) -> None:
        for number in personal.residents(50, seed=7):
            with pytest.raises(Invalid):
                identifiers.uscc(number[:-1] + ("0" if number[-1] != "0" else "1"), strict=False)

    def test_passes_only_confirmed_and_sound_in_every_part(self) -> None:
        draw = (
            f"11{place:04}19{year}{month:02}{day:02}{order:03}"
            for place in range(1101, 1190)
            for year in range(49, 60)
            for month in (1, 5)
            for day in (3, 17)
            for order in (11, 257, 731)
        )
        both = next(
            number
            for body in draw
            for number in [body + ric.calc_check_digit(body + "0")]
            if identifiers.reads_as_both(number)
        )
        with pytest.raises(PersonalNumber):
            identifiers.uscc(both)
        assert identifiers.uscc(both, is_confirmed=True) == both
        with pytest.raises(PersonalNumber):
            identifiers.uscc(ADULT, is_confirmed=True)


class TestOrganisationCode:
    @pytest.mark.parametrize(
        ("text", "code"), [("60003734-1", "600037341"), ("ma0t0002－7", "MA0T00027"), ("69769418 7", "697694187")]
    )
    def test_is_folded(self, text: str, code: str) -> None:
        assert identifiers.organisation_code(text) == code

    @pytest.mark.parametrize("text", ["", "6000373", "60003734-A", "600037341234567", "张三"])
    def test_of_another_shape_is_refused(self, text: str) -> None:
        with pytest.raises(OrganisationCodeMalformed):
            identifiers.organisation_code(text)

    @pytest.mark.parametrize("code", ["91110000600037341L", "91110000101623741K", "911101066976941872"])
    def test_has_its_own_check_character_inside_a_code(self, code: str) -> None:
        assert organisation_check_character(code[8:16]) == code[16]
