"""A department files a decision; what is wrong with it is said all at once."""

import json

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.filing.columns import _VOCABULARY
from registry.domain.permissions import SYSTEM, Role
from registry.models import CaseStep
from registry.services.node import accounts
from tests.support.desk import PENALTIES
from tests.support.filings import HOUSING, BanFactory, FilingFactory, PersonFactory, days_ago, filing

CODES = {
    name.strip(): (new.strip(), chinese.split()[0])
    for name, new, _, chinese in (line.split("|") for line in _VOCABULARY.strip().splitlines())
}

FIELD_FAULTS = [
    ({"uscc": "91320902MA0TR0027"}, ("/uscc", "uscc-malformed")),
    ({"sectors": "shipping"}, ("/sectors", "sector-unknown")),
    ({"fine": "-1"}, ("/fine", "amount-malformed")),
    ({"fine": "0.0000001"}, ("/fine", "amount-malformed")),
    ({"fine": "NaN"}, ("/fine", "required")),
    ({"fine": "9" * 40}, ("/fine", "amount-malformed")),
    ({"kinds": "鞭刑"}, ("/kinds", "kind-unknown")),
    ({"decided_on": "2026-02-30", "effect_until": ""}, ("/decided_on", "date-malformed")),
    ({"decided_on": days_ago(-1)}, ("/decided_on", "decided-in-future")),
    ({"effect_until": "2001-01-01"}, ("/effect_until", "effect-before-decision")),
    ({"document_number": ""}, ("/document_number", "required")),
    ({"confined_action": "B1", "confined_start": "9998-01-01", "confined_end": "9999-12-30"},
     ("/confined_start", "date-implausible")),
    ({"uscc": "320981199912310005", "override_reason": "登记机关书面确认"}, ("/uscc", "uscc-is-personal-number")),
    ({"remark": "涉密"}, ("/remark", "secret-decision")),
    ({"facts": "虚假\u202e业绩"}, ("/facts", "forbidden-character")),
    ({"facts": "虚假\x00业绩"}, ("/facts", "forbidden-character")),
    ({"subject_name": "盐城某*公司"}, ("/subject_name", "name-masked")),
]  # fmt: skip


def wrong_check(code: str) -> str:
    """The code with another last character."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def faults(answer):
    """Pointer and code of each fault."""
    return {(one["pointer"], one["code"]) for one in answer.get_json()["errors"]}


class TestFile:
    def test_keeps_the_facts_and_starts_the_clock(self, desk):
        answer = desk.file(BanFactory(decided_on="2026-11-10", effect_until="2028-11-09"))
        body = answer.get_json()
        assert (answer.status_code, body["state"], body["version"]) == (201, "filed", 1)
        assert body["publish_by"] == "2026-11-19"  # seven working days
        assert body["filing"]["fine_fen"] == 1_000_000
        assert answer.headers["Location"] == f"{PENALTIES}/{body['id']}"

    def test_is_not_public_before_a_second_person_verified(self, desk):
        record = desk.filed(BanFactory())
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.found() == []

    def test_takes_the_columns_of_files(self, desk, subtests):
        for heading, vocabulary in enumerate(("CF_* 2018", "Chinese")):
            with subtests.test(vocabulary):
                given = filing()
                named = {CODES[name][heading] or CODES[name][1]: text for name, text in given.items()}
                answer = desk.file(named)
                assert answer.status_code == 201, answer.get_json()
                assert answer.get_json()["filing"]["subject"]["uscc"] == given["uscc"]

    def test_says_what_was_cleaned(self, desk):
        given = filing()
        answer = desk.file(given | {"uscc": f"统一社会信用代码：{given['uscc'].lower()}"})
        assert answer.get_json()["filing"]["subject"]["uscc"] == given["uscc"]
        assert "/uscc" in {note["pointer"] for note in answer.get_json()["notes"]}

    def test_refuses_what_no_publicity_policy_governs(self, desk):
        answer = desk.file(FilingFactory(decided_on="1998-05-04", effect_until="2000-05-03"))
        assert (answer.status_code, answer.get_json()["code"]) == (422, "no-policy")

    def test_takes_decisions_of_every_year_since(self, desk, subtests):
        for day in ("2004-01-01", "2015-06-01", "2021-12-31", "2022-01-01"):
            with subtests.test(day):
                desk.published(FilingFactory(decided_on=day, effect_until=day))


class TestRefusals:
    def test_name_the_field(self, desk, subtests):
        for special, fault in FIELD_FAULTS:
            with subtests.test(str(special)[:40]):
                answer = desk.file(filing(**special))
                assert (answer.status_code, answer.get_json()["code"]) == (422, "filing-refused")
                assert faults(answer) == {fault}
        assert desk.get("/penalties", "clerk").get_json()["items"] == []

    def test_come_all_at_once(self, desk):
        answer = desk.file(filing(uscc="1", fine="x", decided_on="yesterday", effect_until=""))
        assert {pointer for pointer, _ in faults(answer)} == {"/uscc", "/fine", "/decided_on"}

    def test_of_a_wrong_check_character_yield_to_a_stated_reason(self, desk):
        given = filing()
        code = wrong_check(given["uscc"])
        assert faults(desk.file(given | {"uscc": code})) == {("/uscc", "uscc-check-character")}
        answer = desk.file(given | {"uscc": code, "override_reason": "执照上即为此码，已与发证机关核对"})
        assert answer.status_code == 201
        assert answer.get_json()["filing"]["override_reason"].startswith("执照")

    def test_of_unknown_fields_name_them(self, desk, subtests):
        for field in ("nickname", "id", "state_", "数量"):
            with subtests.test(field):
                answer = desk.file(filing() | {field: "1"})
                assert (answer.status_code, answer.get_json()["code"]) == (422, "unknown-column")
                assert field in answer.get_json()["detail"]

    def test_of_sectors_outside_the_grant(self, desk):
        answer = desk.file(filing(sectors="mining"))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "out-of-scope")

    def test_of_one_sector_outside_the_grant_refuse_the_whole(self, desk):
        assert desk.file(filing(sectors="procurement；mining")).get_json()["code"] == "out-of-scope"

    def test_of_decisions_of_another_authority(self, desk):
        answer = desk.file(filing(authority_name=HOUSING[0], authority_code=HOUSING[1]))
        assert (answer.status_code, answer.get_json()["code"]) == (403, "authority-not-own")

    def test_of_an_array(self, desk):
        assert desk.file([filing()]).status_code == 422

    def test_of_two_at_once(self, desk):
        answer = desk.ask("POST", PENALTIES, "clerk", data=b'{"fine":"1"},{"fine":"2"}')
        assert answer.status_code == 422


class TestSameDecision:
    def test_filed_twice_is_refused(self, desk):
        given = filing()
        desk.filed(given)
        answer = desk.file(given)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "decision-already-filed")

    def test_filed_twice_in_another_spelling_is_refused(self, desk):
        given = filing(document_number="盐示财采罚〔2026〕7号")
        desk.filed(given)
        other = given | {"document_number": "盐示财采罚(2026) 7号", "uscc": given["uscc"].lower()}
        assert desk.file(other).status_code == 409

    def test_against_another_subject_is_another_decision(self, desk):
        desk.filed(filing(document_number="盐示财采罚〔2026〕7号"))
        desk.filed(filing(document_number="盐示财采罚〔2026〕7号"))

    def test_against_a_person_is_known_by_the_identity_number(self, desk):
        given = dict(PersonFactory())
        desk.filed(given)
        assert desk.file(given | {"subject_name": "卞子默"}).status_code == 409

    def test_may_be_filed_again_after_it_was_withdrawn(self, desk):
        given = filing()
        desk.withdraw(desk.published(given), days_ago(0))
        assert desk.file(given).get_json()["code"] == "decision-removed-before"
        assert desk.file(given | {"override_reason": "复议决定已被撤销"}).status_code == 201


class TestMeasures:
    @pytest.mark.parametrize("until", [pytest.param("2027-01-11", id="B13-政府采购法77-三年又一日")])
    def test_longer_than_the_statute_are_confirmed_by_who_verifies(self, desk, until):
        filed = desk.file(BanFactory(decided_on="2024-01-10", effect_until=until)).get_json()
        assert [finding["code"] for finding in filed["findings"]] == ["term-beyond-statute"]
        assert "term-beyond-statute" in [note["code"] for note in filed["notes"]]
        refused = desk.act("verification", filed["id"])
        assert (refused.status_code, refused.get_json()["code"]) == (422, "confirmation-missing")
        assert {code for _, code in faults(refused)} == {"term-beyond-statute"}
        assert desk.act("verification", filed["id"], json={"confirmation": "  "}).status_code == 422
        assert desk.act("verification", filed["id"], json={"confirmation": "决定书如此"}).status_code == 200
        [measure] = desk.get(f"/records/{filed['id']}").get_json()["measures"]
        assert measure["ends_on"] == "2027-01-12"
        with runtime.reading() as session:
            [stated] = [
                json.loads(step.stated)
                for step in session.scalars(select(CaseStep).where(CaseStep.record == filed["id"]))
                if step.act == "verify"
            ]
        assert stated["confirmation"] == "决定书如此"

    def test_without_an_end_are_refused_where_the_statute_limits_them(self, desk):
        answer = desk.file(BanFactory(effect_until="长期"))
        assert {code for _, code in faults(answer)} == {"measure-without-end"}

    def test_of_the_longest_term_are_taken(self, desk):
        desk.published(BanFactory(decided_on="2024-01-10", effect_until="2027-01-09"))

    def test_under_an_unknown_citation_wait_for_a_person(self, desk):
        record = desk.published(BanFactory(basis="《某省采购办法》第九条"))
        [measure] = desk.get(f"/records/{record}").get_json()["measures"]
        assert (measure["code"], measure["effect"]) == (None, "review")

    def test_with_days_far_away_are_refused_not_broken(self, desk):
        for end in ("2026-11-10", "9999-12-31"):
            stated = {"confined_action": "B1", "confined_start": "9999-01-01", "confined_end": end}
            assert desk.file(filing(**stated)).status_code == 422


class TestIdempotencyKey:
    def test_gives_the_same_answer_again(self, desk):
        given, key = filing(), {"Idempotency-Key": "a-1"}
        first, second = desk.file(given, headers=key), desk.file(given, headers=key)
        assert (first.status_code, first.get_data()) == (second.status_code, second.get_data())
        assert len(desk.get("/penalties", "clerk").get_json()["items"]) == 1

    def test_is_refused_with_another_body(self, desk):
        desk.file(filing(), headers={"Idempotency-Key": "a-1"})
        answer = desk.file(filing(), headers={"Idempotency-Key": "a-1"})
        assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency-key-reused")

    def test_belongs_to_its_account(self, desk):
        desk.file(filing(), headers={"Idempotency-Key": "a-1"})
        other = filing(sectors="construction", authority_name=HOUSING[0], authority_code=HOUSING[1])
        assert desk.file(other, "other-clerk", headers={"Idempotency-Key": "a-1"}).status_code == 201

    def test_of_a_refused_request_may_be_used_again(self, desk):
        assert desk.file(filing(fine="x"), headers={"Idempotency-Key": "a-1"}).status_code == 422
        assert desk.file(filing(), headers={"Idempotency-Key": "a-1"}).status_code == 201

    def test_of_a_wrong_length_is_refused(self, desk):
        for key in ("", "k" * 201):
            assert desk.file(filing(), headers={"Idempotency-Key": key}).status_code == 422


class TestDeadlines:
    def test_are_those_of_the_accounts_scope(self, desk):
        seen = desk.filed(FilingFactory(sectors="construction"))
        desk.filed(FilingFactory(sectors="procurement"))

        def make(work):
            new = accounts.NewAccount("builder", Role.CLERK, "finance", ("construction",), ("*",))
            return accounts.issue_key(work, accounts.create(work, new).id, "builder")

        headers = {"Authorization": f"Bearer {runtime.perform(SYSTEM, make)}"}
        items = desk.get("/deadlines", headers=headers).get_json()["items"]
        assert [one["id"] for one in items] == [seen]
        assert len(desk.get("/deadlines", "clerk").get_json()["items"]) == 2


class TestPublicityNote:
    def test_tells_the_officer_that_the_stated_end_is_moved(self, desk):
        answer = desk.file(filing(effect_until="", publicity_until=days_ago(-3000))).get_json()
        assert [note["code"] for note in answer["notes"]] == ["publicity-end-moved"]
        assert "最长公示期" in answer["notes"][0]["detail"]

    def test_tells_that_a_ban_is_shown_while_it_runs(self, desk):
        answer = desk.file(BanFactory(publicity_until=days_ago(-100))).get_json()
        assert "限制措施" in answer["notes"][-1]["detail"]

    def test_is_silent_when_nothing_was_moved(self, desk):
        assert desk.file(filing(effect_until="")).get_json()["notes"] == []
