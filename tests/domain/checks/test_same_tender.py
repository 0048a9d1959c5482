"""Parties of one lot that the law keeps apart (招标投标法实施条例34, 政府采购法实施条例18) are for a person."""

import datetime as dt

import pytest

from registry.domain.cases import relation
from registry.domain.checks import same_tender
from registry.domain.checks.model import LISTS_MATCHER, CheckedParty, CheckScope
from registry.domain.checks.related_parties import KnownRelation
from registry.domain.checks.same_tender import SameTenderLaw
from registry.domain.checks.verdict import Answer
from registry.domain.law.reference import Reference
from tests.contract.test_reference import ROWS

LAW = Reference(ROWS)
DAY = dt.date(2026, 11, 22)
A, B, C, D = ("91320902MA0TR0027T", "91320902MA0TR0035M", "91320902MA0TR0043H", "91320902MA0TR0051C")
PROCUREMENT, BIDDING = "政府采购法实施条例第十八条", "招标投标法实施条例第三十四条"
PERSON = "9" * 64


def firm(code):
    return {"kind": "organisation", "name": f"公司{code[-4:]}", "uscc": code}


def body(kind, subject, other, record="v", **special):
    return {
        "record": record,
        "relation": kind,
        "subject": firm(subject),
        "other": firm(other) if isinstance(other, str) else other,
        "since": "2026-01-01",
        "until": None,
        "wording": "示例原文",
        "authority": {"name": "示例局", "code": "x"},
        "document_number": "示例1号",
        **special,
    }


HEAD = {"kind": "natural_person", "name": "卞子墨", "uscc": None}


def known(*bodies, id_index=None):
    relations = {}
    for each in bodies:
        index = id_index if each["other"]["kind"] == "natural_person" else None
        for side, by, key in relation.ends(each, index):
            relations.setdefault((by, key), []).append(KnownRelation(side, by, each, index))
    return relations


def bidder(ref, code, **special):
    return CheckedParty(ref, special.pop("role", "bidder"), f"公司{code[-4:]}", code, **special)


def law_of(sector, on):
    return SameTenderLaw(LAW.same_tender_rule(sector, on), LAW.relation_kind)


def judge(parties, relations, sector="procurement", on=DAY, **special):
    scope = CheckScope(sector, True, None, on, **special)
    return same_tender.apply_same_tender(
        parties, [Answer("no_record", ())] * len(parties), relations, scope, law_of(sector, on)
    )


def related(*args, **special):
    """The refs that each party is told of."""
    return [[reason["ref"] for reason in answer.reasons] for answer in judge(*args, **special)]


TWO = (bidder("1", A), bidder("2", B))


class TestRelated:
    def test_E39_parent_and_subsidiary_are_told_at_each_with_the_source(self):
        answers = judge(TWO, known(body("controller", A, B)))
        assert [answer.verdict for answer in answers] == ["review", "review"]
        (reason,) = answers[0].reasons
        assert (reason["code"], reason["ref"], reason["basis"]) == ("same-tender-relation", "2", PROCUREMENT)
        assert (reason["via"]["relation"], reason["via"]["source"]) == ("v", "示例局 示例1号")
        assert [reason["ref"] for reason in answers[1].reasons] == ["1"]

    @pytest.mark.parametrize(
        ("sector", "basis", "status"),
        [
            pytest.param("procurement", PROCUREMENT, None, id="same-tender-procurement-政府采购法实施条例18-E39"),
            pytest.param("construction", BIDDING, None, id="same-tender-construction-招标投标法实施条例34-E39"),
            *(
                pytest.param(
                    sector, BIDDING, "unconfirmed", id=f"same-tender-{sector}-招标投标法实施条例34-unconfirmed"
                )
                for sector in ("land_use", "mining", "property", "medical", "housing")
            ),
        ],
    )
    def test_name_the_article_of_the_sector(self, sector, basis, status):
        (reason,) = judge(TWO, known(body("controller", A, B)), sector)[0].reasons
        assert (reason["basis"], reason.get("status")) == (basis, status)

    def test_E39_sisters_of_one_controller(self):
        relations = known(body("controller", A, C, "v"), body("controller", B, C, "w"))
        answers = judge(TWO, relations)
        assert [[reason["ref"] for reason in answer.reasons] for answer in answers] == [["2"], ["1"]]
        (reason,) = answers[1].reasons
        assert (reason["via"]["relation"], reason["via_other"]["relation"]) == ("w", "v")

    def test_E39_one_legal_representative_by_number(self):
        relations = known(
            body("legal_representative", A, HEAD, "v"), body("legal_representative", B, HEAD, "w"), id_index=PERSON
        )
        answers = judge(TWO, relations)
        assert [[reason["ref"] for reason in answer.reasons] for answer in answers] == [["2"], ["1"]]
        assert "卞子墨" not in str(answers)

    def test_L10_a_shared_name_of_a_person_is_no_verdict(self):
        relations = known(body("legal_representative", A, HEAD, "v"), body("legal_representative", B, HEAD, "w"))
        assert related(TWO, relations) == [[], []]

    def test_one_representative_whom_the_check_names_by_number(self):
        heads = [
            CheckedParty(ref, "legal_representative", "卞子墨", id_index=PERSON, of=of)
            for ref, of in (("3", "1"), ("4", "2"))
        ]
        answers = judge([*TWO, *heads], {})
        assert [answer.verdict for answer in answers] == ["review", "review", "no_record", "no_record"]
        assert answers[0].reasons[0]["representatives"] == ["3", "4"]
        relations = known(body("legal_representative", A, HEAD), id_index=PERSON)
        assert related([*TWO, heads[1]], relations) == [["2"], ["1"], []]

    def test_parent_and_both_subsidiaries_are_all_told_of_each_other(self):
        relations = known(body("controller", A, C, "v"), body("controller", B, C, "w"))
        assert related([*TWO, bidder("3", C)], relations) == [["2", "3"], ["1", "3"], ["1", "2"]]

    def test_company_and_branches(self):
        relations = known(body("branch", C, A, "v"), body("branch", C, B, "w"))
        assert related([*TWO, bidder("3", C)], relations) == [["2", "3"], ["1", "3"], ["1", "2"]]

    def test_keep_what_they_have_beside(self):
        scope = CheckScope("procurement", True, None, DAY)
        barred = Answer("barred", ({"code": "x", "record": "r"},), ("barred",))
        law = law_of("procurement", DAY)
        first, _ = same_tender.apply_same_tender(TWO, [barred] * 2, known(body("controller", A, B)), scope, law)
        assert (first.verdict, first.verdicts) == ("barred", ("barred", "review"))


class TestUnrelated:
    def test_owners_of_one_company_are_not_led_by_it(self):
        relations = known(body("controller", C, A, "v"), body("controller", C, B, "w"))
        assert related(TWO, relations) == [[], []]

    @pytest.mark.parametrize("kind", ["reregistration", "former_name", "changed_code"])
    def test_other_kinds_say_nothing_of_it(self, kind):
        assert related(TWO, known(body(kind, A, B))) == [[], []]

    @pytest.mark.parametrize(("day", "count"), [("2025-12-31", 0), ("2026-01-01", 1), ("2026-06-01", 0)])
    def test_a_relation_counts_on_its_days(self, day, count):
        relations = known(body("controller", A, B, until="2026-06-01"))
        assert len(related(TWO, relations, on=dt.date.fromisoformat(day))[0]) == count

    def test_before_the_article_was_in_force_nothing_is_told(self):
        relations = known(body("controller", A, B, since="2010-01-01"))
        assert related(TWO, relations, on=dt.date(2015, 2, 28)) == [[], []]
        assert related(TWO, relations, on=dt.date(2015, 3, 1)) == [["2"], ["1"]]

    @pytest.mark.parametrize("role", ["agent", "project_manager", "evaluation_expert", "legal_representative"])
    def test_only_who_bids_competes(self, role):
        assert related([TWO[0], bidder("2", B, role=role)], known(body("controller", A, B))) == [[], []]

    def test_older_rules_know_nothing_of_it(self):
        assert related(TWO, known(body("controller", A, B)), matcher=LISTS_MATCHER) == [[], []]

    def test_one_firm_named_twice_is_one_unit(self):
        relations = known(body("controller", A, C))
        assert related([bidder("1", A), bidder("2", A)], relations) == [[], []]


class TestLot:
    @pytest.mark.parametrize(
        ("first", "second", "is_one"),
        [("1", "1", True), ("1", "2", False), (None, None, True), (None, "1", True), ("Ａ包", "a包 ", True)],
    )
    def test_counts(self, first, second, is_one):
        parties = [bidder("1", A, section=first), bidder("2", B, section=second)]
        assert related(parties, known(body("controller", A, B))) == ([["2"], ["1"]] if is_one else [[], []])

    def test_of_a_member_is_that_of_its_lead(self):
        parties = [
            bidder("1", A, section="1"),
            bidder("2", C, section="2"),
            bidder("3", B, role="consortium_member", of="2"),
        ]
        assert related(parties, known(body("controller", A, B))) == [[], [], []]

    def test_members_of_one_lead_do_not_compete(self):
        parties = [
            bidder("1", A, role="consortium_member"),
            bidder("2", B, role="consortium_member", of="1"),
            bidder("3", C, role="consortium_member", of="1"),
            bidder("4", D),
        ]
        relations = known(body("controller", A, B, "v"), body("controller", B, C, "w"), body("controller", D, C, "x"))
        assert related(parties, relations) == [[], ["4"], ["4"], ["2", "3"]]

    def test_of_a_circle_of_members_ends(self):
        parties = [
            bidder(ref, code, role="consortium_member", of=of) for ref, code, of in (("1", A, "2"), ("2", B, "1"))
        ]
        assert related(parties, known(body("controller", A, B))) == [[], []]

    def test_of_a_hundred_branches_names_the_first_of_them(self):
        parties = [bidder(str(number), f"91320902MA0TR{number:05d}") for number in range(100)]
        relations = known(*(body("branch", A, party.uscc, party.ref) for party in parties))
        assert {len(refs) for refs in related(parties, relations)} == {same_tender.REASONS_MAX}
