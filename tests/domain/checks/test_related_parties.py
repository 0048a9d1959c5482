"""Which published relations lead from a party to whom, on which days, with what effect."""

import datetime as dt

import pytest

from registry.domain.cases import relation
from registry.domain.checks import related_parties
from registry.domain.checks.model import CheckedParty
from registry.domain.law.reference_kinds import RelationKind
from registry.domain.naming import name_key

DAY = dt.date(2026, 11, 22)
FIRM, OTHER = "91320902MA0TR0027T", "91320902MA0TR0035M"
KINDS = {
    ("former_name", "identity", "identity"), ("changed_code", "identity", "identity"),
    ("branch", "extends", "attention"), ("controller", "attention", "attention"),
}  # fmt: skip


def kinds(code, on):
    rows = {
        name: RelationKind(
            code=name,
            name=name,
            effective_from=dt.date(2000, 1, 1),
            source="示例",
            status="confirmed",
            other="either",
            to_other=to_other,
            to_subject=to_subject,
        )
        for name, to_other, to_subject in KINDS
    }
    return rows.get(code)


def body(kind="branch", other=None, **special):
    return {
        "record": "v",
        "relation": kind,
        "subject": {"kind": "organisation", "name": "甲公司", "uscc": FIRM},
        "other": {"kind": "organisation", "name": "乙公司", "uscc": OTHER} | (other or {}),
        "since": "2026-01-01",
        "until": None,
        "wording": "示例原文",
        "authority": {"name": "示例局", "code": "x"},
        "document_number": "示例1号",
        **special,
    }


def found(*bodies, id_index=None):
    made = {}
    for one in bodies:
        for side, by, key in relation.ends(one, id_index):
            made.setdefault((by, key), []).append(related_parties.KnownRelation(side, by, one, id_index))
    return made


def ways(party, held, on=DAY):
    return [(one.by, one.key, one.via.effect) for one in related_parties.paths(party, held, on, kinds)]


SUBJECT, END = CheckedParty("1", "bidder", "甲公司", FIRM), CheckedParty("1", "bidder", "乙公司", OTHER)


class TestPaths:
    def test_have_the_effect_of_their_direction(self):
        held = found(body())
        assert ways(END, held) == [("uscc", FIRM, "extends")]
        assert ways(SUBJECT, held) == [("uscc", OTHER, "attention")]

    @pytest.mark.parametrize(
        ("day", "is_there"),
        [("2025-12-31", False), ("2026-01-01", True), ("2026-05-31", True), ("2026-06-01", False)],
    )
    def test_are_there_on_the_days_of_the_relation(self, day, is_there):
        held = found(body(until="2026-06-01"))
        assert bool(ways(END, held, dt.date.fromisoformat(day))) is is_there

    @pytest.mark.parametrize("day", ["2001-01-01", "2026-03-01", "2099-01-01"])
    def test_to_the_same_legal_person_are_there_on_any_day(self, day):
        held = found(body("changed_code", until="2026-06-01"))
        assert ways(SUBJECT, held, dt.date.fromisoformat(day)) == [("uscc", OTHER, "identity")]

    def test_of_a_kind_that_is_not_known_call_attention(self):
        assert ways(END, found(body("partner"))) == [("uscc", FIRM, "attention")]

    def test_of_a_former_name_lead_to_records_under_it(self):
        held = found(body("former_name", {"name": "旧 名", "uscc": None}))
        assert ways(SUBJECT, held) == [("name", "旧名", "identity")]
        nameless = CheckedParty("1", "bidder", "旧名")
        [path] = related_parties.paths(nameless, held, DAY, kinds)
        assert (path.key, path.via.by) == (FIRM, "name")

    def test_do_not_start_at_the_name_of_a_party_with_a_code(self):
        held = found(body("former_name", {"name": "旧名", "uscc": None}))
        assert ways(CheckedParty("1", "bidder", "旧名", OTHER), held) == []

    def test_to_and_from_a_person_go_by_the_number_only(self):
        held = found(body("controller", {"kind": "natural_person", "name": "卞子墨", "uscc": None}), id_index="aa")
        assert ways(SUBJECT, held) == [("id", "aa", "attention")]
        assert ways(CheckedParty("1", "project_manager", "卞子墨", None, "aa"), held) == [("uscc", FIRM, "attention")]
        assert ways(CheckedParty("1", "project_manager", "卞子墨"), held) == []
        assert ways(CheckedParty("1", "project_manager", "卞子墨", None, "bb"), held) == []

    def test_go_one_step(self):
        third = body(record="w", subject={"kind": "organisation", "name": "丙公司", "uscc": "91320902MA0TR00190"})
        third["other"] = {"kind": "organisation", "name": "甲公司", "uscc": FIRM}
        assert ways(END, found(body(), third)) == [("uscc", FIRM, "extends")]

    def test_come_once_however_the_party_was_found(self):
        nameless = CheckedParty("1", "bidder", "甲公司")
        assert len(ways(nameless, found(body("changed_code", {"name": "甲公司"})))) == 2  # to either code

    def test_are_told_in_the_words_of_the_source_and_name_no_person(self):
        person = body("controller", {"kind": "natural_person", "name": "卞子墨", "uscc": None})
        [path] = related_parties.paths(SUBJECT, found(person, id_index="aa"), DAY, kinds)
        assert path.via.detail == {
            "relation": "v",
            "kind": "controller",
            "since": "2026-01-01",
            "until": None,
            "source": "示例局 示例1号",
            "wording": "示例原文",
            "effect": "attention",
            "party": {"kind": "natural_person"},
        }
        assert "控制" not in str(path.via.detail)


class TestNames:
    def test_are_those_of_the_code_and_the_former_ones(self):
        held = found(body("former_name", {"name": "旧名", "uscc": None}), body("branch"))
        assert related_parties.known_names(SUBJECT, held) == {name_key.key("甲公司"), name_key.key("旧名")}
        assert related_parties.known_names(END, held) == {name_key.key("乙公司")}
        assert related_parties.known_names(CheckedParty("1", "bidder", "甲公司"), held) == frozenset()
