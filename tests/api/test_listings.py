"""The listing procedure through the door, from proposal to removal, and the mistakes officers make."""

import base64
import datetime as dt
import hashlib

import pytest

from registry import runtime
from registry.unit_of_work import day_of
from tests.support.desk import bidder
from tests.support.filings import BanFactory, days_ago
from tests.support.people import AUTHORITY

LISTINGS = "/api/v1/listings"
WRONG_CODE = "91320902MA0TR0027X"
PDF = b"%PDF-1.4 invented"


@pytest.fixture
def clock(monkeypatch):
    """Let it be noon of a day."""

    def go(day: dt.date) -> None:
        noon = dt.datetime(day.year, day.month, day.day, 4, tzinfo=dt.UTC)
        monkeypatch.setattr(runtime, "clock", lambda: noon)

    return go


def paper(kind: str, **more: str) -> dict:
    file = {"filename": "文书.pdf", "content_base64": base64.b64encode(PDF).decode()}
    return {"kind": kind, "number": f"盐示〔2026〕{kind}号", **file, **more}


def papers(*kinds: str) -> dict:
    return {"documents": [paper(kind) for kind in kinds]}


def draft(ban: dict, penalty: str, **special: object) -> dict:
    return {
        "scheme": "procurement-serious",
        "subject": {"kind": ban["subject_kind"], "name": ban["subject_name"], "uscc": ban["uscc"]},
        "sectors": ["procurement"],
        "facts": "提供虚假材料谋取中标，情节严重。",
        "basis": "《中华人民共和国政府采购法》第七十七条",
        "measures": ["B1"],
        "grounds": [{"penalty": penalty}],
        "authority": {"name": AUTHORITY[0], "code": AUTHORITY[1]},
        **special,
    }


class Case:
    """One listing on its way through the door."""

    def __init__(self, desk, clock) -> None:
        self.desk, self.clock, self.ban = desk, clock, BanFactory()
        self.penalty = desk.published(self.ban)
        answer = desk.ask("POST", LISTINGS, "clerk", json=draft(self.ban, self.penalty))
        assert answer.status_code == 201, answer.get_json()
        self.id = answer.get_json()["id"]

    def put(self, path: str, by: str, **body: object):
        return self.desk.ask("PUT", f"{LISTINGS}/{self.id}/{path}", by, json=body)

    def done(self, path: str, by: str, **body: object) -> dict:
        answer = self.desk.by_two(f"{LISTINGS}/{self.id}/{path}", by, json=body)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def published(self) -> dict:
        self.done("review", "reviewer", **papers("legal_opinion"))
        noticed = self.done("notice", "clerk", served_on=days_ago(0), **papers("notice", "service_proof"))
        self.clock(dt.date.fromisoformat(noticed["reply_until"]) + dt.timedelta(days=1))
        today = day_of(runtime.clock())
        self.done(
            "decision",
            "head",
            document_number="盐示财列〔2026〕1号",
            decided_on=today.isoformat(),
            reasons="事实清楚。",
            signed_by="卞示例",
            position="局长",
            ends_on=(today + dt.timedelta(days=730)).isoformat(),
            **papers("decision"),
        )
        self.done("service", "clerk", served_on=today.isoformat(), **papers("service_proof", "repair_notice"))
        return self.done("publication", "verifier")


@pytest.fixture
def case(desk, clock) -> Case:
    """A drafted listing."""
    return Case(desk, clock)


class TestProcedure:
    def test_leads_to_a_record_that_bars(self, case, desk):
        assert "listing" not in {item["kind"] for item in desk.get("/records").get_json()["items"]}
        published = case.published()
        shown = desk.get(f"/records/{case.id}").get_json()
        line = desk.check(bidder(case.ban)).get_json()["verdicts"][0]
        assert (published["state"], shown["kind"], shown["scheme"]["code"]) == (
            "published",
            "listing",
            "procurement-serious",
        )
        assert shown["grounds"][0]["record"] == case.penalty
        assert line["verdict"] == "barred"
        assert case.id in {reason["record"] for reason in line["reasons"]}

    def test_keeps_a_clock_for_each_duty(self, case):
        clocks = {clock["clock"]: clock["state"] for clock in case.published()["clocks"]}
        assert clocks == {"listing.serve": "met", "listing.publish": "met"}

    def test_ends_as_never_listed_when_it_was_wrong(self, case, desk):
        case.published()
        day = day_of(runtime.clock()).isoformat()
        case.done("revocation", "verifier", reason="认定有误", changed_on=day, **papers("revocation_decision"))
        line = desk.check(bidder(case.ban)).get_json()["verdicts"][0]
        assert desk.get(f"/records/{case.id}").status_code == 404
        assert case.id not in {reason.get("record") for reason in line["reasons"]}

    def test_rests_while_a_court_stays_it(self, case, desk):
        case.published()
        day = day_of(runtime.clock()).isoformat()
        case.done("suspension", "verifier", reason="裁定停止执行", since=day, **papers("court_order"))
        assert desk.get(f"/records/{case.id}").status_code == 404
        case.done("resumption", "verifier", on=day, **papers("resumption_order"))
        assert desk.get(f"/records/{case.id}").status_code == 200

    def test_shows_the_department_what_was_said_in_confidence(self, case, desk):
        case.done("review", "reviewer", **papers("legal_opinion"))
        case.done("notice", "clerk", served_on=days_ago(0), **papers("notice", "service_proof"))
        content = {"content_base64": base64.b64encode(PDF).decode(), "filename": "陈述.pdf"}
        case.done("statement", "clerk", text="并非本公司所为。", documents=[paper("statement", **content)])
        step = desk.get(f"/listings/{case.id}", "head").get_json()["steps"][-1]
        file = desk.get(f"/documents/{step['files'][0]['id']}", "head")
        assert step["private"] == {"text": "并非本公司所为。"}
        assert step["documents"][0]["sha256"] == hashlib.sha256(PDF).hexdigest()
        assert (file.get_data(), file.content_type) == (PDF, "application/pdf")
        assert desk.get(f"/documents/{step['files'][0]['id']}", "other-clerk").status_code == 404

    def test_shows_the_authority_what_the_subject_did_before(self, case, desk):
        earlier = desk.get(f"/listings/{case.id}", "clerk").get_json()["earlier"]
        assert [(one["record"], one["measures"][0]["code"]) for one in earlier] == [(case.penalty, "B1")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("step", "status", "code"),
        [
            (("review", "reviewer", {}), 422, "document-missing"),
            (("review", "clerk", papers("legal_opinion")), 403, "out-of-role"),
            (("decision", "head", {}), 422, "body-refused"),
            (("notice", "clerk", {"served_on": "2026-11-20", **papers("notice")}), 409, "transition-refused"),
            (("publication", "verifier", {}), 409, "transition-refused"),
            (("publication", "other-verifier", {}), 404, "listing-unknown"),
            (("review", "reviewer", {"color": "red"}), 422, "body-refused"),
            (("review", "reviewer", papers("poem")), 422, "body-refused"),
        ],
    )
    def test_name_what_is_wrong_and_change_nothing(self, case, desk, step, status, code):
        path, by, body = step
        answer = case.put(path, by, **body)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
        assert desk.get(f"/listings/{case.id}", "clerk").get_json()["version"] == 1

    def test_of_a_stale_version_say_so(self, case, desk):
        answer = desk.ask(
            "PUT",
            f"{LISTINGS}/{case.id}/review",
            "reviewer",
            json=papers("legal_opinion"),
            headers={"If-Match": '"7"'},
        )
        assert (answer.status_code, answer.get_json()["code"]) == (412, "version-stale")

    @pytest.mark.parametrize(
        ("special", "code", "pointer"),
        [
            ({"scheme": "no-such"}, "scheme-unknown", None),
            ({"measures": ["B6"]}, "measure-outside-scheme", None),
            ({"grounds": []}, "listing-refused", "/grounds"),
            ({"sectors": ["fishing"]}, "listing-refused", "/sectors"),
            ({"facts": "身份证号320981199912310005"}, "listing-refused", "/facts"),
            (
                {"subject": {"name": "盐城示例有限公司", "uscc": WRONG_CODE}},
                "listing-refused",
                "/subject/uscc",
            ),
            ({"grounds": [{"penalty": "0" * 32}]}, "ground-unfit", None),
            ({"authority": {"name": "某局", "code": "1"}}, "listing-refused", "/authority/code"),
        ],
    )
    def test_of_a_draft_point_at_the_field(self, case, desk, special, code, pointer):
        other = BanFactory()
        record = desk.published(other)
        answer = desk.ask("POST", LISTINGS, "clerk", json=draft(other, record, **special))
        body = answer.get_json()
        assert body["code"] == code
        assert pointer is None or pointer in {error["pointer"] for error in body["errors"]}
        assert len(desk.get("/listings", "clerk").get_json()["items"]) == 1

    def test_of_a_repeated_draft_come_once(self, desk):
        ban = BanFactory()
        record = desk.published(ban)
        first = desk.ask("POST", LISTINGS, "clerk", json=draft(ban, record), headers={"Idempotency-Key": "k"})
        again = desk.ask("POST", LISTINGS, "clerk", json=draft(ban, record), headers={"Idempotency-Key": "k"})
        other = desk.ask("POST", LISTINGS, "clerk", json=draft(ban, record))
        assert first.get_json() == again.get_json()
        assert other.get_json()["code"] == "listed-already"
