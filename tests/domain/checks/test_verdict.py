import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.checks.model import CheckedParty, CheckScope, Hit, LookBack, RelationLink
from registry.domain.checks.verdict import bears, judge
from registry.domain.records import PARTY_ROLES

DAY = dt.date(2026, 11, 22)
MEASURE = {
    "code": "B6", "name": "取消投标资格", "basis": "招标投标法第五十三条", "effect": "bars", "discretionary": False,
    "roles": ["bidder", "consortium_member"], "sectors": ["construction"], "only_must_tender": True,
    "territory": "national", "starts_on": "2026-01-01", "ends_on": "2027-01-01",
}  # fmt: skip
BODY = {
    "record": "r", "revision": 1, "state": "published", "measures": [MEASURE],
    "subject": {"kind": "organisation", "name": "甲公司", "uscc": None},
    "is_grave": False, "decided_on": "2026-01-01", "visible_from": "2026-01-05", "visible_until": "2027-01-05",
    "basis": "招标投标法第五十三条", "district": "320902",
}  # fmt: skip
LOOK_BACK = LookBack(
    dt.date(2023, 11, 22), frozenset({"procurement"}), frozenset({"bidder"}), "B3", "政府采购法第二十二条"
)


def verdict(body=None, asked=None, question=None, by="uscc", look_back=LOOK_BACK):
    """The verdict on 甲公司, with what is special."""
    party = CheckedParty(**{"ref": "1", "role": "bidder", "name": "甲公司", "uscc": "x"} | (asked or {}))
    about = CheckScope(
        **{"sector": "construction", "must_tender": True, "district": None, "on": DAY} | (question or {})
    )
    return judge(party, [Hit(by, BODY | (body or {}))], about, look_back).verdict


def measured(**special):
    """A body with one special measure."""
    return {"measures": [MEASURE | special]}


class TestJudge:
    @pytest.mark.parametrize(
        ("special", "expected"),
        [
            pytest.param({}, "barred", id="招标投标法53"),
            pytest.param({"question": {"must_tender": False}}, "on_record", id="招标投标法53-依法必须进行招标"),
            pytest.param({"question": {"sector": "mining"}}, "on_record", id="招标投标法53-领域"),
            pytest.param({"asked": {"role": "agent"}}, "on_record", id="招标投标法53-投标人"),
            pytest.param({"question": {"on": dt.date(2026, 12, 31)}}, "barred", id="政府采购法实施条例19-2-最后一日"),
            pytest.param({"question": {"on": dt.date(2027, 1, 1)}}, "on_record", id="政府采购法实施条例19-2-届满"),
            pytest.param({"question": {"on": dt.date(2027, 1, 5)}}, "no_record", id="公示期届满"),
            pytest.param({"question": {"on": dt.date(2025, 12, 31)}}, "no_record", id="生效前"),
            pytest.param(
                {"body": measured(ends_on=None), "question": {"on": dt.date(2099, 1, 1)}},
                "barred",
                id="无期限",
            ),
            pytest.param({"body": measured(effect="review")}, "review", id="保障农民工工资支付条例48"),
            pytest.param({"body": measured(effect="none")}, "on_record", id="政府采购法实施条例19-2-不限制"),
            pytest.param({"body": measured(effect="review", sectors=[])}, "review", id="无依据"),
            pytest.param({"by": "name"}, "review", id="仅名称"),
            pytest.param({"body": {"state": "expired"}}, "barred", id="公示结束而限制未满"),
            pytest.param({"body": {"subject": {"name": "乙公司"}}}, "barred", id="名称不一致-限制"),
            pytest.param({"body": {"subject": {"name": "乙公司"}, "measures": []}}, "review", id="名称不一致"),
            pytest.param({"asked": {"uscc_problem": "uscc-check-character"}}, "barred", id="校验码不正确-查到"),
        ],
    )
    def test_follows_scope_and_day(self, special, expected):
        assert verdict(**special) == expected

    @pytest.mark.parametrize(
        ("special", "expected"),
        [
            pytest.param({}, "review", id="政府采购法实施条例19"),
            pytest.param({"body": {"decided_on": "2023-11-22"}}, "review", id="政府采购法实施条例19-三年内"),
            pytest.param({"body": {"decided_on": "2023-11-21"}}, "on_record", id="政府采购法实施条例19-三年外"),
            pytest.param({"question": {"sector": "mining"}}, "on_record", id="政府采购法22-领域"),
            pytest.param({"asked": {"role": "agent"}}, "on_record", id="政府采购法22-供应商"),
            pytest.param({"body": {"is_grave": False}}, "on_record", id="非重大"),
            pytest.param({"look_back": None}, "on_record", id="2015年3月1日前"),
        ],
    )
    def test_looks_back_at_grave_violations(self, special, expected):
        body = {"measures": [], "is_grave": True} | special.pop("body", {})
        question = {"sector": "procurement"} | special.pop("question", {})
        assert verdict(body, question=question, **special) == expected

    def test_without_hits_says_what_was_not_asked(self):
        about = CheckScope("construction", True, None, DAY)
        assert judge(CheckedParty("1", "bidder", "甲", "x"), [], about, None).verdict == "no_record"
        assert judge(CheckedParty("1", "bidder", "甲"), [], about, None).verdict == "review"
        assert judge(CheckedParty("1", "bidder", "甲", "x", None, None, "p"), [], about, None).verdict == "unchecked"

    def test_puts_the_heaviest_reason_first(self):
        about = CheckScope("construction", True, None, DAY)
        hits = [Hit("uscc", BODY | {"record": "a", "measures": []}), Hit("uscc", BODY | {"record": "b"})]
        for order in (hits, hits[::-1]):
            answer = judge(CheckedParty("1", "bidder", "甲公司", "x"), order, about, None)
            assert [reason["record"] for reason in answer.reasons] == ["b", "a"]

    @pytest.mark.parametrize(
        ("special", "expected"),
        [
            pytest.param({"question": {"district": "320981"}}, "barred", id="本省"),
            pytest.param({"question": {"district": "110101"}}, "on_record", id="外省"),
            pytest.param({"question": {"district": None}}, "review", id="项目地区不明"),
            pytest.param({"question": {"district": "110101"}, "body": {"district": None}}, "review", id="记录地区不明"),
            pytest.param(
                {"question": {"district": "110101"}, "body": measured(territory="national")}, "barred", id="全国"
            ),
        ],
    )
    def test_confines_a_provincial_measure_to_its_province(self, special, expected):
        body = measured(territory="province") | special.pop("body", {})
        assert verdict(body, **special) == expected

    def test_says_why_a_measure_of_another_province_does_not_reach(self):
        about = CheckScope("construction", True, "110101", DAY)
        body = BODY | measured(territory="province")
        [reason] = judge(CheckedParty("1", "bidder", "甲公司", "x"), [Hit("uscc", body)], about, None).reasons
        assert reason["code"] == "other-territory"

    @pytest.mark.parametrize("district", ["320902", "110101"])
    def test_leaves_a_measure_by_product_to_a_person_wherever_it_is(self, district):
        about = CheckScope("construction", True, district, DAY, frozenset({"B6"}))
        body = BODY | measured(territory="province")
        answer = judge(CheckedParty("1", "bidder", "甲公司", "x"), [Hit("uscc", body)], about, None)
        assert (answer.verdict, answer.reasons[0]["code"]) == ("review", "measure-by-product")

    @pytest.mark.parametrize("discretionary", [True, False])
    def test_says_whether_the_measure_was_at_discretion(self, discretionary):
        about = CheckScope("construction", True, None, DAY)
        body = BODY | measured(discretionary=discretionary)
        answer = judge(CheckedParty("1", "bidder", "甲公司", "x"), [Hit("uscc", body)], about, None)
        assert (answer.verdict, answer.reasons[0]["discretionary"]) == ("barred", discretionary)

    @given(
        st.dates(),
        st.sampled_from(PARTY_ROLES),
        st.sampled_from(["construction", "mining"]),
        st.booleans(),
    )
    def test_never_bars_outside_the_days_of_the_measure(self, on, role, sector, must_tender):
        about = {"on": on, "sector": sector, "must_tender": must_tender}
        if verdict(asked={"role": role}, question=about) == "barred":
            assert dt.date(2026, 1, 1) <= on < dt.date(2027, 1, 1)
            assert (sector, must_tender, role in MEASURE["roles"]) == ("construction", True, True)


class TestNames:
    """Where the name or the code of a party and of a record do not agree, the answer says so."""

    def asked(self, name, hit, known=()):
        party = CheckedParty("1", "bidder", name, "91320902MA0TR0027T", names=frozenset(known))
        return judge(party, [hit], CheckScope("construction", True, None, DAY), None)

    def named(self, name, **subject):
        return BODY | {
            "measures": [],
            "subject": {"kind": "organisation", "name": name, "uscc": "91320902MA0TR0027T"} | subject,
        }

    def test_that_differ_under_one_code_are_reviewed(self):
        answer = self.asked("乙公司", Hit("uscc", self.named("甲公司")))
        assert (answer.verdict, answer.reasons[0]["match"]) == (
            "review",
            {"by": "uscc", "name_differs": True},
        )

    @pytest.mark.parametrize(("ours", "theirs"), [("新名", "旧名"), ("旧名", "新名")])
    def test_of_which_one_is_a_former_one_are_no_conflict(self, ours, theirs):
        answer = self.asked(ours, Hit("uscc", self.named(theirs)), {"新名", "旧名"})
        assert (answer.verdict, answer.reasons[0]["match"]) == (
            "on_record",
            {"by": "uscc", "former_name": True},
        )

    def test_that_no_relation_of_the_code_knows_are_reviewed(self):
        party = CheckedParty("1", "bidder", "乙公司", "91320902MA0TR0027T", names=frozenset({"甲公司"}))
        answer = judge(party, [], CheckScope("construction", True, None, DAY), None)
        assert (answer.verdict, [one["code"] for one in answer.reasons]) == ("review", ["name-differs"])

    def test_that_are_the_same_under_another_code_are_reviewed(self):
        answer = self.asked("甲公司", Hit("name", self.named("甲公司", uscc="91320902MA0TR0035M")))
        assert (answer.verdict, answer.reasons[0]["match"]) == (
            "review",
            {"by": "name", "code_differs": True},
        )


class TestRelated:
    """What a relation carries from the record of one party to the verdict on another."""

    def through(self, effect, body=None, *, by="uscc", role="bidder", **question):
        asked = CheckedParty("1", role, "乙公司", "91320902MA0TR0035M")
        about = CheckScope(**{"sector": "construction", "must_tender": True, "district": None, "on": DAY} | question)
        hit = Hit("uscc", BODY | (body or {}), RelationLink(effect, by, {"relation": "v", "effect": effect}))
        return judge(asked, [hit], about, LOOK_BACK)

    @pytest.mark.parametrize(
        ("effect", "expected"), [("identity", "barred"), ("extends", "barred"), ("attention", "review")]
    )
    def test_measure_has_the_effect_of_the_relation_and_names_it(self, effect, expected):
        answer = self.through(effect)
        assert (answer.verdict, answer.reasons[0]["via"]) == (expected, {"relation": "v", "effect": effect})

    @pytest.mark.parametrize("effect", ["identity", "extends"])
    def test_measure_is_at_most_for_review_when_the_party_was_found_by_name(self, effect):
        assert self.through(effect, by="name").verdict == "review"

    @pytest.mark.parametrize(
        ("effect", "expected"),
        [("identity", "on_record"), ("extends", "on_record"), ("attention", "no_record")],
    )
    def test_measure_that_does_not_reach_calls_no_attention(self, effect, expected):
        assert self.through(effect, sector="mining").verdict == expected

    @pytest.mark.parametrize(
        ("effect", "expected"),
        [("identity", "on_record"), ("extends", "no_record"), ("attention", "no_record")],
    )
    def test_record_without_measure_is_the_own_one_of_the_same_person_only(self, effect, expected):
        assert self.through(effect, {"measures": []}).verdict == expected

    @pytest.mark.parametrize("effect", ["identity", "extends", "attention"])
    def test_grave_violation_is_looked_back_at(self, effect):
        answer = self.through(effect, {"measures": [], "is_grave": True}, sector="procurement")
        assert [one["code"] for one in answer.reasons] == ["grave-look-back"]

    def test_role_does_not_matter_for_attention(self):
        assert self.through("attention", role="project_manager").verdict == "review"
        assert self.through("extends", role="project_manager").verdict == "on_record"

    def test_measure_that_ended_or_rests_calls_nothing(self):
        assert self.through("attention", measured(ends_on="2026-02-01")).verdict == "no_record"
        rest = {"suspensions": [{"from": "2026-02-01", "until": None}]}
        assert self.through("attention", rest).verdict == "no_record"


class TestBears:
    """A name beside a code or number: it counts only where they cannot tell the two apart."""

    SOUND, UNSOUND = "91320902MA0TR0027T", "91320902MA0TR00271"

    def bears(self, asked_by: dict, **subject: object) -> bool:
        asked = CheckedParty("1", "bidder", "甲公司", **asked_by)
        body = {"subject": {"kind": "organisation", "name": "甲公司", "uscc": self.SOUND} | subject}
        return bears(asked, Hit("name", body))

    def test_an_organisation_of_the_same_name_with_another_code_is_shown(self):
        assert self.bears({"uscc": "91320902MA0TR0035M"})

    def test_two_codes_tell_two_sole_traders_of_one_name_apart(self):
        assert not self.bears({"uscc": "91320902MA0TR0035M"}, kind="sole_trader")

    def test_another_firm_that_bears_a_former_name_is_not_the_one_that_bore_it(self):
        via = RelationLink("identity", "uscc", {})
        for code, counts in ((self.SOUND, False), (self.UNSOUND, True), (None, True)):
            body = {"subject": {"kind": "organisation", "name": "旧名", "uscc": code}}
            asked = CheckedParty("1", "bidder", "甲公司", "91320902MA0TR0035M")
            assert bears(asked, Hit("name", body, via)) is counts

    def test_a_record_without_a_code_is_shown_to_a_party_with_one(self):
        assert self.bears({"uscc": "91320902MA0TR0035M"}, uscc=None)

    def test_a_record_with_a_wrong_check_character_is_shown_too(self):
        assert self.bears({"uscc": "91320902MA0TR0035M"}, uscc=self.UNSOUND)

    def test_a_firm_is_shown_to_who_gave_only_somebodys_number(self):
        assert self.bears({"id_index": "00"})

    def test_a_person_of_the_same_name_with_another_number_is_not(self):
        assert not self.bears({"id_index": "00"}, kind="natural_person", uscc=None)
