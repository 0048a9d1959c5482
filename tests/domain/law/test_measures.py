"""Which measures a decision states, from its own words and citations (the statutes' rows as loaded)."""

import datetime as dt

import pytest

from registry.domain.filing.model import MeasureTerm
from registry.domain.law import measures
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import ORGANISATION, accepted

ROWS_OF_LAW = [row for row in ROWS["measures"] if row.is_in_force(dt.date(2026, 11, 10))]
BAN = "禁止参加政府采购活动"
EXPERTS, PROCUREMENT = "《政府采购法实施条例》第七十五条", "《政府采购法》第七十七条"
TENDER = "取消其一年内参加依法必须进行招标的项目的投标资格"


def found(months=12, terms=(), **special):
    """The measures of a decision of 2026-11-10 in force for so many months, and the codes of what is wrong."""
    end = {
        12: "2027-11-09",
        24: "2028-11-09",
        36: "2029-11-09",
        37: "2029-12-11",
        61: "2031-12-11",
        0: "长期",
    }[months]
    filing, _ = accepted(ORGANISATION | {"effect_until": end, **special})
    if terms:
        filing = type(filing)(**{**vars(filing), "measures": terms})
    made, faults, findings = measures.resolve_measures(filing, ROWS_OF_LAW)
    return made, [problem.code for problem in (*faults, *findings)]


SERVED = {"decided_on": "2026-11-02", "effect_until": "2029-11-11"}
LONG = "列入不良行为记录名单，自本决定书送达之日起三年内禁止参加政府采购活动。"


class TestService:
    """政府采购法 77: at most three years; a decision takes effect when it is served (行政处罚法 61)."""

    @pytest.mark.parametrize(
        ("special", "starts_on", "problems"),
        [
            pytest.param({"content": LONG, "served_on": "2026-11-12"}, "2026-11-12", [], id="B13-政府采购法77-自送达"),
            pytest.param(
                {"content": LONG, "served_on": ""}, "2026-11-02", ["term-beyond-statute"], id="B13-未填送达日期"
            ),
            pytest.param(
                {"content": BAN, "served_on": "2026-11-12"}, "2026-11-02", [], id="B13-行政处罚法61-决定书未写起算"
            ),
            pytest.param(
                {"content": LONG, "served_on": "2026-11-12", "effect_until": "2029-11-13"},
                "2026-11-12",
                ["term-beyond-statute"],
                id="B13-政府采购法77-送达起仍超过",
            ),
            pytest.param(
                {"content": BAN + "。自收到本决定书之日起十五日内缴纳罚款，不服的自送达之日起六十日内申请复议。",
                 "served_on": "2026-11-12"},
                "2026-11-02", [], id="B13-缴款和复议的期限不是起算日",
            ),
        ],
    )  # fmt: skip
    def test_may_begin_the_ban(self, special, starts_on, problems):
        [one], found_problems = found(**(SERVED | special))
        assert (one["starts_on"], found_problems) == (starts_on, problems)

    def test_that_was_not_stated_is_named_as_the_likely_cause(self):
        filing, _ = accepted(ORGANISATION | SERVED | {"content": LONG})
        [finding] = measures.resolve_measures(filing, ROWS_OF_LAW).findings
        assert "送达日期" in finding.detail
        assert "36个月" in finding.detail


class TestResolve:
    @pytest.mark.parametrize(
        ("content", "basis", "code", "months"),
        [
            pytest.param(BAN, "《中华人民共和国政府采购法》第七十七条第一款", "B1", 36, id="政府采购法77"),
            pytest.param(BAN, "政府采购法 第77条", "B1", 12, id="政府采购法77-数字"),
            pytest.param(BAN, "《中华人民共和国政府采购法实施条例》第七十三条", "B5", 36, id="政府采购法实施条例73"),
            pytest.param("禁止其代理政府采购业务", "《政府采购法》第七十八条", "B2", 12, id="政府采购法78"),
            pytest.param(TENDER, "《招标投标法》第五十三条", "B6", 24, id="招标投标法53"),
            pytest.param(TENDER, "《招标投标法》第五十四条", "B7", 36, id="招标投标法54"),
            pytest.param(TENDER, "《招标投标法》第六十条", "B8", 36, id="招标投标法60"),
            pytest.param(TENDER, "《招标投标法实施条例》第六十七条", "B10", 24, id="招标投标法实施条例67"),
        ],
    )
    def test_takes_phrase_and_citation_together(self, content, basis, code, months):
        made, faults = found(months, content=content, basis=basis)
        assert [one["code"] for one in made] == [code]
        assert faults == []

    @pytest.mark.parametrize(
        ("content", "basis", "code", "effect"),
        [
            pytest.param(
                "禁止其参加政府采购评审活动",
                "《政府采购法实施条例》第七十五条",
                "B16",
                "bars",
                id="B16-政府采购法实施条例75-E06",
            ),
            pytest.param("责令停业整顿六个月", "《建筑法》第六十七条", "B17", "review", id="B17-建筑法67-E11"),
            pytest.param("吊销资质证书", "《建筑法》第六十五条", "B18", "review", id="B18-建筑法65"),
            pytest.param(
                "暂扣安全生产许可证60日", "《安全生产许可证条例》第十四条", "B19", "review", id="B19-许可证条例14"
            ),
            pytest.param("责令停止执业三个月", "《条例》第五十八条", "B20", "review", id="B20-安全生产管理条例58"),
            pytest.param("二年内不得参加本市国有建设用地使用权竞买", "出让公告", "B21", "review", id="B21-151号-E19"),
            pytest.param("两年内不得参加矿业权出让竞买", "规则", "B22", "review", id="B22-矿业权出让交易规则"),
            pytest.param("三年内禁止进场参加国有产权交易", "办法", "B23", "review", id="B23-资产交易监督管理办法"),
            pytest.param("五年内不得再次申请公共租赁住房", "办法", "B24", "review", id="B24-公租房管理办法35-E20"),
            pytest.param("取消其配送资格", "意见", "B25", "review", id="B25-国办发2021-2-E41"),
            pytest.param(
                "禁止其在三年内，参加政府采购活动", "《政府采购法》第七十七条", "B1", "bars", id="B1-政府采购法77-E27"
            ),
            pytest.param("三年内不得参与政采活动", "政府采购法七十七条", "B1", "bars", id="B1-政府采购法77-政采"),
            pytest.param(
                "取消其一年内参加盐城市行政区域内依法必须进行招标的项目的投标资格",
                "《招标投标法》第五十三条",
                "B6",
                "review",
                id="B6-招标投标法53-E10",
            ),
        ],
    )
    def test_takes_the_words_that_offices_use(self, content, basis, code, effect):
        [measure], faults = found(content=content, basis=basis)
        assert (measure["code"], measure["effect"], faults) == (code, effect, [])

    def test_without_the_citation_waits_for_a_person(self):
        [one], faults = found(content=BAN, basis="《某办法》第一条")
        assert (one["code"], one["effect"], faults) == (None, "review", [])

    def test_without_the_phrase_finds_nothing(self):
        assert found(content="罚款二千元。") == ([], [])

    def test_reads_phrases_through_brackets_and_blanks(self):
        made, _ = found(content="列入不良行为记录名单，禁止 参加“政府采购”活动一年")
        assert [one["code"] for one in made] == ["B1"]

    @pytest.mark.parametrize(
        ("months", "fault"),
        [
            pytest.param(36, [], id="政府采购法77-三年"),
            pytest.param(37, ["term-beyond-statute"], id="政府采购法77-超过"),
            pytest.param(0, ["measure-without-end"], id="政府采购法77-无期限"),
        ],
    )
    def test_holds_to_the_longest_term(self, months, fault):
        assert found(months, content=BAN)[1] == fault

    def test_counts_the_last_day_filed(self):
        [one], _ = found(content=BAN)
        assert (one["starts_on"], one["ends_on"]) == ("2026-11-10", "2027-11-10")

    def test_prefers_what_was_filed_expressly(self):
        term = MeasureTerm("B1", "B1", dt.date(2026, 12, 1), dt.date(2027, 12, 1))
        [one], faults = found(content="罚款。", terms=(term,))
        assert (one["code"], one["starts_on"], one["ends_on"], faults) == (
            "B1",
            "2026-12-01",
            "2027-12-01",
            [],
        )

    def test_refuses_a_term_that_is_empty(self):
        term = MeasureTerm("B1", "B1", dt.date(2027, 12, 1), dt.date(2027, 12, 1))
        assert found(content="罚款。", terms=(term,))[1] == ["measure-term-empty"]

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            pytest.param(
                "评定为特别严重失信，取消该企业在本省全部产品挂网资格，并通报全国涉案产品。",
                [("B26", "bars", "province"), ("B15", "review", "province")],
                id="B26-E41-医药价格和招采信用评价制度-全部产品",
            ),
            pytest.param(
                "评定为特别严重失信，限制其所有药品在本省投标、挂网、配送。",
                [("B26", "bars", "province"), ("B15", "review", "province")],
                id="B26-E41-医药价格和招采信用评价制度-所有药品",
            ),
            pytest.param(
                "评定为严重失信，取消涉案产品挂网。",
                [("B15", "review", "province")],
                id="B15-E41-医药价格和招采信用评价制度-涉案产品",
            ),
            pytest.param(
                "取消全部涉案产品的投标资格。",
                [("B15", "review", "province")],
                id="B15-E41-医药价格和招采信用评价制度-全部涉案产品",
            ),
        ],
    )
    def test_tells_all_products_of_a_firm_from_some(self, content, expected):
        made, _ = found(content=content, basis="《医药价格和招采信用评价制度（2025修订）》")
        assert sorted((one["code"], one["effect"], one["territory"]) for one in made) == sorted(expected)

    def test_of_products_is_for_a_person(self):
        """医药价格和招采信用评价制度（2025修订）: a measure on products is none on the firm."""
        [one], _ = found(
            content="取消涉案产品挂网资格。", basis="《医药价格和招采信用评价制度》", sectors="procurement"
        )
        assert (one["code"], one["effect"]) == ("B15", "review")
