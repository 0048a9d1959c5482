"""The golden cases of the audit of the law, each from the filing to the answer, its article in the id.

What is stated is what a department files and a trading centre asks; what is expected was read from the texts. Cases
marked 存疑 have no text that settles them: ``docs/law_decisions.md`` says which answer was chosen, and why. Cases of
days alone, of exchanged bodies and of the same tender are beside the rules (``tests/domain``, ``tests/sync``).
"""

import datetime as dt
from typing import Any

import pytest

from registry import runtime
from registry.queries.publication import publications
from registry.refusals.procedure import RepairTooEarly
from registry.services.cases import (
    penalty_verification,
    relief_applications,
    relief_decisions,
    revisions,
    suspension,
)
from registry.services.checks import award_check
from registry.services.checks.request import Inquiry, Party
from tests.support.bureau import papers
from tests.support.filings import PERSON_NUMBER

TODAY = dt.date(2026, 11, 28)
DAY = dt.timedelta(days=1)
LAW_77, LAW_53 = "《中华人民共和国政府采购法》第七十七条", "《中华人民共和国招标投标法》第五十三条"
BAN_77 = {"basis": LAW_77, "content": "列入不良行为记录名单，禁止参加政府采购活动。"}
BAN_53 = {
    "basis": LAW_53, "content": "取消其一年内参加依法必须进行招标的项目的投标资格。", "sectors": "construction",
    "decided_on": "2026-03-02", "effect_until": "2027-03-01",
}  # fmt: skip
PERSON = {
    "subject_name": "苌知远", "subject_kind": "自然人", "uscc": "", "id_type": "111", "id_number": PERSON_NUMBER,
}  # fmt: skip
FINED = {"content": "罚款一万元。", "decided_on": "2026-09-01"}
REVOKED = {"kinds": "罚款；责令停产停业", "content": "责令停业整顿六个月，罚款一万元。"}


@pytest.fixture
def bureau(bureau):
    bureau.go(TODAY)
    return bureau


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def body(record: str) -> dict[str, Any]:
    with runtime.begin() as work:
        return publications.body(revisions.newest(work, record))


def is_shown(record: str, on: dt.date) -> bool:
    with runtime.reading() as session:
        return bool(publications.visible_records(session, [record], publications.moment(session, on)))


def ask(bureau, record, sector="procurement", role="bidder", on=TODAY, **tender) -> str:
    """The verdict on whoever a filing is about."""
    filed = bureau.names[record]
    person = (filed.get("id_type"), filed.get("id_number")) if filed.get("id_number") else (None, None)
    party = Party("1", role, filed["subject_name"], filed["uscc"] or None, *person, None)
    tender = {"must_tender": False, "district": "320902", **tender}
    inquiry = Inquiry({"code": "YC2026-1"}, sector, tender["must_tender"], tender["district"], on, [party])
    answer = bureau.do("centre", lambda work: award_check.check(work, inquiry))
    return answer.receipt.decode().split('"verdict":"')[1].split('"')[0]


# id, what is filed, what is asked, the verdict
VERDICTS = [
    ("E01-政府采购法77-禁止期内", {**BAN_77, "decided_on": "2024-12-02", "effect_until": "2027-12-01"}, {}, "barred"),
    ("E02-政府采购法实施条例19-2-末日", {**BAN_77, "decided_on": "2024-12-02", "effect_until": "2027-12-01"},
     {"on": day("2027-12-01")}, "barred"),
    ("E02-政府采购法实施条例19-2-次日", {**BAN_77, "decided_on": "2024-12-02", "effect_until": "2027-12-01"},
     {"on": day("2027-12-02")}, "no_record"),
    ("E06-政府采购法实施条例75-财库2015-150", {
        **PERSON, "basis": "《政府采购法实施条例》第七十五条", "content": "禁止其参加政府采购评审活动。",
        "effect_until": "长期"}, {"role": "evaluation_expert"}, "barred"),
    ("E06-政府采购法实施条例75-没有终期", {
        **PERSON, "basis": "《政府采购法实施条例》第七十五条", "content": "禁止其参加政府采购评审活动。",
        "effect_until": "长期"}, {"role": "evaluation_expert", "on": day("2040-01-01")}, "barred"),
    ("E07-招标投标法53-必须招标", BAN_53, {"sector": "construction", "must_tender": True}, "barred"),
    ("E07-招标投标法53-非必须招标", BAN_53, {"sector": "construction"}, "on_record"),
    ("E07-招标投标法53-未说明", BAN_53, {"sector": "construction", "must_tender": None}, "review"),
    ("E09-招标投标法53-土地", BAN_53, {"sector": "land_use", "must_tender": True}, "on_record"),
    ("E09-招标投标法53-医药", BAN_53, {"sector": "medical", "must_tender": True}, "on_record"),
    ("E10-招标投标法53-限于盐城-存疑", {
        **BAN_53, "content": "取消其一年内参加盐城市行政区域内依法必须进行招标的项目的投标资格。"},
     {"sector": "construction", "must_tender": True}, "review"),
    ("E10-招标投标法53-未限地区", BAN_53,
     {"sector": "construction", "must_tender": True}, "barred"),
    ("E11-建筑法65-停业整顿-存疑", {
        **REVOKED, "basis": "《建筑法》第六十五条", "decided_on": "2026-09-01", "effect_until": "2027-02-28"},
     {"sector": "construction"}, "review"),
    ("B27-30号令20-骗取中标届满-存疑", {
        "basis": "《招标投标法》第五十四条", "content": "取消其一年内参加依法必须进行招标的项目的投标资格。",
        "decided_on": "2024-11-28", "effect_until": "2025-11-27"}, {"sector": "construction", "must_tender": True},
     "review"),
    ("B27-30号令20-骗取中标只处罚款-存疑", {**FINED, "basis": "《招标投标法》第五十四条"},
     {"sector": "construction", "must_tender": None}, "review"),
    ("B27-30号令20-串通不在其内", {**FINED, "basis": LAW_53},
     {"sector": "construction", "must_tender": True}, "on_record"),
    ("B27-30号令20-采购不在其内", {**FINED, "basis": "《招标投标法》第五十四条"},
     {"must_tender": True}, "on_record"),
    ("threshold-tender_lookback_months-30号令20-超过三年", {
        **FINED, "basis": "《招标投标法》第五十四条", "decided_on": "2023-11-27"},
     {"sector": "construction", "must_tender": True}, "no_record"),
    ("E12-政府采购法22-停产停业", {
        **REVOKED, "basis": "《建筑法》第六十五条", "decided_on": "2026-09-01", "effect_until": "2027-02-28"}, {},
     "review"),
    ("E16-政府采购法实施条例19-财库2022-3-满三年之日", {"fine": "200", "decided_on": "2023-11-28",
     "content": "罚款二百万元。"}, {}, "review"),
    ("E16-政府采购法实施条例19-财库2022-3-超过三年", {"fine": "200", "decided_on": "2023-11-27",
     "content": "罚款二百万元。"}, {}, "no_record"),
    ("E17-财库2022-3-不足", {"fine": "199.9999", "decided_on": "2026-09-01", "content": "罚款一百九十九万余元。"}, {},
     "on_record"),
    ("E19-国土资发2010-151-存疑", {
        "basis": "《招标拍卖挂牌出让国有建设用地使用权规定》第二十五条",
        "content": "二年内不得参加本市国有建设用地使用权竞买。", "decided_on": "2026-09-01",
        "effect_until": "2028-08-31"}, {"sector": "land_use"}, "review"),
    ("E20-公共租赁住房管理办法35-存疑", {
        **PERSON, "basis": "《公共租赁住房管理办法》第三十五条", "content": "五年内不得再次申请公共租赁住房。",
        "decided_on": "2026-09-01", "effect_until": "2031-08-31"}, {"sector": "housing"},
     "review"),
    ("E27-政府采购法77-逗号", {
        "basis": LAW_77, "content": "禁止其在三年内，参加政府采购活动", "decided_on": "2026-09-01",
        "effect_until": "2029-08-31"}, {}, "barred"),
    ("E30-已于复议中撤销-存疑", {
        "basis": LAW_77, "content": "撤销原处罚决定中禁止参加政府采购活动二年的内容，罚款一万元。"}, {}, "review"),
    ("E30-政府采购法77-日期写作汉字", {
        "basis": LAW_77, "content": "禁止其自二〇二六年九月一日起二年内参加政府采购活动。", "decided_on": "2026-09-01",
        "effect_until": "2028-08-31"}, {}, "barred"),
    ("E30-政府采购法77-分项", {
        "basis": LAW_77, "content": "一、罚款一万元；二、列入不良行为记录名单；三、二年内禁止参加政府采购活动。",
        "decided_on": "2026-09-01", "effect_until": "2028-08-31"}, {}, "barred"),
    ("E41-医药价格和招采信用评价制度-全部产品-本省-存疑", {
        "basis": "《医药价格和招采信用评价制度（2025修订）》",
        "content": "评定为特别严重失信，取消本省全部产品挂网资格。", "district": "320902"},
     {"sector": "medical"}, "barred"),
    ("E41-医药价格和招采信用评价制度-全部产品-地区未说明-存疑", {
        "basis": "《医药价格和招采信用评价制度（2025修订）》",
        "content": "评定为特别严重失信，取消本省全部产品挂网资格。", "district": "320902"},
     {"sector": "medical", "district": None}, "review"),
    ("E41-国办发2021-2-取消配送资格-存疑", {
        "basis": "《关于推动药品集中带量采购工作常态化制度化开展的意见》", "content": "取消其配送资格。",
        "title": "信用评价结果告知书"}, {"sector": "medical"}, "review"),
]  # fmt: skip


class TestVerdict:
    @pytest.mark.parametrize(("filed", "asked", "verdict"), [pytest.param(*case[1:], id=case[0]) for case in VERDICTS])
    def test_is_that_of_the_text(self, bureau, filed, asked, verdict):
        record = bureau.published_penalty(**filed)
        if asked.get("on", TODAY) > TODAY:
            bureau.go(asked["on"])
        bureau.tidy()
        assert ask(bureau, record, **asked) == verdict

    @pytest.mark.parametrize("law", [pytest.param("行政处罚法48", id="E42-行政处罚法48-撤回")])
    def test_of_a_withdrawn_record_is_none(self, bureau, law):
        record = bureau.published_penalty(**BAN_77, decided_on="2026-09-01", effect_until="2028-08-31")
        withdraw = penalty_verification.withdraw
        bureau.do("verifier", lambda work: withdraw(work, record, law, TODAY, if_version=None))
        assert ask(bureau, record) == "no_record"

    @pytest.mark.parametrize("law", [pytest.param("行政诉讼法56", id="E42-行政诉讼法56-中止")])
    def test_of_a_suspended_record_rests(self, bureau, law):
        record = bureau.published_penalty(**BAN_77, decided_on="2026-09-01", effect_until="2028-08-31")
        given = papers("court_order")
        bureau.do("verifier", lambda work: suspension.suspend(work, record, TODAY, None, law, given))
        assert ask(bureau, record) == "no_record"


LONG = {**BAN_77, "decided_on": "2026-06-02", "effect_until": "2029-06-01", "fine": "5"}


class TestRepair:
    @pytest.mark.parametrize("opens", [pytest.param("2029-06-02", id="E03-政府采购法77-令36")])
    def test_never_lifts_a_ban(self, bureau, opens):
        record = bureau.published_penalty(**LONG)
        assert body(record)["repairable_from"] == opens
        with pytest.raises(RepairTooEarly):
            bureau.applied("repair", record)
        assert ask(bureau, record) == "barred"

    @pytest.mark.parametrize("until", [pytest.param("2029-06-01", id="E04-招标投标法53-总局令45-13")])
    def test_and_time_hide_no_running_ban(self, bureau, until):
        record = bureau.published_penalty(**LONG)
        assert is_shown(record, day("2027-11-20"))
        assert is_shown(record, day(until))
        assert not is_shown(record, day(until) + DAY)

    @pytest.mark.parametrize("fine", [pytest.param("250", id="E05-政府采购法22-修复后-存疑")])
    def test_leaves_the_grave_violation_to_a_person(self, bureau, fine):
        record = bureau.published_penalty(fine=fine, content="罚款二百五十万元。", decided_on="2026-06-02")
        number = bureau.applied("repair", record)
        bureau.do("second-clerk", lambda work: relief_applications.accept(work, number, papers()))
        given = papers("relief_decision")
        bureau.do("verifier", lambda work: relief_decisions.grant(work, number, "条件具备", given))
        assert (body(record)["state"], ask(bureau, record)) == ("repaired", "review")


SAMR = "盐城市市场监督管理局"
PUBLICITY = [
    # id, what is filed, severity, repair from, shown until
    ("E13-令36-停产停业", {**REVOKED, "basis": "《建筑法》第六十五条", "decided_on": "2026-09-01",
     "effect_until": "2026-09-02"}, "serious", "2027-09-01", "2029-09-01"),
    ("E23-国办发2025-22-总局修复办法", {"authority_name": SAMR, "fine": "0.5", "content": "罚款五千元。",
     "decided_on": "2026-11-10"}, "general", "2027-02-10", "2027-11-10"),
    ("E24-令58-存量-存疑", {"content": "罚款一万元。", "decided_on": "2026-03-31"}, "general", "2026-06-30",
     "2029-03-31"),
    ("E25-令58-应急局", {"authority_name": "盐城市应急管理局", "content": "罚款一万元。",
     "decided_on": "2025-11-28"}, "general", "2026-11-28", "2028-11-28"),
    ("E26-令36-警告并处五百元", {"kinds": "警告；罚款", "fine": "0.05", "content": "警告，罚款五百元。",
     "decided_on": "2026-05-06"}, "general", "2026-08-06", "2027-05-06"),
]  # fmt: skip


class TestPublicity:
    @pytest.mark.parametrize(
        ("filed", "severity", "repairable", "until"), [pytest.param(*case[1:], id=case[0]) for case in PUBLICITY]
    )
    def test_lasts_as_its_rule_says(self, bureau, filed, severity, repairable, until):
        shown = body(bureau.published_penalty(**filed))
        found = (shown["severity"], shown["repairable_from"], shown["visible_until"], shown["audience"])
        assert found == (severity, repairable, until, "public")

    @pytest.mark.parametrize("kinds", [pytest.param("警告", id="E26-令36-警告")])
    def test_of_a_mere_warning_is_none(self, bureau, kinds):
        record = bureau.published_penalty(kinds=kinds, fine="", content="予以警告。", decided_on="2026-05-06")
        assert not is_shown(record, TODAY)
        assert body(record)["audience"] == "authorised"
