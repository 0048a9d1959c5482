"""Each rule of law on its own, with its code and article in the id: ``docs/law.md`` lists them beside their sources.

What a statute says is written out here by hand; the rows of ``registry/reference`` are what is tried.
"""

import datetime as dt

import chinese_calendar
import pytest

from registry.domain.cases import listing
from registry.domain.cases.listing import Decision
from registry.domain.checks.model import CheckedParty, CheckScope, Hit, LookBack
from registry.domain.checks.verdict import judge
from registry.domain.law import deadlines, measures
from registry.domain.law.publicity import add_months, period, policy_for
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Scheme
from registry.domain.law.terms import Term, term_fault, term_finding
from registry.refusals.procedure import TermRefused
from tests.contract.test_reference import ROWS
from tests.domain.law.test_measures import found

LAW = Reference(ROWS)
WORDINGS = [
    ("B9", "招标投标法50", "《招标投标法》第五十条", "禁止其一年内代理依法必须进行招标的项目"),
    ("B11", "招标投标法实施条例68", "《招标投标法实施条例》第六十八条", "取消其一年内的投标资格"),
    ("B12", "招标投标法56", "《招标投标法》第五十六条", "不得再参加依法必须进行招标的项目的评标"),
    ("B13", "保障农民工工资支付条例48", "《保障农民工工资支付条例》第四十八条", "列入失信联合惩戒对象名单"),
    ("B14", "企业信息公示暂行条例17", "《企业信息公示暂行条例》第十七条", "列入严重违法企业名单"),
]
FROM, UNTIL = dt.date(2026, 5, 11), dt.date(2028, 5, 11)
DAY = dt.timedelta(days=1)
MEASURES = {row.code: row for row in ROWS["measures"]}
BIDDING, PROCUREMENT = ("construction", True), ("procurement", False)
BANS = [
    # code, article, role, (sector, must be tendered), verdict, role and place that it does not reach, months
    ("B1", "政府采购法77", "bidder", PROCUREMENT, "barred", "agent", ("construction", True), (12, 36)),
    ("B2", "政府采购法78", "agent", PROCUREMENT, "barred", "bidder", ("construction", True), (12, 36)),
    ("B5", "政府采购法实施条例73", "bidder", PROCUREMENT, "barred", "agent", ("construction", True), (12, 36)),
    ("B6", "招标投标法53", "bidder", BIDDING, "barred", "agent", ("construction", False), (12, 24)),
    ("B7", "招标投标法54", "bidder", BIDDING, "barred", "agent", ("construction", False), (12, 36)),
    ("B8", "招标投标法60", "bidder", BIDDING, "barred", "agent", ("construction", False), (24, 60)),
    ("B9", "招标投标法50", "agent", BIDDING, "barred", "bidder", ("construction", False), (12, 24)),
    ("B10", "招标投标法实施条例67", "bidder", BIDDING, "barred", "agent", ("construction", False), (12, 24)),
    ("B11", "招标投标法实施条例68", "bidder", BIDDING, "barred", "agent", ("construction", False), (12, 36)),
    ("B12", "招标投标法56", "evaluation_expert", BIDDING, "barred", "bidder", ("construction", False), None),
    ("B13", "保障农民工工资支付条例48", "bidder", PROCUREMENT, "review", "agent", ("mining", True), None),
    ("B14", "企业信息公示暂行条例17", "bidder", PROCUREMENT, "review", "agent", ("mining", True), None),
    ("B15", "医药价格和招采信用评价制度", "bidder", ("medical", False), "review", "agent", ("mining", True), None),
]  # fmt: skip
EACH = [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in BANS]
TERMS = [pytest.param(one[0], one[7], id=f"{one[0]}-{one[1]}") for one in BANS if one[7]]


def asked(role: str, place: tuple[str, bool], on: dt.date, body: dict, look_back: LookBack | None = None) -> str:
    question = CheckScope(place[0], place[1], None, on)
    return judge(CheckedParty("1", role, "甲公司", "x"), [Hit("uscc", body)], question, look_back).verdict


def body(**special: object) -> dict:
    made = {
        "record": "r",
        "revision": 1,
        "state": "expired",
        "measures": [],
        "is_grave": False,
        "subject": {"kind": "organisation", "name": "甲公司", "uscc": None},
        "decided_on": FROM.isoformat(),
        "visible_from": FROM.isoformat(),
        "visible_until": FROM.isoformat(),
        "basis": "",
        "district": "320902",
    }
    return made | special


class TestMeasure:
    @pytest.mark.parametrize(("code", "_article", "role", "place", "verdict", "other", "outside", "_months"), EACH)
    def test_bears_on_whom_and_where_its_article_says(
        self, code, _article, role, place, verdict, other, outside, _months
    ):
        taken = body(measures=[measures.statutory_measure(MEASURES[code], FROM, UNTIL)])
        assert asked(role, place, FROM, taken) == verdict
        assert asked(role, place, UNTIL - DAY, taken) == verdict
        assert asked(other, place, FROM, taken) == "on_record"
        assert asked(role, outside, FROM, taken) == "on_record"
        assert asked(role, place, FROM - DAY, taken) == "no_record"

    @pytest.mark.parametrize(("code", "months"), TERMS)
    def test_is_no_shorter_and_no_longer_than_its_article_says(self, code, months):
        least, most = months
        for so_many, fault in (
            (least - 1, "term-below-statute"),
            (least, None),
            (most, None),
            (most + 1, "term-beyond-statute"),
        ):
            span = Term(FROM, add_months(FROM, so_many), FROM)
            assert term_fault(MEASURES[code], span) is None
            finding = term_finding(MEASURES[code], span)
            assert (finding.code if finding else None) == fault, so_many

    @pytest.mark.parametrize(
        ("code", "basis", "content"),
        [pytest.param(one[0], *one[2:], id=f"{one[0]}-{one[1]}-wording") for one in WORDINGS],
    )
    def test_is_read_from_the_words_of_a_decision(self, code, basis, content):
        made, _ = found(content=content, basis=basis)
        assert [one["code"] for one in made] == [code]

    @pytest.mark.parametrize(
        ("decided", "verdict"),
        [
            pytest.param(FROM, "review", id="B3-政府采购法实施条例19-三年内"),
            pytest.param(FROM - DAY, "no_record", id="B3-政府采购法实施条例19-三年外"),
        ],
    )
    def test_of_a_grave_violation_asks_a_person_for_three_years(self, decided, verdict):
        on = dt.date(2029, 5, 11)
        row = MEASURES["B3"]
        since = add_months(on, -(LAW.threshold("lookback_months", on) or 0))
        look_back = LookBack(since, frozenset(row.sectors), frozenset(row.roles), row.code, row.source)
        grave = body(is_grave=True, decided_on=decided.isoformat())
        assert asked("bidder", PROCUREMENT, on, grave, look_back) == verdict

    @pytest.mark.parametrize("code", [pytest.param("B1", id="B4-政府采购法实施条例19-2")])
    def test_bars_nobody_from_the_day_it_ends(self, code):
        taken = body(measures=[measures.statutory_measure(MEASURES[code], FROM, UNTIL)])
        assert asked("bidder", PROCUREMENT, UNTIL - DAY, taken) == "barred"
        assert asked("bidder", PROCUREMENT, UNTIL, taken) == "no_record"
        assert MEASURES["B4"].effect == "none"


SCHEMES = [
    # code, article, may publish, term, extension, early exit, measures
    ("procurement-serious", "政府采购法77-B9", True, None, 0, None, {"B1", "B2", "B5", "B16"}),
    ("judgment-debtor", "法释2017-7", True, 24, 36, None, set()),
    ("tax-major", "国家税务总局令54", True, 36, 0, None, set()),
    ("wage-arrears", "人社部令45", True, 36, 0, 6, {"B13"}),
    ("mining-serious", "自然资源部令13", False, 36, 0, None, set()),
    ("operation-abnormal", "企业信息公示暂行条例（2024）18", True, None, 0, None, set()),
    ("safety-serious", "应急管理部令11", True, 36, 0, None, set()),
    ("market-serious", "企业信息公示暂行条例（2024）18", True, 36, 0, 12, {"B14"}),
    ("construction-market", "依据未核对", False, None, 0, None, set()),
    ("municipal-watch", "实施方案四2", False, None, 0, None, set()),
]


class TestScheme:
    @pytest.mark.parametrize(
        ("code", "may_publish", "term", "extension", "early", "allowed"),
        [pytest.param(one[0], *one[2:], id=f"scheme-{one[0]}-{one[1]}") for one in SCHEMES],
    )
    def test_has_the_term_and_the_measures_that_its_basis_gives(
        self, code, may_publish, term, extension, early, allowed
    ):
        scheme = LAW.scheme(code, FROM)
        assert scheme is not None
        assert (scheme.may_publish, set(scheme.measures)) == (may_publish, allowed)
        assert (scheme.extension_months_max, scheme.early_exit_months) == (extension, early)
        ends = None if term else add_months(FROM, 24)
        decision = Decision("号", FROM, "理由", "某", "局长", ends)
        assert listing.term(scheme, decision, FROM) == (FROM, add_months(FROM, term or 24))
        if scheme.term_months is None and scheme.open_ended:
            return  # a decision may state an end, or none
        with pytest.raises(TermRefused):  # an end where the law fixes it, none where it does not
            listing.require_term(scheme, [], Decision("号", FROM, "理由", "某", "局长", None if ends else UNTIL))

    @pytest.mark.parametrize(
        ("level", "is_local"),
        [
            pytest.param("ministry_rule", False, id="scheme-mining-serious-自然资源部令13-basis"),
            pytest.param("none", False, id="scheme-municipal-watch-实施方案四2-basis"),
            pytest.param("none", True, id="scheme-construction-market-依据未核对-basis"),
            pytest.param("local_regulation", False, id="scheme-tax-major-财库2016-125-basis"),
        ],
    )
    def test_on_a_basis_that_is_not_adequate_can_never_publish(self, level, is_local):
        row = {**vars(ROWS["schemes"][0]), "basis_level": level, "is_local": is_local, "may_publish": True}
        with pytest.raises(ValueError, match="not adequate"):
            Scheme(**row)


POLICIES = [
    # row, article, authority, severity, decided, least and most months, public
    ("minor@2004-01-01", "没有统一规定", "某市财政局", "minor", "2019-06-30", (3, 36), False),
    ("minor@2019-07-01", "527号", "某市财政局", "minor", "2023-04-30", (3, 12), False),
    ("minor@2023-05-01", "令58", "某市财政局", "minor", "2026-03-31", (3, 36), False),
    ("minor@2026-04-01", "令36", "某市财政局", "minor", "2026-04-01", (0, 3), False),
    ("general@2004-01-01", "没有统一规定", "某市财政局", "general", "2019-06-30", (3, 36), True),
    ("general@2023-05-01", "令58", "某市财政局", "general", "2026-03-31", (3, 36), True),
    ("general@2026-04-01", "令36", "某市财政局", "general", "2026-04-01", (3, 12), True),
    ("serious@2004-01-01", "没有统一规定", "某市财政局", "serious", "2019-06-30", (3, 36), True),
    ("serious@2023-05-01", "令58", "某市财政局", "serious", "2026-03-31", (3, 36), True),
    ("serious@2026-04-01", "令36", "某市财政局", "serious", "2026-04-01", (12, 36), True),
    ("market-minor@2021-09-01", "总局令45-2", "某市市场监督管理局", "minor", "2025-12-24", (3, 36), False),
    ("market-general@2021-09-01", "总局令45", "某市市场监督管理局", "general", "2025-12-24", (3, 36), True),
    ("market-serious@2021-09-01", "总局令45", "某市市场监督管理局", "serious", "2025-12-24", (3, 36), True),
    ("market-minor@2025-12-25", "信用修复管理办法", "某市市场监督管理局", "minor", "2025-12-25", (0, 3), False),
    ("market-serious@2025-12-25", "信用修复管理办法", "某市市场监管局", "serious", "2025-12-25", (12, 36), True),
]


class TestPolicy:
    @pytest.mark.parametrize(
        ("row", "authority", "severity", "decided", "months", "is_public"),
        [pytest.param(one[0], *one[2:], id=f"policy-{one[0]}-{one[1]}") for one in POLICIES],
    )
    def test_governs_its_documents_from_its_day_to_its_end(self, row, authority, severity, decided, months, is_public):
        day = dt.date.fromisoformat(decided)
        policy = policy_for(LAW.policies, severity=severity, document_date=day, authority_name=authority, sectors=())
        assert (f"{policy.code}@{policy.effective_from}", policy.public) == (row, is_public)
        least, most = (add_months(day, number) for number in months)
        assert period(policy, day).visible_until == most
        assert period(policy, day, most + DAY).visible_until == most
        assert period(policy, day, day).visible_until == least
        assert period(policy, day).repairable_from == least


CLOCKS = [
    # code, article, act, working days
    ("penalty.publish", "实施方案二3", ("penalty", "file"), 7),
    ("penalty.withdraw", "行政处罚法48", ("penalty", "note_change"), 3),
    ("penalty.withdraw", "行政处罚法48-径行撤回", ("penalty", "withdraw"), 3),
    ("penalty.resume", "行政处罚法48", ("penalty", "suspend"), 3),
    ("listing.serve", "行政处罚法61", ("listing", "decide"), 7),
    ("listing.publish", "政府信息公开条例26", ("listing", "decide"), 20),
    ("listing.revoke", "行政处罚法48", ("listing", "note_change"), 3),
    ("listing.revoke", "行政处罚法48-径行撤销", ("listing", "revoke"), 3),
    ("listing.resume", "行政处罚法48", ("listing", "suspend"), 3),
    ("commendation.publish", "政府信息公开条例26", ("commendation", "file"), 20),
    ("dispute.mark", "上海市社会信用条例36", ("dispute", "apply"), 1),
    ("dispute.accept", "山东省社会信用条例39", ("dispute", "apply"), 3),
    ("dispute.decide", "山东省社会信用条例39", ("dispute", "apply"), 7),
    ("dispute.extended", "浙江省公共信用信息管理条例31", ("dispute", "extend"), 20),
    ("repair.accept", "国办发2025-22", ("repair", "apply"), 3),
    ("repair.decide", "国办发2025-22", ("repair", "accept"), 10),
    ("repair.extended", "深圳经济特区社会信用条例82", ("repair", "extend"), 3),
    ("removal.told", "山东省社会信用条例40", ("removal", "leave"), 3),
]


class TestClock:
    @pytest.mark.parametrize(
        ("code", "opens", "days"), [pytest.param(one[0], *one[2:], id=f"clock-{one[0]}-{one[1]}") for one in CLOCKS]
    )
    def test_is_started_by_its_act_and_ends_after_its_working_days(self, code, opens, days):
        starts = dt.date(2026, 9, 17)  # before a Sunday that is worked and the days of National Day
        rule = LAW.clocks()[code].newest
        running = {one.code: one for one in deadlines.started(LAW, *opens, {rule.starts: starts})}
        due = starts
        while days:
            due += DAY
            days -= chinese_calendar.is_workday(due)
        assert (running[code].due.day, running[code].due.provisional) == (due, False)
        assert deadlines.started(LAW, *opens, {}) == []


class TestSuccession:
    @pytest.mark.parametrize(
        ("scheme", "on", "name", "source"),
        [
            pytest.param("tax-major", "2022-01-31", "重大税收违法案件当事人名单", "125号", id="scheme-tax-major-125号"),
            pytest.param("tax-major", "2022-02-01", "重大税收违法失信主体名单", "54号", id="scheme-tax-major-令54"),
            pytest.param("market-serious", "2024-04-30", "严重违法失信名单", "2014", id="scheme-market-serious-17"),
            pytest.param("market-serious", "2024-05-01", "严重违法失信名单", "777号", id="scheme-market-serious-令777"),
            pytest.param("operation-abnormal", "2024-04-30", "经营异常", "第十七条", id="scheme-operation-abnormal-17"),
            pytest.param("operation-abnormal", "2024-05-01", "经营异常", "第十八条", id="scheme-operation-abnormal-18"),
            pytest.param("safety-serious", "2023-10-01", "安全生产", "第11号", id="scheme-safety-serious-令11"),
        ],
    )
    def test_of_a_list_cites_the_text_in_force(self, scheme, on, name, source):
        row = LAW.scheme(scheme, dt.date.fromisoformat(on))
        assert row is not None
        assert name in row.name
        assert source in row.source
        assert row.status == "unconfirmed"

    @pytest.mark.parametrize(
        ("on", "source", "status"),
        [
            pytest.param("2024-04-30", "（2014）第十七条", "confirmed", id="B14-B16-企业信息公示暂行条例2014-17"),
            pytest.param("2024-05-01", "国务院令第777号", "unconfirmed", id="B14-B16-企业信息公示暂行条例-令777"),
        ],
    )
    def test_of_a_measure_cites_the_text_in_force(self, on, source, status):
        [row] = [row for row in LAW.measures(dt.date.fromisoformat(on)) if row.code == "B14"]
        assert source in row.source
        assert row.status == status

    @pytest.mark.parametrize("code", ["judgment-debtor", "operation-abnormal"])
    def test_of_no_end_may_be_decided(self, code):
        open_ended = {row.code for row in LAW.schemes(FROM) if row.open_ended}
        assert code in open_ended
        assert open_ended == {"judgment-debtor", "operation-abnormal"}

    def test_of_departments_reaches_organs_of_the_plan_whose_names_stay(self):
        rows = {row.code: row for row in ROWS["departments"]}
        planned = {code for code, row in rows.items() if "实施方案" in row.source}
        assert len(planned) == 15
        followers = {code: row.succeeds for code, row in rows.items() if code not in planned}
        assert {name for names in followers.values() for name in names} <= planned
        assert followers["natural-resources"] == ("land",)
        assert rows["land"].name == "市国土局"
        assert {"medical-security", "emergency-management", "data", "administrative-approval"} <= set(followers)
        assert all(rows[code].status == "unconfirmed" for code in followers)
