"""What every ban of the catalogue does to a verdict, statute by statute: whom it reaches, where, how long, how."""

import datetime as dt
from typing import NamedTuple

import pytest

from registry.domain.checks import consortium, verdict
from registry.domain.checks.model import CheckedParty, CheckScope, Hit, LookBack, RelationLink
from registry.domain.checks.verdict import judge
from registry.domain.law import measures
from registry.domain.law.publicity import add_months
from registry.domain.records import PARTY_ROLES
from tests.contract.test_reference import ROWS

START = dt.date(2026, 1, 1)
SECTORS = sorted(row.code for row in ROWS["sectors"])
TENDERS = {"construction", "housing", "procurement"}
WORKS = {"construction", "housing"}
PERSONS = {"project_manager", "legal_representative"}
BIDDERS, EXPERTS, AGENTS = {"bidder", "consortium_member"}, {"evaluation_expert"}, {"agent"}
RESPONSIBLE = BIDDERS | {"legal_representative"}
BY_PRODUCT = frozenset(row.code for row in ROWS["measures"] if row.by_product)


class Law(NamedTuple):
    """What a statute says of the ban it provides for; ``months`` at most, None where the law names no term."""

    statute: str
    code: str
    sectors: set[str]
    must_tender: bool
    roles: set[str]
    months: int | None
    verdict: str
    discretionary: bool


LAW = [
    Law("政府采购法77", "B1", {"procurement"}, False, BIDDERS, 36, "barred", False),
    Law("政府采购法78", "B2", {"procurement"}, False, AGENTS, 36, "barred", True),
    Law("政府采购法实施条例73", "B5", {"procurement"}, False, BIDDERS, 36, "barred", False),
    Law("招标投标法53", "B6", TENDERS, True, BIDDERS, 24, "barred", False),
    Law("招标投标法54", "B7", TENDERS, True, BIDDERS, 36, "barred", False),
    Law("招标投标法60", "B8", TENDERS, True, BIDDERS, 60, "barred", False),
    Law("招标投标法50", "B9", TENDERS, True, AGENTS, 24, "barred", False),
    Law("招标投标法实施条例67", "B10", TENDERS, True, BIDDERS, 24, "barred", False),
    Law("招标投标法实施条例68", "B11", TENDERS, True, BIDDERS, 36, "barred", False),
    Law("招标投标法56、实施条例71-72", "B12", TENDERS, True, EXPERTS, None, "barred", False),
    Law("保障农民工工资支付条例48", "B13", TENDERS, False, RESPONSIBLE, None, "review", True),
    Law("企业信息公示暂行条例-令777-B16", "B14", TENDERS | {"land_use"}, False, RESPONSIBLE, None, "review", True),
    Law("医药价格和招采信用评价制度（2025修订）", "B15", {"medical"}, False, BIDDERS, None, "review", False),
    Law("政府采购法实施条例75-E06", "B16", {"procurement"}, False, EXPERTS, None, "barred", False),
    Law("建筑法65-停业整顿-E11", "B17", WORKS, False, BIDDERS, None, "review", True),
    Law("建筑法65-资质", "B18", WORKS, False, BIDDERS | AGENTS, None, "review", True),
    Law("安全生产许可证条例14", "B19", WORKS | {"mining"}, False, BIDDERS, None, "review", True),
    Law(
        "建设工程安全生产管理条例58",
        "B20",
        WORKS,
        False,
        {"project_manager", "legal_representative"},
        None,
        "review",
        True,
    ),
    Law("国土资发2010-151-E19", "B21", {"land_use"}, False, BIDDERS, None, "review", True),
    Law("矿业权出让交易规则", "B22", {"mining"}, False, BIDDERS, None, "review", True),
    Law("企业国有资产交易监督管理办法", "B23", {"property"}, False, BIDDERS | AGENTS, None, "review", True),
    Law("公共租赁住房管理办法35-E20", "B24", {"housing"}, False, set(PARTY_ROLES), None, "review", True),
    Law("国办发2021-2-E41", "B25", {"medical"}, False, BIDDERS, None, "review", True),
    Law("医药价格和招采信用评价制度-特别严重-E41", "B26", {"medical"}, False, BIDDERS, None, "barred", False),
]
EACH = pytest.mark.parametrize("law", [pytest.param(row, id=row.statute) for row in LAW])
LOOK_BACK = LookBack(
    add_months(START, -36), frozenset({"procurement"}), frozenset(BIDDERS), "B3", "政府采购法第二十二条"
)


def row_of(code):
    return next(row for row in ROWS["measures"] if row.code == code and row.is_in_force(START))


def record(code, ends_on, **special):
    taken = [measures.statutory_measure(row_of(code), START, ends_on)] if code else []
    return {
        "record": "r",
        "revision": 1,
        "state": "published",
        "measures": taken,
        "is_grave": False,
        "subject": {"kind": "organisation", "name": "甲公司", "uscc": "91320902MA0TR0027T"},
        "decided_on": START.isoformat(),
        "visible_from": "2026-01-01",
        "visible_until": "2031-01-05",
        "basis": "示例",
        "district": "320902",
        **special,
    }


def answer(body, sector, *, role="bidder", must_tender=True, on=START, **tender):
    asked = CheckedParty("1", role, "甲公司", "91320902MA0TR0027T")
    about = CheckScope(sector, must_tender, tender.get("district", "320902"), on, BY_PRODUCT)
    return judge(asked, [Hit("uscc", body)], about, LOOK_BACK)


class TestBan:
    @EACH
    def test_reaches_its_trading_and_no_other(self, law):
        end = add_months(START, law.months) if law.months else None
        for sector in SECTORS:
            for role in PARTY_ROLES:
                for must in (True, False):
                    reached = sector in law.sectors and role in law.roles and (must or not law.must_tender)
                    found = answer(record(law.code, end), sector, role=role, must_tender=must)
                    assert found.verdict == (law.verdict if reached else "on_record"), (sector, role, must)

    @EACH
    def test_names_law_days_and_discretion(self, law):
        end = add_months(START, law.months) if law.months else None
        [reason, *_] = answer(record(law.code, end), min(law.sectors), role=min(law.roles)).reasons
        shown = {name: reason[name] for name in ("measure", "basis", "since", "until", "discretionary")}
        assert shown == {
            "measure": law.code,
            "basis": row_of(law.code).source,
            "since": "2026-01-01",
            "until": end.isoformat() if end else None,
            "discretionary": law.discretionary,
        }

    @EACH
    def test_ends_with_its_term(self, law):
        """政府采购法实施条例 19 第二款: when the term is over, the subject may take part."""
        end = add_months(START, law.months or 12)
        last = end - dt.timedelta(days=1)
        sector, role = min(law.sectors), min(law.roles)
        assert answer(record(law.code, end), sector, role=role, on=last).verdict == law.verdict
        ended = answer(record(law.code, end), sector, role=role, on=end)
        assert ended.verdict == "on_record"

    def test_is_told_for_every_row_of_the_catalogue(self):
        assert {law.code for law in LAW} | {"B3", "B4", "B27"} == {row.code for row in ROWS["measures"]}

    def test_that_is_over_does_not_bar_by_its_own_row(self):
        """B4, 政府采购法实施条例 19 第二款."""
        assert answer(record("B4", None), "procurement").verdict == "on_record"

    @pytest.mark.parametrize(
        ("district", "verdict", "code"),
        [
            pytest.param("320981", "barred", "measure-in-force", id="B26-E41-医药价格和招采信用评价制度-本省"),
            pytest.param("110101", "on_record", "other-territory", id="B26-E41-医药价格和招采信用评价制度-外省"),
            pytest.param(None, "review", "district-not-stated", id="B26-E41-地区未说明"),
        ],
    )
    def test_of_all_products_bars_in_its_own_province(self, district, verdict, code):
        found = answer(record("B26", None), "medical", district=district)
        assert (found.verdict, found.reasons[0]["code"]) == (verdict, code)

    def test_of_a_row_that_no_text_confirms_says_so(self):
        about = CheckScope("medical", None, "320902", START, BY_PRODUCT, frozenset({"B26"}))
        party = CheckedParty("1", "bidder", "甲公司", "91320902MA0TR0027T")
        [reason] = judge(party, [Hit("uscc", record("B26", None))], about, None).reasons
        assert reason["status"] == "unconfirmed"

    @pytest.mark.parametrize("district", ["320981", "110101"])
    def test_of_medical_products_says_that_it_is_by_product(self, district):
        """医药价格和招采信用评价制度（2025修订）: the gravest kind reaches the products concerned in every province."""
        [reason] = answer(record("B15", None), "medical", district=district).reasons
        assert (reason["code"], reason["scope"]["territory"]) == ("measure-by-product", "province")


class TestGraveViolation:
    """政府采购法 22 第一款第五项; 政府采购法实施条例 19."""

    @pytest.mark.parametrize("sector", SECTORS)
    @pytest.mark.parametrize("role", PARTY_ROLES)
    def test_is_looked_back_at_for_suppliers_in_procurement(self, sector, role):
        found = answer(record(None, None, is_grave=True), sector, role=role)
        is_reached = sector == "procurement" and role in BIDDERS
        assert ("grave-look-back" in {one["code"] for one in found.reasons}) is is_reached

    def test_stays_after_the_ban_is_over(self):
        """The ban ended, another penalty is looked back at: review, with the reason, and never barred."""
        body = record("B1", add_months(START, 12), is_grave=True)
        found = answer(body, "procurement", on=add_months(START, 13))
        assert (found.verdict, found.reasons[0]["code"]) == ("review", "grave-look-back")


class TestCheck:
    """财库〔2016〕125号 (REFERENCE 3.6)."""

    def test_of_a_consortium_counts_a_members_bad_record(self):
        asked = [CheckedParty("1", "bidder", "乙", "x"), CheckedParty("2", "consortium_member", "甲公司", "y", of="1")]
        member = answer(record("B1", None), "procurement", role="consortium_member")
        lead, _ = consortium.apply_member_verdicts(asked, [verdict.Answer("no_record", ()), member])
        assert (lead.verdict, lead.reasons[0]["ref"]) == ("barred", "2")

    def test_of_a_related_person_shows_a_ban_for_attention_only(self):
        """457号 (REFERENCE 3.5) reaches those related only where a penalty was imposed on them themselves."""
        person = CheckedParty("1", "legal_representative", "卞子墨", id_index="aa")
        via = RelationLink("attention", "id", {"relation": "v"})
        about = CheckScope("procurement", True, None, START)
        found = judge(person, [Hit("uscc", record("B1", None), via)], about, LOOK_BACK)
        assert found.verdict == "review"
