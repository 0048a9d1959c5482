"""Sums of money as people write them, and sums stated in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing import amounts, cells
from registry.domain.filing.amounts import Unit
from registry.refusals.content import AmountContradiction, AmountMalformed, UnitNotStated
from tests.support import spellings

FEN = st.integers(100, 9 * 10**11)
UNITS: tuple[Unit | None, ...] = ("wan", "yuan", None)


class TestParseAmount:
    @given(FEN, st.sampled_from(UNITS))
    def test_takes_the_unit_of_the_cell_over_that_of_the_column(self, fen: int, unit: Unit | None) -> None:
        written = list(spellings.sums(fen))
        assert len(written) >= 18
        read = {text: cells.amount(text, unit) for text in written}
        assert {text for text, amount in read.items() if amount.fen != fen} == set()
        assert all(amount.unit for amount in read.values())

    @given(st.integers(1, 9 * 10**9))
    def test_counts_a_plain_number_in_the_unit_of_its_column(self, number: int) -> None:
        for text in (f"{number}", f"{number:,}", f"{number}.00", f" {number} "):
            assert cells.fen(text, "yuan") == number * 100
        assert cells.fen(str(number // 10**4), "wan") == number // 10**4 * 10**6

    @given(st.integers(1, 9 * 10**9))
    def test_refuses_a_plain_number_without_any_unit(self, number: int) -> None:
        with pytest.raises(UnitNotStated, match="万元"):
            cells.amount(str(number), None)

    @given(FEN, FEN)
    def test_refuses_a_cell_that_states_two_sums(self, fen: int, other: int) -> None:
        text = f"{fen // 100}元（{spellings.numeral(other // 100, financial=True)}元整）"
        if fen // 100 == other // 100:
            assert cells.amount(text, "wan").fen == fen // 100 * 100
        else:
            with pytest.raises(AmountContradiction):
                cells.amount(text, "wan")

    @pytest.mark.parametrize(
        "text",
        [
            "一万二",
            "1万2元",
            "12元以上",
            "约2万元",
            "2万元以下",
            "1,2,3元",
            "万元",
            "-2元",
            "2元3元",
            "1e5元",
            "２－３万元",
        ],
    )
    def test_refuses_what_leaves_a_doubt(self, text: str) -> None:
        with pytest.raises(AmountMalformed, match=r"1\.2万元"):
            cells.amount(text, "wan")


class TestSumsIn:
    @given(
        FEN.map(lambda fen: fen // 100 * 100),
        st.sampled_from(("处以罚款{}。", "并处{}的罚款", "罚款人民币{}；警告", "罚款：{}")),
    )
    def test_are_found_as_fines_in_a_sentence(self, fen: int, sentence: str) -> None:
        for text in spellings.sums(fen):
            if text.isascii() or not text.rstrip("整正）").endswith(("元", "圆")) or "（" in text or "：" in text:
                continue
            assert amounts.fines_in(cells.tidy(sentence.format(text))) == [fen], text

    def test_tell_a_turnover_from_a_fine(self) -> None:
        text = "营业额360000元，违法所得一万元，处违法所得二倍罚款，计罚款贰万元整（¥20000元）。"
        assert amounts.fines_in(text)[0] == 2_000_000
        assert 36_000_000 in amounts.sums_in(text)

    @pytest.mark.parametrize("text", ["", "予以警告。", "2026年3月5日", "三倍", "一元二次", "公元2026年"])
    def test_are_none_where_none_is_stated(self, text: str) -> None:
        assert amounts.fines_in(text) == []


@pytest.mark.parametrize("text", ["人民币12000", "RMB12000", "CNY 1.2", "12000人民币", "12千", "120百", "1.2十"])
def test_a_number_that_may_count_in_yuan_as_well_is_not_taken_in_wan(text: str) -> None:
    with pytest.raises(UnitNotStated):
        cells.amount(text, "wan")
    assert cells.amount(text, "yuan").fen


@given(st.integers(0, 10**12))
def test_yuan_is_read_back(fen: int) -> None:
    assert cells.amount(amounts.yuan(fen), None).fen == fen
