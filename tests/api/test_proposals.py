"""Acts of two persons at the door: 202 for the first, done by the second; and what the shell did alone, by count."""

import base64

import pytest

from tests.support.bureau import PDF
from tests.support.filings import days_ago, filing

ORDER = {
    "kind": "court_order",
    "number": "盐示行初1号",
    "filename": "裁定.pdf",
    "content_base64": base64.b64encode(PDF).decode(),
}


@pytest.fixture
def record(desk):
    """A published penalty."""
    return desk.published(filing())


def suspend(desk, record, by="verifier", **special):
    body = {"reason": "法院裁定停止执行", "since": days_ago(0), "documents": [ORDER]} | special
    return desk.ask("PUT", f"/api/v1/penalties/{record}/suspension", by, json=body)


def waiting(desk, by):
    return [item["id"] for item in desk.get("/proposals", by).get_json()["items"]]


class TestProposal:
    def test_is_answered_202_and_changes_nothing(self, desk, record):
        answer = suspend(desk, record)
        body = answer.get_json()
        assert (answer.status_code, body["state"], body["proposed_by"]) == (202, "proposed", "verifier")
        assert answer.headers["Location"] == f"/api/v1/proposals/{body['id']}"
        assert desk.found() == [record]

    def test_is_listed_to_who_may_confirm_it_and_to_nobody_else(self, desk, record):
        number = suspend(desk, record).get_json()["id"]
        assert waiting(desk, "second-verifier") == waiting(desk, "verifier") == [number]
        for by in ("clerk", "head", "other-verifier", "security", "operator"):
            assert waiting(desk, by) == [], by
            assert desk.get(f"/proposals/{number}", by).get_json()["code"] == "proposal-unknown"
        for by in ("centre", "auditor"):
            assert desk.get("/proposals", by).get_json()["code"] == "out-of-role"

    def test_shows_the_document_to_who_is_to_confirm(self, desk, record):
        number = suspend(desk, record).get_json()["id"]
        shown = desk.get(f"/proposals/{number}", "second-verifier").get_json()["arguments"]
        assert shown["body"]["reason"] == "法院裁定停止执行"
        assert "content_base64" not in shown["documents"][0]
        file = desk.get(f"/proposals/{number}/documents/1", "second-verifier")
        assert (file.get_data(), file.content_type) == (PDF, "application/pdf")
        for place in ("0", "2", "x"):
            answer = desk.get(f"/proposals/{number}/documents/{place}", "second-verifier")
            assert answer.get_json()["code"] == "document-unknown"

    def test_without_the_file_of_its_document_is_refused(self, desk, record):
        number_alone = {name: ORDER[name] for name in ("kind", "number")}
        answer = suspend(desk, record, documents=[number_alone])
        assert (answer.status_code, answer.get_json()["code"]) == (422, "document-file-missing")

    def test_is_done_by_another_person_only(self, desk, record):
        proposed = suspend(desk, record)
        assert desk.confirm(proposed, "verifier").get_json()["code"] == "self-verification"
        done = desk.confirm(proposed).get_json()
        assert (done["state"], done["decided_by"], done["outcome"]["state"]) == (
            "confirmed",
            "second-verifier",
            "suspended",
        )
        assert desk.found() == []
        assert waiting(desk, "verifier") == []

    def test_is_refused_with_the_reason(self, desk, record):
        number = suspend(desk, record).get_json()["id"]
        path = f"/api/v1/proposals/{number}/refusal"
        answer = desk.ask("PUT", path, "second-verifier", json={"reason": "裁定书与案号不符"}).get_json()
        assert (answer["state"], answer["reason"]) == ("refused", "裁定书与案号不符")
        listed = desk.get("/proposals?state=refused", "verifier").get_json()["items"]
        assert [item["id"] for item in listed] == [number]

    def test_of_an_unknown_number_is_unknown(self, desk):
        for number in ("0", "99", "x", "9" * 30):
            answer = desk.ask("PUT", f"/api/v1/proposals/{number}/confirmation", "verifier")
            assert answer.get_json()["code"] == "proposal-unknown", number


class TestContact:
    def test_is_filed_by_a_clerk_and_confirmed_by_a_verifier(self, desk, record):
        proposed = desk.ask("PUT", f"/api/v1/contacts/{record}", "clerk", json={"email": "legal@firm.example"})
        assert desk.confirm(proposed, "second-clerk").get_json()["code"] == "out-of-role"
        assert desk.confirm(proposed, "verifier").get_json()["outcome"] == {"record": record}


class TestShell:
    def test_acts_without_an_account_are_counted_for_everybody(self, desk, typed):
        before = desk.get("/audit/summary").get_json()["count"]
        assert typed("departments", "set", "ward", "--name", "示例街道")[0] == 0
        summary = desk.get("/audit/summary").get_json()
        assert summary["count"] == before + 1
        assert [act["count"] for act in summary["acts"] if act["act"] == "department.set"] == [1]
        assert "登记部门" in desk.client.get("/audit").text

    def test_acts_of_accounts_are_not(self, desk, record):
        assert desk.get("/audit/summary").get_json() == {"count": 0, "acts": []}

    def test_is_refused_once_there_are_two_security_administrators(self, desk, typed):
        words = ("accounts", "create", "--department", "centre", "--role")
        assert typed(*words, "security_admin", "--name", "second-security", "--key")[0] == 0
        code, said = typed(*words, "clerk", "--name", "late")
        assert (code, said.split(":")[0]) == (1, "account-required")
        for command in (
            ("accounts", "key", "clerk"),
            ("accounts", "revoke", "clerk"),
            ("departments", "set", "finance", "--name", "甲"),
            ("exchange", "peers", "add", "county", "--public-key", "a" * 64),
            ("exchange", "peers", "remove", "county"),
            ("exchange", "quarantine", "--drop", "1", "--reason", "x"),
            ("exchange", "release", "county"),
            ("exchange", "renew-epoch"),
            ("keys", "rotate"),
            ("keys", "revoke", "x", "--reason", "x"),
        ):
            code, said = typed(*command)
            assert (code, said.split(":")[0]) == (1, "account-required"), command

    def test_of_two_administrators_makes_an_account_whose_key_opens_afterwards(self, desk, typed):
        new = ("accounts", "create", "--department", "finance", "--role", "clerk", "--name", "late", "--key")
        typed("accounts", "create", "--department", "centre", "--role", "security_admin", "--name", "second-security")
        code, said = typed(*new, "--as", "security")
        assert code == 0
        name, key, proposal = said.splitlines()
        headers = {"Authorization": f"Bearer {key}"}
        assert desk.ask("GET", "/api/v1/penalties", headers=headers).status_code == 401
        number = proposal.split(":")[0].removeprefix("proposal ")
        assert typed("proposals", "confirm", number, "--as", "second-security")[0] == 0
        assert (name, desk.ask("GET", "/api/v1/penalties", headers=headers).status_code) == ("late", 200)

    def test_of_two_administrators_rotates_the_signing_key(self, desk, typed):
        before = desk.get("/ledger/keys").get_json()
        typed("accounts", "create", "--department", "centre", "--role", "security_admin", "--name", "second-security")
        number = typed("keys", "rotate", "--as", "security")[1].split(":")[0].removeprefix("proposal ")
        assert desk.get("/ledger/keys").get_json() == before
        assert typed("proposals", "confirm", number, "--as", "second-security")[0] == 0
        assert len(desk.get("/ledger/keys").get_json()["keys"]) == 2
        assert desk.published(filing())
