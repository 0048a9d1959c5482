"""Decisions on what a check leaves to a person: signed beside the receipt, used again, never in place of it."""

import base64
import io
import json

import pytest
from lxml import html
from pypdf import PdfReader
from sqlalchemy import text

from registry import runtime
from registry.domain.checks import reviews
from registry.keys.signing import verify
from registry.queries.law import reference_data
from registry.queries.publication import known_keys
from tests.support import printed as printed_papers
from tests.support.bureau import PDF
from tests.support.desk import bidder, stranger
from tests.support.filings import PERSON_NUMBER, BanFactory
from tests.web.untranslated import untranslated

TENDER = {"tender": {"code": "YC2026-0412"}}
SAME, OTHER = {"outcome": "same", "reason": "执照核对一致"}, {"outcome": "not_same", "reason": "住所地不同"}
NOT_REACHING = {"outcome": "not_reaching", "reason": "本项目不采购所涉产品"}


def looked(desk, *parties, **special):
    """The id of a check."""
    answer = desk.check(*parties, **special)
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()["id"]


def found(desk, check, by="centre"):
    """What the check leaves to a person."""
    answer = desk.get(f"/checks/{check}/reviews", by)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["items"]


def decide(desk, check, decision, number=1, by="centre"):
    return desk.ask("PUT", f"/api/v1/checks/{check}/reviews/{number}", by, json=decision)


@pytest.fixture
def ban(desk):
    """A published ban, with its record."""
    made = dict(BanFactory())
    return made | {"record": desk.published(made)}


def named(ban, **special):
    """A bidder of the name on record, with a code of its own."""
    return {"name": ban["subject_name"], "uscc": stranger(77)["uscc"], **special}


class TestDecide:
    def test_is_signed_beside_the_receipt_which_stays_as_it_was(self, desk, ban):
        check = looked(desk, named(ban))
        before = desk.get(f"/checks/{check}/receipt", "centre").data
        answer = decide(desk, check, OTHER)
        assert answer.status_code == 200, answer.get_json()
        assert answer.get_json()["outcome"] == "not_same"
        assert desk.get(f"/checks/{check}/receipt", "centre").data == before
        [decision] = answer.get_json()["decisions"]
        with runtime.reading() as session:
            ring = known_keys.ring(session, "city", runtime.keys().signer)
        statement = reviews.parse_decision(decision["document"].encode(), ring.publics(), verify).statement
        item = reviews.find_item(statement, before, json.loads(before)["statement"])
        assert (item.record, statement["decided_by"]) == (ban["record"], "centre")

    def test_is_superseded_by_a_later_one_and_both_are_shown(self, desk, ban):
        check = looked(desk, named(ban))
        first = decide(desk, check, OTHER).get_json()["decisions"][0]["decision"]
        answer = decide(desk, check, SAME).get_json()
        assert answer["outcome"] == "same"
        assert [one["outcome"] for one in answer["decisions"]] == ["not_same", "same"]
        assert answer["decisions"][1]["supersedes"] == first

    def test_keeps_evidence_by_its_digest(self, desk, ban):
        check = looked(desk, named(ban))
        evidence = {"evidence_base64": base64.b64encode(PDF).decode()}
        [decision] = decide(desk, check, OTHER | evidence).get_json()["decisions"]
        [file] = json.loads(decision["document"])["statement"]["evidence"]
        assert (file["media_type"], file["bytes"]) == ("application/pdf", len(PDF))

    @pytest.mark.parametrize(
        ("decision", "code"),
        [
            ({"outcome": "clear", "reason": "无"}, "body-refused"),
            ({"outcome": "same"}, "body-refused"),
            ({"outcome": "same", "reason": "   "}, "body-refused"),
            (SAME | {"evidence_base64": base64.b64encode(b"MZ").decode()}, "document-refused"),
        ],
        ids=["outcome", "no-reason", "blank-reason", "evidence"],
    )
    def test_is_refused_and_nothing_is_kept(self, desk, ban, decision, code):
        check = looked(desk, named(ban))
        answer = decide(desk, check, decision)
        assert (answer.status_code, answer.get_json()["code"]) == (422, code)
        assert found(desk, check)[0]["decisions"] == []

    @pytest.mark.parametrize("number", [0, 9])
    def test_is_refused_of_what_the_check_does_not_leave_to_a_person(self, desk, ban, number):
        assert decide(desk, looked(desk, named(ban)), SAME, number).get_json()["code"] == "review-unknown"

    def test_belongs_to_the_centre_that_made_the_check(self, desk, ban):
        check = looked(desk, named(ban))
        for by, status in (("other-centre", 404), ("clerk", 403), ("auditor", 403), (None, 401)):
            assert decide(desk, check, SAME, by=by).status_code == status
            assert desk.get(f"/checks/{check}/reviews", by).status_code == status
        assert found(desk, check)[0]["decisions"] == []

    def test_blots_numbers_of_persons_in_its_reason(self, desk, ban):
        check = looked(desk, named(ban))
        answer = decide(desk, check, SAME | {"reason": f"法定代表人 {PERSON_NUMBER} 来核对"})
        assert answer.status_code == 200
        assert PERSON_NUMBER not in answer.get_data(as_text=True)

    def test_is_noted_with_its_check(self, desk, ban):
        check = looked(desk, named(ban))
        decide(desk, check, SAME)
        with runtime.reading() as session:
            rows = session.execute(text("select reference, actor from audit_events where act = 'review.decide'")).all()
        assert [tuple(row) for row in rows] == [(check, "centre")]


class TestUsedAgain:
    def test_at_the_next_look_of_the_tender_with_day_and_account(self, desk, ban):
        first = looked(desk, named(ban))
        decide(desk, first, OTHER)
        [item] = found(desk, looked(desk, stranger(), named(ban)))
        assert item["outcome"] == "not_same"
        [decision] = item["decisions"]
        assert (decision["check"], decision["reused"], decision["decided_by"]) == (first, True, "centre")
        assert decision["instant"]

    def test_never_changes_the_verdict_that_is_signed(self, desk, ban):
        decide(desk, looked(desk, named(ban)), OTHER)
        assert desk.verdicts(named(ban)) == ["review"]

    @pytest.mark.parametrize(("decision", "outcome"), [(OTHER, "not_same"), (SAME, "same"), (NOT_REACHING, None)])
    def test_in_another_tender_only_where_it_is_about_identity(self, desk, ban, decision, outcome):
        decide(desk, looked(desk, named(ban)), decision)
        [item] = found(desk, looked(desk, named(ban), tender={"code": "YC2026-0999"}))
        assert item["outcome"] == outcome

    def test_of_reach_in_the_same_tender_while_the_question_is_the_same(self, desk, ban):
        decide(desk, looked(desk, named(ban)), NOT_REACHING)
        assert found(desk, looked(desk, named(ban)))[0]["outcome"] == "not_reaching"
        other = looked(desk, named(ban), tender={"project": "goods", "must_tender": False})
        assert found(desk, other)[0]["outcome"] is None

    @pytest.mark.parametrize(
        "special",
        [
            {"uscc": stranger(78)["uscc"]},
            {"uscc": None, "organisation_code": "MA0T00027"},
            {"registration_number": "320902000012345"},
        ],
        ids=["code", "organisation-code", "registration-number"],
    )
    def test_not_for_a_party_that_is_asked_with_another_code(self, desk, ban, special):
        decide(desk, looked(desk, named(ban)), OTHER)
        items = found(desk, looked(desk, named(ban, **special)))
        assert [item["outcome"] for item in items if item["record"]] == [None]

    def test_not_once_the_record_has_a_later_version(self, desk, ban):
        decide(desk, looked(desk, named(ban)), OTHER)
        filing = {name: value for name, value in ban.items() if name != "record"}
        corrected = desk.act("", ban["record"], "clerk", json=filing | {"facts": "更正后的事实。"})
        assert corrected.status_code == 200, corrected.get_json()
        assert desk.act("verification", ban["record"]).status_code == 200
        [item] = found(desk, looked(desk, named(ban)))
        assert (item["revision"], item["outcome"]) == (2, None)
        [decision] = item["decisions"]
        assert decision["applies"] is False

    def test_not_by_another_centre(self, desk, ban):
        decide(desk, looked(desk, named(ban)), OTHER)
        answer = desk.check(named(ban), by="other-centre")
        assert found(desk, answer.get_json()["id"], "other-centre")[0]["decisions"] == []

    def test_gives_way_to_what_was_decided_last(self, desk, ban):
        decide(desk, looked(desk, named(ban)), OTHER)
        decide(desk, looked(desk, named(ban), tender={"code": "YC2026-0999"}), SAME)
        [item] = found(desk, looked(desk, named(ban)))
        assert item["outcome"] == "same"
        assert [one["outcome"] for one in item["decisions"]] == ["not_same", "same"]

    def test_is_not_asked_for_of_who_is_barred_or_clear(self, desk, ban):
        assert found(desk, looked(desk, bidder(ban), stranger())) == []


class TestSheet:
    def test_carries_receipt_and_decisions_and_is_proven_as_a_whole(self, desk, ban):
        check = looked(desk, named(ban), stranger(), tender={"name": "示例设备采购"})
        decide(desk, check, OTHER)
        decide(desk, check, SAME)
        printed = desk.get(f"/checks/{check}/sheet.pdf", "centre")
        assert printed.data.startswith(b"%PDF-")
        proven = desk.client.post("/api/v1/receipts/verification", data=printed.data)
        assert proven.status_code == 200, proven.get_json()
        text_ = "\n".join(proven.get_json()["explanation"])
        for part in ("编号 YC2026-0412，名称 示例设备采购", "“不是同一主体”", "“是同一主体”", "已被后来的判定取代"):
            assert part in text_

    def test_is_printed_in_english_around_the_same_proofs(self, desk, ban):
        check = looked(desk, named(ban), stranger(), tender={"name": "示例设备采购"})
        decide(desk, check, OTHER)
        decide(desk, check, SAME)
        chinese, english = (desk.get(f"/checks/{check}/sheet.pdf?lang={lang}", "centre").data for lang in ("zh", "en"))
        carried = [PdfReader(io.BytesIO(data)).attachments for data in (chinese, english)]
        assert carried[0] == carried[1]
        with runtime.reading() as session:
            measures = reference_data.current(session).names("measures").values()
        assert printed_papers.untranslated(english, *measures) == []
        assert "notthesame" in printed_papers.text_of(english).lower()
        proven = desk.client.post("/en/verify", data={"receipt": (io.BytesIO(english), "sheet.pdf")})
        assert proven.status_code == 200
        assert list(untranslated(html.fromstring(proven.text))) == []

    def test_says_what_is_not_decided(self, desk, ban):
        check = looked(desk, named(ban), {"name": "盐城盐都无此商贸有限公司"})
        decide(desk, check, OTHER)
        printed = desk.get(f"/checks/{check}/sheet.pdf", "centre").data
        proven = desk.client.post("/api/v1/receipts/verification", data=printed).get_json()
        assert "尚有" in "\n".join(proven["explanation"])
