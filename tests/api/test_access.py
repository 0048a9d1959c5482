"""Who reads what is sealed stands in the audit trail, and so does who fails to prove who he is."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent
from registry.services.node import access, accounts
from tests.support.bureau import Bureau
from tests.support.desk import stranger
from tests.support.filings import BanFactory


def events(start):
    """Actor, act, reference and detail of the events whose act begins so, oldest first."""
    with runtime.reading() as session:
        question = select(AuditEvent).where(AuditEvent.act.startswith(start)).order_by(AuditEvent.id)
        return [(row.actor, row.act, row.reference, row.detail) for row in session.scalars(question)]


@pytest.fixture
def later(monkeypatch):
    """Set the clock forward by seconds."""

    def move(seconds):
        instant = runtime.clock() + dt.timedelta(seconds=seconds)
        monkeypatch.setattr(runtime, "clock", lambda: instant)

    return move


@pytest.fixture
def unwritable(app):
    """A store that takes no audit event."""

    def refuse(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO audit_events"):
            raise runtime.StoreUnavailable()

    event.listen(runtime.db.engine, "before_cursor_execute", refuse)
    yield
    event.remove(runtime.db.engine, "before_cursor_execute", refuse)


class TestReading:
    def test_of_an_application_and_its_document_is_noted(self, desk, people, monkeypatch):
        bureau = Bureau(people, monkeypatch)
        number = bureau.applied("dispute", bureau.published_penalty())
        read = desk.get(f"/disputes/{number}", "clerk").get_json()
        file = read["steps"][0]["files"][0]["id"]
        assert desk.get(f"/documents/{file}", "clerk").status_code == 200
        assert events("dispute.read") == [("clerk", "dispute.read", number, None)]
        assert events("document.read") == [("clerk", "document.read", file, None)]

    def test_refused_to_another_department_is_none(self, desk, people, monkeypatch):
        bureau = Bureau(people, monkeypatch)
        number = bureau.applied("dispute", bureau.published_penalty())
        assert desk.get(f"/disputes/{number}", "other-clerk").status_code == 404
        assert events("dispute.read") == []

    def test_of_the_trail_is_noted_and_does_not_feed_itself(self, desk):
        following, pages = "0", 0
        while following and pages < 50:
            following = desk.get(f"/audit?next={following}", "auditor").get_json()["next"]
            pages += 1
        assert pages < 50
        assert [one[0] for one in events("audit.read")][:1] == ["auditor"]

    def test_of_a_receipt_is_noted(self, desk):
        check = desk.check(stranger()).get_json()["id"]
        for _ in range(3):
            assert desk.get(f"/checks/{check}/receipt.json", "centre").status_code == 200
        assert events("check.read") == [("centre", "check.read", check, None)]

    def test_that_cannot_be_noted_gives_nothing(self, desk, unwritable):
        check_answer = desk.get("/audit", "auditor")
        assert (check_answer.status_code, check_answer.get_json()["code"]) == (503, "store-unavailable")
        assert desk.get("/audit/summary").status_code == 200

    def test_of_what_is_not_sealed_is_no_event(self, desk, unwritable):
        assert desk.get("/listings", "clerk").status_code == 200


class TestFailedProof:
    def test_by_an_unknown_key_is_noted_once_a_minute_and_counted(self, client, later):
        for _ in range(5):
            assert client.get("/api/v1/audit", headers={"Authorization": "Bearer not-a-key"}).status_code == 401
        [(actor, act, reference, detail)] = events("access.")
        assert (actor, act, detail) == ("public", "access.key-failed.unknown", None)
        assert "127.0.0.1" not in reference
        later(61)
        assert runtime.perform(SYSTEM, access.close_minutes) == 1
        assert events("access.")[1][1:] == ("access.key-failed.unknown", reference, "5 times in a minute")
        assert runtime.perform(SYSTEM, access.close_minutes) == 0

    def test_by_a_revoked_key_names_its_account(self, desk, people):
        runtime.perform(SYSTEM, lambda work: accounts.revoke_keys(work, "clerk"))
        assert desk.file(BanFactory()).status_code == 401
        assert [(act, detail) for _, act, _, detail in events("access.")] == [("access.key-failed.revoked", "clerk")]

    def test_needs_a_proof(self, client):
        assert client.get("/api/v1/audit").status_code == 401
        assert events("access.") == []

    def test_by_a_signature_or_a_code_is_noted_at_either_door(self, client, people, monkeypatch):
        bureau = Bureau(people, monkeypatch)
        number = bureau.applied("dispute", bureau.published_penalty())
        assert client.get("/exchange/v1/hello", headers={"Signature": "x"}).status_code == 403
        answer = client.put(f"/api/v1/reliefs/{number}/confirmation", json={"code": "AAAAA-AAAAA"})
        assert answer.get_json()["code"] == "code-wrong"
        assert client.post(f"/relief/{number}/confirm", data={"code": "AAAAA-AAAAA"}).status_code == 403
        assert {act for _, act, _, _ in events("access.")} == {"access.signature-failed", "access.code-failed"}

    def test_is_refused_as_such_when_it_cannot_be_noted(self, client, unwritable):
        assert client.get("/api/v1/audit", headers={"Authorization": "Bearer x"}).status_code == 401
