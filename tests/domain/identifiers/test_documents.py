"""Documents of one person over time: one core, whatever form, type or spelling a clerk has."""

import pytest

from registry.domain import identifiers
from registry.refusals.content import IdTypeUnknown
from tests.support import personal

ID_TYPES = {
    "111": "居民身份证",
    "154": "居住证",
    "411": "外交护照",
    "414": "普通护照",
    "511": "台湾居民来往大陆通行证",
    "516": "港澳居民来往内地通行证",
    "553": "外国人永久居留证",
    "099": "其他",
}


def same(one: str, other: str) -> bool:
    return identifiers.document_core(one) == identifiers.document_core(other)


class TestCore:
    def test_is_that_of_the_old_resident_number(self):
        for number in personal.old_residents(30, seed=2):
            assert same(number, identifiers.resident_id(number))

    def test_is_that_of_the_permit_before_it_was_renewed(self):
        for number in personal.permits(20, seed=2):
            for renewed in ("00", "01", "(02)", "（03）", " 11"):
                assert same(number, f"{number}{renewed}")
            assert same(number, number.lower())

    @pytest.mark.parametrize(
        "renewed", ["01234567", "0123456701", "0123456701B", "01234567(01)", "1234567", "０１２３４５６７"]
    )
    def test_is_that_of_the_permit_of_a_taiwan_resident(self, renewed):
        assert same("01234567", renewed)
        assert same("T1234567", "T1234567(01)")

    def test_is_that_of_the_residence_card_of_2004(self):
        before, after = personal.residence_cards_of_2004(20, seed=3), personal.residence_cards(20, seed=3)
        assert all(same(*pair) for pair in zip(before, after, strict=True))

    def test_is_another_for_another_person(self):
        for draw in (personal.residents, personal.permits, personal.passports):
            numbers = set(draw(200, seed=4))
            assert len({identifiers.document_core(number) for number in numbers}) == len(numbers)


class TestIdentity:
    @pytest.mark.parametrize(
        ("word", "code"),
        [
            ("身份证", "111"),
            ("居民身份证", "111"),
            ("resident_id", "111"),
            ("111", "111"),
            ("居住证", "154"),
            ("港澳居民居住证", "154"),
            ("护照", "414"),
            ("普通护照", "414"),
            ("Passport", "414"),
            ("外交护照", "411"),
            ("台胞证", "511"),
            ("台湾居民来往大陆通行证", "511"),
            ("回乡证", "516"),
            ("港澳通行证", "516"),
            ("外国人永久居留身份证", "553"),
            ("外国人永久居留证", "553"),
            ("绿卡", "553"),
            ("其他", "099"),
        ],
    )
    def test_takes_the_names_in_use(self, word, code):
        assert identifiers.id_type_code(f" {word}", ID_TYPES) == code

    def test_refuses_any_other_type(self):
        with pytest.raises(IdTypeUnknown):
            identifiers.identity("图书证", "12345678", ID_TYPES)

    @pytest.mark.parametrize(
        ("number", "code"),
        [
            ("H12345678", "516"),
            ("h12345678 00", "516"),
            ("01234567", "511"),
            ("ETH110090010101", "553"),
            ("E12345678", "414"),
        ],
    )
    def test_without_a_type_is_what_the_number_can_only_be(self, number, code):
        assert identifiers.identity(None, number, ID_TYPES)[0] == code
