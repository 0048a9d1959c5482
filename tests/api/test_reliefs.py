"""Officers at work on disputes and repairs, through the door."""

import base64

import pytest

from tests.support.bureau import PDF, Bureau
from tests.support.filings import days_ago


@pytest.fixture
def bureau(people, monkeypatch) -> Bureau:
    """The subject who applies, below the doors."""
    return Bureau(people, monkeypatch)


@pytest.fixture
def put(desk):
    """An act on an application."""
    return lambda path, by, **body: desk.by_two(f"/api/v1/{path}", by, json=body)


def papers(*kinds: str) -> list[dict]:
    file = {"filename": "a.pdf", "content_base64": base64.b64encode(PDF).decode()}
    return [{"kind": kind, "number": "盐示〔2026〕1号", **file} for kind in kinds]


class TestDispute:
    def test_is_read_by_the_department_with_what_the_applicant_said(self, desk, bureau):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        read = desk.get(f"/disputes/{number}", "clerk").get_json()
        assert read["steps"][0]["private"]["statement"] == "处罚对象有误。"
        assert (read["about"], read["state"]) == (record, "received")
        assert [item["id"] for item in desk.get("/disputes", "clerk").get_json()["items"]] == [number]
        assert desk.get("/repairs", "clerk").get_json()["items"] == []
        assert desk.get(f"/repairs/{number}", "clerk").status_code == 404
        assert desk.get(f"/disputes/{number}", "other-clerk").status_code == 404

    def test_is_worked_within_its_clocks(self, desk, bureau, put):
        number = bureau.applied("dispute", bureau.published_penalty())
        put(f"disputes/{number}/acceptance", "clerk")
        put(f"disputes/{number}/extension", "clerk", reason="须向档案馆核对")
        again = put(f"disputes/{number}/extension", "clerk", reason="仍须核对")
        clocks = {one["clock"]: one for one in desk.get(f"/disputes/{number}", "clerk").get_json()["clocks"]}
        assert again.get_json()["code"] == "relief-refused"
        assert {code: clock["state"] for code, clock in clocks.items()} == {
            "dispute.mark": "met",
            "dispute.accept": "met",
            "dispute.decide": "met",
            "dispute.extended": "due",
        }
        assert clocks["dispute.extended"]["due"] > clocks["dispute.decide"]["due"]

    def test_is_decided_and_carried_out_in_one_act(self, desk, bureau, put):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        put(f"disputes/{number}/acceptance", "clerk")
        body = {"outcome": "delete", "reason": "对象有误", "changed_on": days_ago(0)}
        missing = put(f"disputes/{number}/decision", "verifier", **body)
        done = put(f"disputes/{number}/decision", "verifier", documents=papers("relief_decision"), **body)
        assert missing.get_json()["code"] == "document-missing"
        assert done.get_json()["outcome"]["state"] == "decided"
        assert desk.get(f"/records/{record}").get_json()["state"] == "withdrawn"

    @pytest.mark.parametrize("outcome", ["delist", "correct", "supplement"])
    def test_has_no_outcome_that_the_record_does_not_allow(self, desk, bureau, put, outcome):
        record = bureau.published_penalty()
        number = bureau.applied("dispute", record)
        put(f"disputes/{number}/acceptance", "clerk")
        body = {"outcome": outcome, "reason": "核实", "changed_on": days_ago(0)}
        answer = put(f"disputes/{number}/decision", "verifier", documents=papers("relief_decision"), **body)
        assert answer.get_json()["code"] == "outcome-unfit"
        assert desk.get(f"/disputes/{number}", "clerk").get_json()["state"] == "accepted"
        assert desk.get(f"/records/{record}").get_json()["disputed_on"]


class TestSuspension:
    def test_of_a_penalty_hides_it_and_lets_its_firm_bid(self, desk, bureau, put):
        record = bureau.published_penalty()
        firm = {"name": bureau.names[record]["subject_name"], "uscc": bureau.names[record]["uscc"]}
        assert desk.verdicts(firm) == ["barred"]
        order = {"reason": "法院裁定停止执行", "since": days_ago(0), "documents": papers("court_order")}
        assert put(f"penalties/{record}/suspension", "verifier", **order).get_json()["outcome"]["state"] == "suspended"
        assert desk.get(f"/records/{record}").status_code == 404
        assert desk.verdicts(firm) == ["no_record"]
        again = {"on": days_ago(0), "documents": papers("resumption_order")}
        assert put(f"penalties/{record}/resumption", "verifier", **again).get_json()["outcome"]["state"] == "published"
        assert desk.verdicts(firm) == ["barred"]

    def test_is_not_the_filers_own_act(self, desk, bureau, put):
        record = bureau.published_penalty()
        order = {"reason": "停止执行", "since": days_ago(0), "documents": papers("court_order")}
        assert put(f"penalties/{record}/suspension", "clerk", **order).get_json()["code"] == "out-of-role"
        assert put(f"penalties/{record}/suspension", "verifier", **order | {"documents": []}).status_code == 422
