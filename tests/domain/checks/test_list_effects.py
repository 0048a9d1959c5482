"""What each list means in a check, list by list; and what a repaired, suspended or ended place on it means."""

import datetime as dt

import pytest

from registry.domain.checks.model import FIRST_MATCHER, CheckedParty, CheckScope, Hit, LookBack
from registry.domain.checks.verdict import judge
from tests.contract.test_reference import ROWS

ON = dt.date(2026, 11, 28)
EFFECTS = tuple(row for row in ROWS["list_effects"] if row.is_in_force(ON))
PARTY = CheckedParty("1", "bidder", "甲公司", "91320902MA0TR0027T")


def listing(scheme, **changed):
    """The body of a place on a list, with what is special."""
    return {
        "record": "l", "revision": 1, "kind": "listing", "state": "published", "audience": "public",
        "subject": {"kind": "organisation", "name": "甲公司", "uscc": PARTY.uscc},
        "scheme": {"code": scheme}, "measures": [], "is_grave": False, "basis": "依据", "decided_on": "2026-01-01",
        "district": None, "starts_on": "2026-01-02", "ends_on": None, "visible_from": "2026-01-02",
        "visible_until": "2199-12-31",
        **changed,
    }  # fmt: skip


def verdict(body, sector="procurement", role="bidder", must_tender=True, **special):
    scope = CheckScope(sector, must_tender, None, ON, effects=EFFECTS, **special)
    party = CheckedParty("1", role, "甲公司", PARTY.uscc)
    return judge(party, [Hit("uscc", body)], scope, None)


class TestListReasons:
    @pytest.mark.parametrize(
        ("scheme", "sector", "role", "expected"),
        [
            pytest.param("judgment-debtor", "procurement", "bidder", "barred",
                         id="effect-judgment-debtor.procurement-财库2016-125-E34"),
            pytest.param("judgment-debtor", "procurement", "consortium_member", "barred",
                         id="effect-judgment-debtor.procurement-财库2016-125-联合体"),
            pytest.param("judgment-debtor", "procurement", "agent", "on_record",
                         id="effect-judgment-debtor.procurement-代理机构"),
            *(
                pytest.param("judgment-debtor", "construction", role, "review",
                             id=f"effect-judgment-debtor.construction-法2016-285-{role}")
                for role in ("bidder", "consortium_member", "agent", "evaluation_expert", "project_manager")
            ),
            *(
                pytest.param("judgment-debtor", sector, "bidder", "review",
                             id=f"effect-judgment-debtor.resources-中办发2016-64-{sector}")
                for sector in ("land_use", "mining", "property")
            ),
            pytest.param("judgment-debtor", "housing", "bidder", "review",
                         id="effect-judgment-debtor.construction-法2016-285-住房保障工程"),
            pytest.param("wage-arrears", "housing", "bidder", "review",
                         id="effect-wage-arrears.tenders-保障农民工工资支付条例48-住房保障工程"),
            pytest.param("judgment-debtor", "medical", "bidder", "on_record", id="effect-judgment-debtor-其他领域"),
            pytest.param("tax-major", "procurement", "bidder", "barred",
                         id="effect-tax-major.procurement-财库2016-125-E35"),
            pytest.param("procurement-serious", "procurement", "bidder", "barred",
                         id="effect-procurement-serious.suppliers-财库2016-125-E36"),
            pytest.param("procurement-serious", "procurement", "evaluation_expert", "review",
                         id="effect-procurement-serious.others-财办库2014-526"),
            pytest.param("wage-arrears", "construction", "bidder", "review",
                         id="effect-wage-arrears.tenders-保障农民工工资支付条例48-E38"),
            pytest.param("wage-arrears", "land_use", "bidder", "on_record",
                         id="effect-wage-arrears.tenders-其他领域-E38"),
            pytest.param("wage-arrears", "construction", "agent", "on_record",
                         id="effect-wage-arrears.tenders-代理机构-E38"),
            pytest.param("market-serious", "land_use", "bidder", "review",
                         id="effect-market-serious.trading-市场监管总局令44"),
            pytest.param("operation-abnormal", "procurement", "bidder", "review",
                         id="effect-operation-abnormal.trading-企业信息公示暂行条例"),
            pytest.param("safety-serious", "mining", "bidder", "review",
                         id="effect-safety-serious.trading-应急管理部令11"),
            pytest.param("mining-serious", "mining", "bidder", "review",
                         id="effect-mining-serious.mining-自然资源部令13"),
        ],
    )  # fmt: skip
    def test_bear_without_any_measure(self, scheme, sector, role, expected):
        assert verdict(listing(scheme), sector, role).verdict == expected

    def test_name_the_list_its_source_and_what_is_unconfirmed(self):
        [reason] = verdict(listing("judgment-debtor")).reasons
        assert (reason["code"], reason["list"], reason["status"]) == ("list-bars", "judgment-debtor", "unconfirmed")
        assert "125" in reason["basis"]
        assert (reason["since"], reason["until"]) == ("2026-01-02", None)

    @pytest.mark.parametrize(("must_tender", "expected"), [(True, "review"), (False, "on_record"), (None, "review")])
    def test_of_tenders_ask_whether_tendering_is_mandatory(self, must_tender, expected):
        answer = verdict(listing("judgment-debtor"), "construction", must_tender=must_tender)
        assert answer.verdict == expected
        assert ("must-tender-not-stated" in [reason["code"] for reason in answer.reasons]) is (must_tender is None)

    @pytest.mark.parametrize(
        "changed",
        [
            pytest.param({"ends_on": "2026-11-28", "visible_until": "2026-11-28"}, id="ended"),
            pytest.param({"starts_on": "2026-11-29", "visible_from": "2026-11-29"}, id="not-begun"),
            pytest.param({"state": "repaired"}, id="repaired"),
            pytest.param(
                {"suspensions": [{"from": "2026-11-01", "until": None}], "state": "suspended"}, id="suspended"
            ),
        ],
    )
    def test_do_not_bear_when_the_place_on_the_list_is_not_in_force(self, changed):
        assert verdict(listing("judgment-debtor", **changed)).verdict == "no_record"

    def test_by_a_mere_name_are_for_a_person(self):
        answer = judge(
            CheckedParty("1", "bidder", "甲公司"),
            [Hit("name", listing("judgment-debtor"))],
            CheckScope("procurement", True, None, ON, effects=EFFECTS),
            None,
        )
        assert answer.verdict == "review"

    def test_bore_nothing_by_the_first_rules(self):
        assert verdict(listing("judgment-debtor"), matcher=FIRST_MATCHER).verdict == "on_record"


BAN = {
    "code": "B1", "name": "禁止", "basis": "政府采购法第七十七条", "effect": "bars", "discretionary": False,
    "roles": ["bidder"], "sectors": ["procurement"], "only_must_tender": False, "territory": "national",
    "starts_on": "2026-06-02", "ends_on": "2029-06-02",
}  # fmt: skip


class TestProvidedFor:
    @pytest.mark.parametrize(
        ("scheme", "expected"),
        [("procurement-serious", "barred"), ("municipal-watch", "on_record"), ("unknown", "on_record")],
        ids=["E40-采购法77", "E40-国办发2020-49-依据不足", "E40-国办发2020-49-没有此名单"],
    )
    def test_measures_of_a_list_without_basis_bar_nobody(self, scheme, expected):
        provided = {row.code: frozenset(row.measures) for row in ROWS["schemes"] if row.may_publish}
        scope = CheckScope("procurement", None, None, ON, list_measures=provided)
        body = listing(scheme, measures=[BAN])
        assert judge(PARTY, [Hit("uscc", body)], scope, None).verdict == expected


class TestRepaired:
    """信用修复 ends publicity and the measures of 失信惩戒, and no ban that is itself the penalty."""

    @pytest.mark.parametrize(
        ("changed", "expected", "code"),
        [
            pytest.param({"measures": [BAN]}, "barred", "measure-in-force", id="E03-采购法77"),
            pytest.param({"measures": [BAN | {"ends_on": "2026-11-01"}]}, "no_record", None, id="E03-届满"),
            pytest.param(
                {"measures": [], "is_grave": True},
                "review",
                "grave-look-back-repaired",
                id="threshold-lookback_after_repair_months-采购法22-E05",
            ),
        ],
    )
    def test_penalty_bears_by_its_bans_and_facts(self, changed, expected, code):
        body = listing("x", kind="penalty", state="repaired", **changed)
        del body["scheme"]
        since = dt.date(2023, 11, 28)
        look_back = LookBack(since, frozenset({"procurement"}), frozenset({"bidder"}), "B3", "采购法22", since)
        answer = judge(PARTY, [Hit("uscc", body)], CheckScope("procurement", None, None, ON), look_back)
        assert answer.verdict == expected
        assert [reason["code"] for reason in answer.reasons] == ([code] if code else [])
        by_first_rules = CheckScope("procurement", True, None, ON, matcher=FIRST_MATCHER)
        assert judge(PARTY, [Hit("uscc", body)], by_first_rules, look_back).verdict == "no_record"

    @pytest.mark.parametrize(
        ("measure", "expected"),
        [
            pytest.param(BAN, "barred", id="B3-采购法77-名单上的禁止"),
            pytest.param(BAN | {"ends_on": "2026-11-01"}, "no_record", id="B3-采购法77-名单上的禁止届满"),
            pytest.param(BAN | {"effect": "review"}, "no_record", id="B3-令36-名单上的惩戒措施"),
        ],
    )
    def test_place_on_a_list_bears_by_its_bans_alone(self, measure, expected):
        scope = CheckScope(
            "procurement", None, None, ON, effects=EFFECTS, list_measures={"procurement-serious": {"B1"}}
        )
        body = listing("procurement-serious", state="repaired", measures=[measure])
        assert judge(PARTY, [Hit("uscc", body)], scope, None).verdict == expected
