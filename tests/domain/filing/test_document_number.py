"""Numbers of decisions: refused without their figure or with two of them, and every real style is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.filing.filing_rows import ORGANISATION, accepted, refused

WORDS = st.sampled_from(("盐示罚", "盐市监处罚", "盐三防罚字", "苏盐 公(治)行罚决字", "盐示财采罚"))
BRACKETS = st.sampled_from(("〔{}〕", "[{}]", "（{}）", "【{}】", "({}年)", "﹝{}﹞"))
YEARS = st.integers(2015, 2026)
NUMBERS = st.integers(1, 9999)
TWO = (
    "{}号、{}号",
    "{}、{}号",
    "{}号，{}号",
    "{}号；{}号",
    "{}号和{}号",
    "{}号及第{}号",
    "{}号至{}号",
    "{}至{}号",
    "{}～{}号",
    "{}号/{}号",
    "第{}号与第{}号",
)
BLANK = (
    "号",
    "第号",
    "第  号",
    "",
    "X号",
    "XX号",
    "××号",
    "*号",
    "__号",
    "…号",
    "？号",
    "某号",
    "第　号",
    "xx号",
    "□号",
)


class TestNumber:
    @given(WORDS, BRACKETS, YEARS, st.sampled_from(BLANK))
    def test_without_its_figure_is_refused(self, word: str, bracket: str, year: int, end: str) -> None:
        for inside in (str(year), "", "20XX"):
            number = f"{word}{bracket.format(inside)}{end}"
            assert refused(ORGANISATION | {"document_number": number}) == {
                "/document_number document-number-incomplete"
            }

    @pytest.mark.parametrize(
        "text",
        [
            "见附件",
            "待定",
            "3.20902E17",
            "1",
            "77",
            "当场处罚",
            "无文号",
            "未编号",
            "详见决定书",
            "略",
            "不详",
            "暂无文号",
            "另行通知",
            "盐示罚2026号",
            "2026年",
            "行政处罚决定书",
            "盐示罚〔2026〕1²号",
            "盐示罚〔2026〕①号",
            "测试",
            "xx",
            "盐示罚〔2026〕1X号",
        ],
    )
    def test_that_is_none_is_refused(self, text: str) -> None:
        found = refused(ORGANISATION | {"document_number": text})
        assert found in ({"/document_number document-number-incomplete"}, {"/document_number cell-refers-to-other"})

    @given(WORDS, BRACKETS, YEARS, st.sampled_from(TWO), NUMBERS)
    def test_that_is_two_is_refused(self, word: str, bracket: str, year: int, two: str, number: int) -> None:
        text = f"{word}{bracket.format(year)}{two.format(number, number + 1)}"
        assert refused(ORGANISATION | {"document_number": text}) == {"/document_number document-number-several"}

    @given(
        WORDS,
        BRACKETS,
        YEARS,
        NUMBERS,
        st.sampled_from(("{}号", "第{}号", "{:05d}号", "09-{:04d}号", "{}-1号", "{}号之二", "{}")),
    )
    def test_of_any_real_style_is_kept(self, word: str, bracket: str, year: int, number: int, style: str) -> None:
        text = f"{word}{bracket.format(year)}{style.format(number)}"
        filing, notes = accepted(ORGANISATION | {"document_number": text, "decided_on": "2026-11-10"})
        assert filing.document_number and "/document_number document-number-doubtful" not in notes

    @pytest.mark.parametrize(
        "text",
        [
            "盐三防罚〔2026〕一号",
            "盐示罚〔二〇二六〕12号",
            "盐示罚第十二号",
            "NO.0012345",
            "盐示罚2026-1",
            "盐公(2)行罚决字〔2026〕1号",
            "2026年9号",
        ],
    )
    def test_of_a_rare_style_is_kept(self, text: str) -> None:
        assert accepted(ORGANISATION | {"document_number": text})[0].document_number == text

    @given(st.integers(1, 8), st.sampled_from(("-", "—", "–")))
    def test_that_ends_like_a_range_is_for_attention(self, number: int, dash: str) -> None:
        _, notes = accepted(ORGANISATION | {"document_number": f"盐示罚〔2026〕{number}{dash}{number + 1}号"})
        assert "/document_number document-number-doubtful" in notes

    @pytest.mark.parametrize("label", ["文号", "决定书文号", "处罚文号", "行政处罚决定书文号", "文书号"])
    def test_loses_the_label_in_front_of_it(self, label: str) -> None:
        filing, notes = accepted(ORGANISATION | {"document_number": f"{label}：盐示罚〔2026〕1号"})
        assert (filing.document_number, notes) == ("盐示罚〔2026〕1号", {"/document_number label-removed"})

    @given(WORDS, YEARS, NUMBERS, st.sampled_from(("（更正）", "作废", "、", "。", "(撤销)", "草案", "O")))
    def test_with_no_year_or_with_a_word_of_state_deserves_a_look(
        self, word: str, year: int, figure: int, end: str
    ) -> None:
        inside, tail = (str(year).replace("0", "O"), "") if end == "O" else (str(year), end)
        _, notes = accepted(ORGANISATION | {"document_number": f"{word}〔{inside}〕{figure}号{tail}"})
        assert "/document_number document-number-doubtful" in notes

    def test_that_is_a_code_or_the_beginning_of_a_long_number_is_refused(self) -> None:
        assert refused(ORGANISATION | {"document_number": ORGANISATION["uscc"]}) == {
            "/document_number cell-of-other-field"
        }
        assert refused(ORGANISATION | {"document_number": "2.026E+15"}) == {"/document_number number-not-text"}
