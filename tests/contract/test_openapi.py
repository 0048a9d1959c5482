"""The OpenAPI document tells of every route, and real answers are what it declares."""

import base64
import json
import re

import pytest
from jsonschema import Draft202012Validator
from marshmallow import RAISE
from openapi_spec_validator import validate
from sqlalchemy import select

from registry import runtime
from registry.api.imports import ImportAnswer, VerifiedAnswer
from registry.api.ledger import CoverAnswer, ProofAnswer, ReceiptAnswer
from registry.api.operations import DeadlinePage, ItemsAnswer
from registry.api.schemas.check import CheckAnswer, CheckFileAnswer
from registry.api.schemas.penalty import PenaltyAnswer, PenaltyPage, VerifiedPenaltyAnswer
from registry.api.schemas.record import ChangesPage, RecordPage
from registry.api.schemas.relief import ReliefAnswer
from registry.api.schemas.watch import WatchAnswer, WatchPage, WatchWithEvents
from registry.api.statistics import StatisticsAnswer
from registry.domain import records
from registry.models import Publication
from tests.contract.test_routes import PUBLIC, RESTRICTED
from tests.support.centre import advance
from tests.support.desk import Desk, bidder, seal
from tests.support.filings import BanFactory, filing

UNDESCRIBED = {"GET /api/v1/openapi.json", "GET /api/v1/docs", "GET /api/v1/docs/explorer", "GET /metrics"}


@pytest.fixture
def desk(client, people) -> Desk:
    """The door with the people who come to it."""
    return Desk(client, people)


def dispute(record: str, filing: dict[str, str]) -> dict[str, object]:
    """A dispute by the firm of a filing."""
    evidence = {"kind": "evidence", "content_base64": base64.b64encode(b"%PDF-1.7").decode()}
    return {
        "record": record,
        "name": filing["subject_name"],
        "uscc": filing["uscc"],
        "contact": "示例",
        "statement": "有误。",
        "consent": True,
        "documents": [evidence],
    }


def _operations(item):
    return [operation for method, operation in item.items() if method in ("get", "post", "put", "delete")]


class TestDocument:
    def test_tells_of_every_route(self, desk):
        document = desk.get("/openapi.json").get_json()
        assert document["openapi"].startswith("3.1")
        described = {
            f"{method.upper()} {path}"
            for path, item in document["paths"].items()
            for method in item
            if method in ("get", "post", "put", "delete")
        }
        wanted = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", name) for name in (PUBLIC | set(RESTRICTED)) - UNDESCRIBED}
        assert described == wanted

    def test_is_valid_openapi(self, desk):
        validate(desk.get("/openapi.json").get_json())

    def test_gives_each_operation_an_id_of_its_own(self, desk):
        document = desk.get("/openapi.json").get_json()
        ids = [operation["operationId"] for item in document["paths"].values() for operation in _operations(item)]
        assert len(ids) == len(set(ids))

    def test_describes_records_field_by_field(self, desk):
        schemas = desk.get("/openapi.json").get_json()["components"]["schemas"]
        for kind in records.PUBLIC_KINDS:
            described = schemas[f"{kind.capitalize()}Record"]["properties"].keys()
            assert records.fields_of(records.KINDS[kind].body).keys() - {"record"} | {"id", "entry"} == described

    def test_refuses_with_problem_documents(self, desk):
        document = desk.get("/openapi.json").get_json()
        for response in document["components"]["responses"].values():
            assert set(response["content"]) == {"application/problem+json"}

    def test_serves_the_schema_that_bodies_are_validated_by(self, desk):
        record = desk.published(BanFactory())
        with runtime.reading() as session:
            body = json.loads(session.scalars(select(Publication.body).where(Publication.record == record)).one())
        schema = desk.get("/schemas/penalty").get_json()
        Draft202012Validator(schema).validate(body)
        del body["basis"]
        assert [error.validator for error in Draft202012Validator(schema).iter_errors(body)] == ["required"]
        assert desk.get("/schemas/rumour").status_code == 404

    def test_explains_each_route(self, desk):
        document = desk.get("/openapi.json").get_json()
        silent = [
            (path, method)
            for path, item in document["paths"].items()
            for method, held in item.items()
            if method in ("get", "post", "put") and not held.get("summary")
        ]
        assert not silent

    def test_tells_what_each_route_answers_when_it_succeeds(self, desk):
        document = desk.get("/openapi.json").get_json()
        silent = [
            operation["operationId"]
            for item in document["paths"].values()
            for operation in _operations(item)
            if not any(status.startswith("2") for status in operation["responses"])
        ]
        assert not silent

    def test_leaves_room_for_further_members_of_a_refusal(self, desk):
        problem = desk.get("/openapi.json").get_json()["components"]["schemas"]["Problem"]
        gone = desk.get("/changes?after=1&epoch=0").get_json()
        Draft202012Validator(problem).validate(gone)
        assert gone.keys() - problem["properties"].keys()

    def test_points_at_nothing_that_is_missing(self, desk):
        document = desk.get("/openapi.json")
        body = document.get_json()
        for name in set(re.findall(r'"\$ref": ?"#/components/([^"]+)"', document.get_data(as_text=True))):
            place = body["components"]
            for part in name.split("/"):
                place = place[part]
            assert place


class TestAnswers:
    def test_are_what_is_declared(self, desk, subtests):
        ban = BanFactory()
        filed = desk.file(ban).get_json()
        record = filed["id"]
        verified = desk.act("verification", record).get_json()
        seal()
        made = desk.check(bidder(ban)).get_json()
        receipt = desk.get(f"/checks/{made['id']}/receipt", "centre").get_data()
        taken = desk.ask("POST", "/api/v1/penalties/imports", "clerk", json=[filing()]).get_json()
        watch = {
            "tender": {"code": "a", "sector": "procurement"}, "parties": [{"ref": "1", **bidder(ban)}],
            "until": "2999-01-01", "after": 0,
        }  # fmt: skip
        watched = desk.ask("POST", "/api/v1/watches", "centre", json=watch).get_json()
        advance()
        listed = "/api/v1/checks/files?sector=procurement"
        listed = desk.ask("POST", listed, "centre", data=b"name\n\xe7\x94\xb2\n").get_json()
        imported = f"/penalties/imports/{taken['id']}"
        applied = desk.ask("POST", "/api/v1/disputes", json=dispute(record, ban)).get_json()
        for schema, answer in (
            (ReliefAnswer, applied),
            (ReliefAnswer, desk.get(f"/reliefs/{applied['number']}").get_json()),
            (ReliefAnswer, desk.ask("PUT", f"/api/v1/reliefs/{applied['number']}/cancellation").get_json()),
            (PenaltyAnswer, filed),
            (VerifiedPenaltyAnswer, verified),
            (PenaltyAnswer, desk.get(f"/penalties/{record}", "clerk").get_json()),
            (PenaltyPage, desk.get("/penalties", "clerk").get_json()),
            (RecordPage, desk.get("/records").get_json()),
            (RecordPage, desk.get(f"/records/{record}/history").get_json()),
            (ChangesPage, desk.get("/changes").get_json()),
            (CheckAnswer, made),
            (CheckAnswer, desk.get(f"/checks/{made['id']}", "centre").get_json()),
            (WatchAnswer, watched),
            (WatchPage, desk.get("/watches", "centre").get_json()),
            (WatchWithEvents, desk.get(f"/watches/{watched['id']}", "centre").get_json()),
            (CheckFileAnswer, listed),
            (CheckFileAnswer, desk.get(f"/checks/files/{listed['id']}", "centre").get_json()),
            (ReceiptAnswer, desk.ask("POST", "/api/v1/receipts/verification", data=receipt).get_json()),
            (ProofAnswer, desk.get("/ledger/proofs/inclusion?entry=1&size=1").get_json()),
            (ProofAnswer, desk.get("/ledger/proofs/consistency?from=1&to=1").get_json()),
            (CoverAnswer, desk.get("/ledger/proofs/cover?entry=1").get_json()),
            (ImportAnswer, taken),
            (ImportAnswer, desk.get(imported, "clerk").get_json()),
            (VerifiedAnswer, desk.ask("PUT", f"/api/v1{imported}/verification", "verifier").get_json()),
            (DeadlinePage, desk.get("/deadlines", "clerk").get_json()),
            (ItemsAnswer, desk.get("/audit", "auditor").get_json()),
            (StatisticsAnswer, desk.get("/statistics").get_json()),
        ):
            with subtests.test(f"{schema.__name__} {sorted(answer)}"):
                assert schema(unknown=RAISE).validate(answer) == {}

    def test_of_public_lists_come_with_source_and_validator(self, desk, subtests):
        for name in sorted(PUBLIC):
            path = name.removeprefix("GET /api/v1")
            if path in (
                "/sectors",
                "/behaviours",
                "/schemes",
                "/measures",
                "/policies",
                "/catalogue",
                "/penalty-kinds",
                "/time-limits",
                "/thresholds",
                "/id-types",
                "/relation-kinds",
                "/same-tender",
                "/list-effects",
            ):
                with subtests.test(path):
                    answer = desk.get(path)
                    assert answer.get_json()["items"]
                    assert all(item["source"] and item["status"] for item in answer.get_json()["items"])
                    again = desk.get(path, headers={"If-None-Match": answer.headers["ETag"]})
                    assert again.status_code == 304
                    assert desk.get(f"{path}?color=red").status_code == 422

    def test_of_a_year_without_calendar_are_absent(self, desk):
        assert desk.get("/calendar/2026").get_json()["items"][0]["holidays"]
        for year in ("1900", "2999", "9" * 30):
            assert desk.get(f"/calendar/{year}").status_code == 404

    def test_that_refuse_are_problems(self, desk, subtests):
        for method, path, status in (
            ("GET", "/api/v1/nothing", 404),
            ("DELETE", "/api/v1/records", 405),
            ("GET", "/api/v1/records/%00", 404),
            ("GET", "/api/v1/records/" + "a" * 5000, 404),
            ("GET", "/api/v1/records/%ED%A0%80", 404),
            ("POST", "/api/v1/checks", 401),
            ("GET", "/api/v1/records?on=x", 422),
        ):
            with subtests.test(f"{method} {path[:40]}"):
                answer = desk.ask(method, path)
                assert answer.status_code == status
                assert answer.content_type == "application/problem+json"
                assert {"type", "status", "code", "title"} <= set(answer.get_json())
