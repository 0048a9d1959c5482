"""Changes of the law tables by HTTP and by command: proposed, previewed, confirmed by another."""

import json

import pytest

from tests.services.law.test_law_proposals import restated, threshold
from tests.support.desk import bidder, stranger
from tests.support.filings import days_ago, filing

ROUTE = "/api/v1/law/proposals"
FILE = """
[[rows]]
code = "lookback_months"
name = "重大违法记录回看期"
effective_from = 2015-03-01
source = "示例法第一条"
status = "unconfirmed"
value = 12
unit = "month"
"""


def shorter():
    tables = restated("thresholds", "lookback_months", value=12)
    return json.loads(json.dumps(tables, default=str))


def propose(desk, by="operator", **special):
    return desk.ask("POST", ROUTE, by, json={"tables": shorter(), "reason": "示例修订", **special})


@pytest.fixture
def checked(desk):
    """A stored check whose answer the shorter look-back changes."""
    grave = filing(kinds="责令停产停业", content="责令停产停业。", fine="", decided_on=days_ago(1000))
    desk.published(grave)
    desk.check(bidder(grave), stranger())


class TestRoute:
    def test_proposes_shows_and_confirms(self, desk, checked):
        made = propose(desk)
        assert made.status_code == 201
        body = made.get_json()
        assert (body["state"], body["preview"]["differing"]) == ("proposed", 1)
        assert threshold("lookback_months") == 36
        assert desk.ask("GET", f"{ROUTE}/{body['id']}", "auditor").get_json() == body
        assert [item["id"] for item in desk.ask("GET", ROUTE, "security").get_json()["items"]] == [body["id"]]
        assert desk.ask("PUT", f"{ROUTE}/{body['id']}/confirmation", "operator").status_code == 403
        done = desk.ask("PUT", f"{ROUTE}/{body['id']}/confirmation", "security").get_json()
        assert (done["state"], done["law_after"]) == ("confirmed", body["law_after"])
        assert threshold("lookback_months") == 12

    def test_repeats_its_answer_under_one_key_even_after_confirmation(self, desk):
        headers = {"Idempotency-Key": "law-1"}
        body = {"tables": shorter(), "reason": "示例修订"}
        first = desk.ask("POST", ROUTE, "operator", json=body, headers=headers).get_json()
        desk.ask("PUT", f"{ROUTE}/{first['id']}/confirmation", "security")
        again = desk.ask("POST", ROUTE, "operator", json=body, headers=headers)
        assert (again.status_code, again.get_json()) == (201, first)

    def test_refuses_with_every_fault(self, desk):
        tables = shorter() | restated("measures", "B1", source="")
        refused = desk.ask("POST", ROUTE, "operator", json=json.loads(
            json.dumps({"tables": tables, "reason": "示例"}, default=str)
        ))  # fmt: skip
        assert (refused.status_code, refused.get_json()["code"]) == (422, "law-refused")
        assert [fault["code"] for fault in refused.get_json()["errors"]] == ["source-missing"]

    def test_rejects_with_the_reason(self, desk):
        number = propose(desk).get_json()["id"]
        done = desk.ask("PUT", f"{ROUTE}/{number}/rejection", "security", json={"reason": "依据不足"})
        assert done.get_json()["state"] == "rejected"
        assert desk.ask("PUT", f"{ROUTE}/{number}/confirmation", "security").status_code == 409

    @pytest.mark.parametrize("number", ["0", "99", "x", "9" * 30])
    def test_of_no_proposal_is_unknown(self, desk, number):
        assert desk.ask("GET", f"{ROUTE}/{number}", "auditor").status_code == 404


class TestCommand:
    def test_loads_shows_lists_and_confirms(self, desk, checked, typed, tmp_path):
        path = tmp_path / "thresholds.toml"
        path.write_text(FILE, "utf-8")
        code, output = typed("law", "load", path, "--as", "operator", "--reason", "示例修订")
        assert code == 0, output
        assert "1 of 1 stored checks answered again, 2 lines compared" in output
        assert "1 lines would differ" in output
        assert "review -> " in output
        assert typed("law", "confirm", 1, "--as", "operator")[0] == 1
        assert "1\tproposed" in typed("law", "proposals", "--as", "security")[1]
        assert "示例法第一条" in typed("law", "show", 1, "--as", "security")[1]
        code, output = typed("law", "confirm", 1, "--as", "security")
        assert (code, threshold("lookback_months")) == (0, 12), output

    def test_refuses_a_file_that_is_no_table_of_rows(self, people, typed, tmp_path):
        path = tmp_path / "thresholds.toml"
        for text in ("rows = 1", "x = [", "[[other]]\ncode = 1"):
            path.write_text(text, "utf-8")
            code, output = typed("law", "load", path, "--as", "operator", "--reason", "示例")
            assert (code, "law-refused" in output) == (1, True), output

    def test_rejects(self, people, typed, tmp_path):
        path = tmp_path / "thresholds.toml"
        path.write_text(FILE, "utf-8")
        typed("law", "load", path, "--as", "operator", "--reason", "示例")
        assert "rejected" in typed("law", "reject", 1, "--as", "security", "--reason", "依据不足")[1]
        assert threshold("lookback_months") == 36
