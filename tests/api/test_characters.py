"""One rule of characters at every door: what nobody sees is refused, and so are look-alike letters in a name."""

import pytest

from registry.domain.exchange import membership
from registry.domain.exchange.envelope import Envelope, parse
from registry.keys.signing import Signer
from registry.refusals.acts import MemberRefused
from registry.refusals.procedure import LawRefused
from tests.api.test_imports import PATH as IMPORTS
from tests.api.test_imports import worked
from tests.api.test_listings import LISTINGS, draft
from tests.services.law.test_law_proposals import previewed, restated
from tests.support import relations
from tests.support.desk import bidder, stranger
from tests.support.filings import BanFactory, FilingFactory
from tests.support.lists import table
from tests.support.membership import member
from tests.support.people import AUTHORITY
from tests.sync.bodies import body, sealed

OWNER = Signer.generate()
UNSEEN = {
    "control": "\x07",
    "zero width": "\u200b",
    "joiner": "\u200d",
    "turned round": "\u202e",
    "isolate": "\u2066",
    "mark of order": "\ufeff",
    "filler": "\u3164",
    "half filler": "\uffa0",
    "variation": "\ufe0f",
    "tag": "\U000e0041",
    "blank Braille": "\u2800",
}
LOOK_ALIKE = "盐城А科技有限公司"  # the letter is Cyrillic
OFFICE = "盐城市示例Α局"  # the letter is Greek


def codes(answer):
    """Pointer and code of each fault of an answer; none of one that is no refusal of what was sent."""
    return {(one["pointer"], one["code"]) for one in answer.get_json().get("errors", ())}


def refused_in_file(desk, people, typed, text):
    taken = desk.ask("POST", IMPORTS, "clerk", data=table([dict(FilingFactory(subject_name=text))])).get_json()
    worked(desk)
    done = desk.get(f"/penalties/imports/{taken['id']}", "clerk").get_json()
    return any(one["kind"] == "fault" for one in done["findings"])


def refused_in_json(desk, people, typed, text):
    return ("/subject_name", "forbidden-character") in codes(desk.file(dict(FilingFactory(subject_name=text))))


def refused_in_query(desk, people, typed, text):
    return desk.get("/records", query_string={"q": text}).get_json().get("code") == "query-refused"


def refused_in_check(desk, people, typed, text):
    return bool(codes(desk.check(stranger() | {"name": text})))


def refused_in_relation(desk, people, typed, text):
    filed = relations.relation("former_name", BanFactory(), {"name": text})
    return bool(codes(desk.ask("POST", relations.PATH, "clerk", json=filed)))


def refused_in_listing(desk, people, typed, text):
    proposed = draft(BanFactory(), "x", facts=text)
    return "/facts" in dict(codes(desk.ask("POST", LISTINGS, "clerk", json=proposed)))


def refused_in_dispute(desk, people, typed, text):
    answer = desk.ask("POST", "/api/v1/disputes", json={"statement": text})
    return any("statement" in pointer for pointer, _ in codes(answer))


def refused_in_reason(desk, people, typed, text):
    record = desk.published(BanFactory())
    answer = desk.ask("PUT", f"/api/v1/penalties/{record}/withdrawal", "verifier", json={"reason": text})
    return any("reason" in pointer for pointer, _ in codes(answer))


def refused_from_peer(desk, people, typed, text):
    return not isinstance(parse(sealed(OWNER, body(facts=text)), ("procurement", "construction")), Envelope)


def refused_in_law(desk, people, typed, text):
    try:
        previewed(people["operator"].actor, restated("measures", "B1", note=text), checks=0)
    except LawRefused as refusal:
        return [fault.pointer for fault in refusal.faults] == ["/measures/note"]
    return False


def refused_in_member(desk, people, typed, text):
    statement = member("county", {AUTHORITY[1]: [text]})
    try:
        membership.parse_statement(membership.build(statement))
    except MemberRefused:
        return True
    return False


def refused_in_mapping(desk, people, typed, text):
    answer = desk.ask("POST", IMPORTS, "clerk", query_string={"mapping": f"{text}=remark"}, data=b"a\n1\n")
    return ("/mapping", "forbidden-character") in codes(answer)


def refused_on_command_line(*words):
    def is_refused(desk, people, typed, text):
        code, output = typed(*words, text)
        return code == 1 and "forbidden-character" in output

    return is_refused


DOORS = {
    "file": refused_in_file,
    "JSON": refused_in_json,
    "query": refused_in_query,
    "check": refused_in_check,
    "relation": refused_in_relation,
    "listing": refused_in_listing,
    "dispute": refused_in_dispute,
    "reason": refused_in_reason,
    "peer": refused_from_peer,
    "law": refused_in_law,
    "member": refused_in_member,
    "mapping": refused_in_mapping,
    "department": refused_on_command_line("departments", "set", "new", "--name"),
    "account": refused_on_command_line(
        "accounts", "create", "--role", "clerk", "--department", "finance", "--as", "security", "--name"
    ),
    "proposal": refused_on_command_line("law", "reject", "1", "--as", "security", "--reason"),
}


class TestUnseenCharacters:
    @pytest.mark.parametrize("door", DOORS)
    def test_are_refused_at_every_door(self, desk, people, typed, door):
        passed = [name for name, mark in UNSEEN.items() if not DOORS[door](desk, people, typed, f"盐城{mark}公司")]
        assert passed == []

    @pytest.mark.parametrize("door", DOORS)
    def test_are_what_those_doors_refuse(self, desk, people, typed, door):
        assert not DOORS[door](desk, people, typed, "盐城示例公司")


class TestLookAlikes:
    def test_are_faults_of_a_filing(self, desk):
        assert codes(desk.file(dict(FilingFactory(subject_name=LOOK_ALIKE)))) == {
            ("/subject_name", "name-mixed-letters")
        }
        assert codes(desk.file(dict(FilingFactory(authority_name=OFFICE)))) == {
            ("/authority_name", "name-mixed-letters")
        }

    def test_are_faults_of_relations_and_proposals(self, desk):
        ban = BanFactory()
        for special in ({"other": {"name": LOOK_ALIKE}}, {"authority": {"name": OFFICE, "code": AUTHORITY[1]}}):
            filed = relations.relation("former_name", ban, {"name": "盐城旧名有限公司"}) | special
            assert "name-mixed-letters" in {
                code for _, code in codes(desk.ask("POST", relations.PATH, "clerk", json=filed))
            }
        proposed = draft(ban, desk.published(ban), authority={"name": OFFICE, "code": AUTHORITY[1]})
        answer = desk.ask("POST", LISTINGS, "clerk", json=proposed)
        assert codes(answer) == {("/authority/name", "name-mixed-letters")}

    def test_are_for_a_person_to_look_at_in_a_check(self, desk):
        for party in (stranger() | {"name": LOOK_ALIKE}, {"name": LOOK_ALIKE}):
            [line] = desk.check(party).get_json()["verdicts"]
            assert line["verdict"] == "review"
            assert "name-mixed-letters" in [reason["code"] for reason in line["reasons"]]
        ban = BanFactory()
        desk.published(ban)
        assert desk.verdicts(bidder(ban) | {"name": LOOK_ALIKE}) == ["barred"]

    @pytest.mark.parametrize("place", ["subject", "authority", "source"])
    def test_put_a_peers_record_aside(self, place):
        one = body()
        faults = parse(sealed(OWNER, one | {place: one[place] | {"name": LOOK_ALIKE}}), ("procurement", "construction"))
        assert [(fault.pointer, fault.code) for fault in faults] == [(f"/body/{place}/name", "name-mixed-letters")]

    def test_are_refused_in_the_name_of_a_department(self, typed):
        code, output = typed("departments", "set", "new", "--name", OFFICE)
        assert (code, "name-mixed-letters" in output) == (1, True)
