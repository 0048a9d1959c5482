import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import redaction

NUMBER = "320981199912310005"


class TestBlot:
    @pytest.mark.parametrize(
        "number",
        [
            NUMBER, "32098119991231000X", "32098119991231000x", "320981991231005", "13805100000", "8613805100000",
            "+8613805100000", "6222021234567890123", NUMBER.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
        ],
    )  # fmt: skip
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

    @given(st.text(), st.text())
    def test_never_lets_a_number_through(self, before, after):
        assert NUMBER not in redaction.blot(f"{before} {NUMBER} {after}")

    def test_goes_into_everything(self):
        value = {"a": [NUMBER, {"b": NUMBER}], "c": 1}
        assert redaction.blot_all(value) == {"a": [redaction.BLOT, {"b": redaction.BLOT}], "c": 1}
