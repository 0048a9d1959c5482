"""Findings about a filing that refuse nothing: amounts, terms, days, names."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import labels
from registry.domain.filing import cells, plausibility
from registry.domain.filing.model import Filing, MeasureTerm
from registry.domain.filing.plausibility import FineLimits, StatutoryTerm
from registry.domain.law.reference import Reference
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, accepted
from tests.support import spellings

DECIDED = dt.date(2026, 11, 10)
USUAL = FineLimits(
    usual={"organisation": 1_000_000_000, "natural_person": 50_000_000},
    summary={"organisation": 300_000, "sole_trader": 300_000, "natural_person": 20_000},
)


def filing(row: dict[str, str] | None = None, **facts: object) -> Filing:
    """A plausible filing with something changed."""
    return dataclasses.replace(accepted(row or ORGANISATION)[0], **facts)  # type: ignore[arg-type]


def codes(subject: Filing) -> set[str]:
    return {note.code for note in plausibility.findings(subject)}


class TestAmounts:
    @given(st.integers(100, 10**9).map(lambda yuan: yuan * 100))
    def test_that_the_content_states_are_plausible(self, fen: int) -> None:
        for text in spellings.sums(fen):
            if "元" in text and text[0] not in "人大R":
                content = cells.tidy(f"依法处以罚款{text}，限期缴纳。")
                assert codes(filing(content=content, fine_fen=fen)) == set(), content

    @given(st.integers(1, 10**5).map(lambda yuan: yuan * 100))
    def test_typed_in_yuan_where_wan_is_meant_are_found(self, fen: int) -> None:
        content = f"处以罚款{spellings.numeral(fen // 100)}元。"
        assert codes(filing(content=content, fine_fen=fen * 10_000)) == {"amount-unit-doubtful"}
        large = f"处以罚款{spellings.numeral(fen * 100)}元。"
        assert codes(filing(content=large, fine_fen=fen)) == {"amount-unit-doubtful"}

    @given(st.integers(1, 10**6), st.integers(1, 10**6))
    def test_that_differ_from_the_content_are_found(self, stated: int, typed: int) -> None:
        found = codes(filing(content=f"处以罚款{stated}元。", fine_fen=typed * 100))
        is_wan = stated == typed * 10_000 or typed == stated * 10_000
        assert found == (set() if stated == typed else {"amount-unit-doubtful" if is_wan else "amount-differs"})

    def test_may_be_the_sum_of_several_fines(self) -> None:
        assert codes(filing(content="未按规定公示，罚款5000元；串通投标，罚款1.5万元。", fine_fen=2_000_000)) == set()

    def test_beside_a_turnover_are_judged_by_the_fine(self) -> None:
        content = "营业额360000元，罚款二千元。"
        assert codes(filing(content=content, fine_fen=200_000)) == set()
        assert codes(filing(content=content, fine_fen=36_000_000)) == {"amount-differs"}

    def test_of_a_kind_that_bears_none_are_found(self) -> None:
        assert "fine-without-kind" in codes(filing(kinds=("01",)))
        assert "fine-without-kind" in codes(filing(kinds=("05",), fine_fen=None, content="吊销许可证，并处罚款二万元"))
        assert codes(filing(kinds=("01",), fine_fen=None, content="予以警告。")) == set()

    def test_confiscated_are_compared_too(self) -> None:
        content = "没收违法所得5000元，罚款二千元。"
        assert codes(filing(content=content, confiscated_fen=500_000)) == set()
        assert codes(filing(content=content, confiscated_fen=5_000_000_000)) == {"amount-unit-doubtful"}

    @pytest.mark.parametrize(
        ("row", "fen", "is_found"),
        [(ORGANISATION, 1_000_000_000, False), (ORGANISATION, 1_000_000_001, True), (PERSON, 50_000_001, True)],
    )
    def test_above_the_usual_are_found(self, row: dict[str, str], fen: int, is_found: bool) -> None:
        found = list(plausibility.fine_findings(filing(row, fine_fen=fen), USUAL))
        assert [note.code for note in found] == ["fine-above-usual"] * is_found

    @pytest.mark.parametrize(
        ("row", "most"), [(PERSON, 200_00), (ORGANISATION, 3000_00)], ids=["行政处罚法51-公民", "单位"]
    )
    def test_above_what_summary_procedure_allows_are_found(self, row: dict[str, str], most: int) -> None:
        at_once = {"title": "当场处罚决定书"}
        assert not list(plausibility.fine_findings(filing(row, fine_fen=most, **at_once), USUAL))
        [note] = plausibility.fine_findings(filing(row, fine_fen=most + 1, **at_once), USUAL)
        assert "第五十一条" in note.detail


class TestKinds:
    @pytest.mark.parametrize("content", ["吊销其资质证书", "责令停产停业", "责令其停业整顿", "责令关闭"])
    def test_that_the_content_states_and_the_kinds_leave_out_are_found(self, content: str) -> None:
        assert codes(filing(kinds=("01",), fine_fen=None, content=content)) == {"kind-not-stated"}
        every = filing(kinds=("04", "05", "14"), fine_fen=None, content=content)
        assert codes(every) == set()

    @pytest.mark.parametrize("content", ["不予吊销许可证", "予以警告。", "已责令改正"])
    def test_that_the_content_denies_are_not(self, content: str) -> None:
        assert codes(filing(kinds=("01",), fine_fen=None, content=content)) == set()


class TestFinesOnTheSpot:
    @pytest.mark.parametrize(
        ("row", "threshold"),
        [
            pytest.param(PERSON, "summary_citizen_fen", id="threshold-summary_citizen_fen"),
            pytest.param(ORGANISATION, "summary_organisation_fen", id="threshold-summary_organisation_fen"),
        ],
    )
    def test_above_the_limit_of_the_law_are_found(self, row: dict[str, str], threshold: str) -> None:
        most = Reference(ROWS).threshold(threshold, DECIDED)
        assert most
        kind = accepted(row)[0].subject.kind
        limits = FineLimits(usual={}, summary={kind: most})
        for fine, found in ((most, []), (most + 100, ["fine-above-usual"])):
            subject = filing(row, fine_fen=fine, title="当场处罚决定书")
            assert [note.code for note in plausibility.fine_findings(subject, limits)] == found


class TestTerms:
    TERM = StatutoryTerm("禁止参加政府采购活动", "政府采购法第七十七条", 36, DECIDED, dt.date(2028, 11, 10))

    @pytest.mark.parametrize(
        ("content", "months"),
        [
            ("禁止参加政府采购活动二年", [24]),
            ("禁止其参加政府采购活动18个月。", [18]),
            ("取消一至三年内的投标资格", [36]),
            ("责令停业半年", []),
            ("暂停参加投标半年", [6]),
            ("2026年禁止进入", []),
            ("二〇二六年三月起禁止参加三年", [36]),
            ("罚款，三年内两次", []),
        ],
    )
    def test_are_read_where_something_is_restricted(self, content: str, months: list[int]) -> None:
        assert plausibility.stated_months(content) == months

    @given(st.integers(1, 10))
    def test_beyond_the_statute_are_found(self, years: int) -> None:
        content = f"禁止参加政府采购活动{spellings.numeral(years)}年"
        found = [note.code for note in plausibility.term_findings(filing(content=content), [self.TERM])]
        assert found == {2: [], 1: ["term-differs"], 3: ["term-differs"]}.get(years, ["term-beyond-statute"])

    def test_that_no_statute_limits_are_not_judged(self) -> None:
        free = dataclasses.replace(self.TERM, max_months=None)
        assert not list(plausibility.term_findings(filing(content="禁止参加九年"), [free]))


GONE = [
    "处罚决定已被复议撤销",
    "该处罚决定书已撤回",
    "罚款二千元（样例）",
    "本决定已于2026年11月20日作废",
    "经行政复议，撤销原处罚决定",
    "法院判决撤销该处罚决定",
    "决定书已被依法撤销",
    "已撤销",
    "撤销",
    "已作废。",
    "经复议撤销",
    "该案已终止",
    "不予行政处罚",
    "对当事人免予处罚",
    "拟处以罚款二千元",
    "拟对当事人作出罚款二千元的决定",
    "处罚决定现停止执行",
    "【草稿】罚款二千元",
]
STANDING = [
    "罚款二千元。",
    "如不服本决定，可以申请行政复议或者提起行政诉讼，复议、诉讼期间不停止执行",
    "撤销中标资格，罚款二千元",
    "责令停止违法行为，罚款二千元",
    "当事人伪造已作废的资质证书投标",
    "使用已失效的营业执照签订合同",
    "当事人撤回投标文件后又与他人签订合同",
    "虚拟处理器采购项目中串通投标",
    "未经修复即投入使用，罚款二千元",
    "取消其参加政府采购活动资格一年",
    "吊销许可证件",
    "当事人拟参加采购活动时提供虚假材料",
]


class TestState:
    @pytest.mark.parametrize("field", ["content", "remark", "facts"])
    @pytest.mark.parametrize("text", GONE)
    def test_of_a_decision_that_does_not_stand_is_found(self, field: str, text: str) -> None:
        assert "decision-state-doubtful" in codes(filing(**{field: text}))

    @pytest.mark.parametrize("field", ["content", "remark", "facts"])
    @pytest.mark.parametrize("text", STANDING)
    def test_of_a_decision_that_stands_is_plausible(self, field: str, text: str) -> None:
        assert "decision-state-doubtful" not in codes(filing(**{field: text}))


class TestDays:
    @pytest.mark.parametrize("text", ["2026年11月11日，投标文件雷同", "于2026-12-01投标", "2027.1.1"])
    def test_of_facts_after_the_decision_are_found(self, text: str) -> None:
        assert codes(filing(facts=text)) == {"facts-after-decision"}

    @pytest.mark.parametrize("text", ["2026年11月10日，投标文件雷同", "2025年3月", "合同编号2026-99-99"])
    def test_of_facts_before_it_are_plausible(self, text: str) -> None:
        assert codes(filing(facts=text)) == set()

    @pytest.mark.parametrize(
        ("number", "is_found"),
        [
            ("盐财罚〔2026〕1号", False),
            ("盐财罚〔2025〕1号", False),
            ("盐财罚〔2024〕1号", True),
            ("盐财罚[2027]1号", True),
            ("第1号", False),
        ],
    )
    def test_the_year_of_the_number_is_compared(self, number: str, is_found: bool) -> None:
        assert codes(filing(document_number=number)) == ({"document-year-differs"} if is_found else set())

    def test_a_measure_before_the_decision_is_found(self) -> None:
        term = MeasureTerm("B1", "B1", DECIDED - dt.timedelta(days=1), None)
        assert codes(filing(measures=(term,))) == {"measure-before-decision"}


class TestNames:
    def test_other_than_in_other_records_are_found(self) -> None:
        subject = filing()
        name, code = subject.subject.name, subject.subject.uscc or ""
        assert not list(plausibility.name_findings(subject, [name, "盐城旧名有限公司"], [code]))
        assert not list(plausibility.name_findings(subject, (), ()))
        found = plausibility.name_findings(subject, ["盐城旧名有限公司"], ["91320902MA0TR0035M"])
        assert [note.code for note in found] == ["name-differs-from-records", "code-differs-from-records"]


def test_every_finding_that_deserves_a_look_has_a_label() -> None:
    assert codes(filing(kinds=("01",), facts="2027-01-01")) <= plausibility.ATTENTION == labels.FINDINGS.keys()
