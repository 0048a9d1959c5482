import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn.uscc import calc_check_digit

from registry.domain.publication import redaction

NUMBER = "320981199912310005"


def residents():
    """Invented resident numbers with their right check character."""
    bodies = [f"32098119991231{number:03}" for number in range(100)]
    return [body + ric.calc_check_digit(body + "0") for body in bodies]


class TestBlot:
    @pytest.mark.parametrize(
        "number",
        [
            NUMBER,
            "32098119991231000X",
            "32098119991231000x",
            "320981991231005",
            "13805100000",
            "8613805100000",
            "+8613805100000",
            "6222021234567890123",
            NUMBER.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
        ],
    )
    def test_hides_numbers_of_a_person(self, number):
        """个人信息保护法 28."""
        assert redaction.blot(f"张某（{number}）提供虚假材料") == f"张某（{redaction.BLOT}）提供虚假材料"

    @pytest.mark.parametrize(
        "text",
        [
            "91320902MA0TR0027T",
            "盐示财采罚〔2026〕1号",
            "2026-11-10",
            "罚款1000000元",
            "320902",
            "12345678901234567890",
        ],
    )
    def test_leaves_the_rest(self, text):
        assert redaction.blot(f"第{text}项") == f"第{text}项"

    @pytest.mark.parametrize(
        "number",
        [
            "ID320981199912310005",
            "No320981199912310005",
            "Tel13812345678",
            "138-1234-5678",
            "138 1234 5678",
            "320981 19991231 0005",
            "320981-1999-12-31-0005",
            "320981 991231 005",
            "86-138-1234-5678",
            "008613812345678",
            "No6222021234567890123",
            "6222 0212 3456 7890 123",
            "320981\u300019991231–0005",
        ],
    )
    def test_hides_them_in_groups_and_next_to_letters(self, number):
        """个人信息保护法 28."""
        blotted = redaction.blot(f"张某{number}电话")
        assert redaction.BLOT in blotted
        assert not re.search(r"\d", blotted)

    @pytest.mark.parametrize("neighbours", ["{}", "代码{}。", "({})"])
    def test_leaves_an_organisation_code_whose_digits_look_like_a_telephone(self, neighbours):
        body = "13320900123MA0T00"
        text = neighbours.format(body + calc_check_digit(body))
        assert redaction.blot(text) == text
        assert redaction.BLOT in redaction.blot(neighbours.format(body + "?"))

    def test_hides_a_resident_number_that_passes_for_a_code(self):
        passing = [number for number in residents() if number[-1] == calc_check_digit(number[:-1])]
        assert passing
        assert {redaction.blot(number) for number in passing} == {redaction.BLOT}

    def test_leaves_digests(self):
        for digest in ("a13812345678b" + "c" * 51, "a13812345678b" + "c" * 19):
            assert redaction.blot(digest) == digest
            assert redaction.BLOT in redaction.blot(digest + "c")

    @given(
        st.from_regex(r"(?s).*[^0-9]|", fullmatch=True),
        st.lists(st.sampled_from(["", " ", "-"]), min_size=4, max_size=4),
        st.from_regex(r"(?s)[^0-9].*|", fullmatch=True),
    )
    def test_never_lets_a_grouped_number_through(self, before, gaps, after):
        parts = [NUMBER[:6], NUMBER[6:10], NUMBER[10:12], NUMBER[12:14], NUMBER[14:]]
        number = "".join(part + gap for part, gap in zip(parts, [*gaps, ""], strict=True))
        blotted = redaction.blot(before + number + after)
        assert number not in blotted
        assert redaction.blot(blotted) == blotted

    @given(st.text(), st.text())
    def test_never_lets_a_number_through(self, before, after):
        assert NUMBER not in redaction.blot(f"{before} {NUMBER} {after}")

    def test_goes_into_everything(self):
        value = {"a": [NUMBER, {"b": NUMBER}], "c": 1}
        assert redaction.blot_all(value) == {"a": [redaction.BLOT, {"b": redaction.BLOT}], "c": 1}

    def test_leaves_nothing_to_blot_again(self):
        """What a blot leaves beside it may be a number itself."""
        for text in (f"{NUMBER}{NUMBER}", f"138 0013 8000 {NUMBER} 13900139000", f"{NUMBER}-{NUMBER[:15]}"):
            assert not redaction.has_personal_number(redaction.blot(text))


class TestBlotFacts:
    def test_keeps_codes_of_organisations_in_their_places_only(self):
        code = "91320902MA0TR0027T"
        facts = {"uscc": code, "authority_code": NUMBER, "subject": {"uscc": code, "name": NUMBER}, "list": (NUMBER, 1)}
        assert redaction.blot_facts(facts) == {
            "uscc": code,
            "authority_code": redaction.BLOT,
            "subject": {"uscc": code, "name": redaction.BLOT},
            "list": (redaction.BLOT, 1),
        }
