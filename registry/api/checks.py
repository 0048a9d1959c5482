"""Routes of award checks: check bidders, read a check again, download its receipt."""

import json
from typing import Any

from flask import Response

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.check import CheckAnswer, CheckRequest, PrintQuery, ReceiptQuery
from registry.api.wire import BYTES, Blueprint, create_once
from registry.domain.checks import receipts
from registry.domain.permissions import Permission
from registry.printing import receipt_pdf
from registry.queries.checks import stored_checks
from registry.services.checks import award_check, evaluation
from registry.services.checks.request import Inquiry, Party
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("checks", __name__, url_prefix="/api/v1/checks", description="授标前核查")
RECEIPT = {"type": "object", "description": "canonical JSON; take the bytes as they are"}


@blueprint.route("", methods=["POST"])
@allow(Permission.CHECK_MAKE)
@blueprint.arguments(CheckRequest)
@blueprint.response(201, CheckAnswer)
def create(body: dict[str, Any]) -> Response:
    """Check the parties of a tender; the signed receipt proves the answer later."""

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        return _describe_check(award_check.check(work, inquiry_of(work, body))), 201

    response = create_once(actor(), act, award_check.record_failure)
    response.headers["Location"] = f"/api/v1/checks/{json.loads(response.get_data())['id']}"
    return response


@blueprint.route("/<check>", methods=["GET"])
@allow(Permission.CHECK_MAKE, reads="check.read")
@blueprint.response(200, CheckAnswer)
def get_check(check: str) -> dict[str, Any]:
    """A check this trading centre made."""
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, actor().department_id, check)
    return _describe_check(award_check.unseal(runtime.keys(), stored))


@blueprint.route("/<check>/receipt", methods=["GET"])
@blueprint.route("/<check>/receipt.json", methods=["GET"], endpoint="receipt_json")
@allow(Permission.CHECK_MAKE, reads="check.read")
@blueprint.arguments(ReceiptQuery, location="query")
@blueprint.response(200, RECEIPT)
def receipt(query: dict[str, Any], check: str) -> Response:
    """The receipt, the same bytes every time; with ``ref`` the line of that party alone, still proven."""
    data = _load_receipt(check)
    if query["ref"] is not None:
        return _build_download(receipts.excerpt(data, query["ref"]), "application/json", f"receipt-{check}-line.json")
    return _build_download(data, "application/json", f"receipt-{check}.json")


@blueprint.route("/<check>/receipt.pdf", methods=["GET"])
@allow(Permission.CHECK_MAKE, reads="check.read")
@blueprint.arguments(PrintQuery, location="query")
@blueprint.response(200, BYTES, content_type="application/pdf")
def get_receipt_pdf(query: dict[str, Any], check: str) -> Response:
    """The receipt to read and print, in Chinese or with ``lang=en`` in English. The proof is the JSON, which it carries
    as an attachment, the same in both."""
    settings = runtime.settings()
    printed = receipt_pdf.render(_load_receipt(check), settings.base_url, settings.pdf_font, query["lang"])
    return _build_download(printed, "application/pdf", f"receipt-{check}.pdf")


@blueprint.route("/<check>/sheet.pdf", methods=["GET"])
@allow(Permission.CHECK_MAKE, reads="check.read")
@blueprint.arguments(PrintQuery, location="query")
@blueprint.response(200, BYTES, content_type="application/pdf")
def get_sheet(query: dict[str, Any], check: str) -> Response:
    """The sheet for the evaluation file, in Chinese or with ``lang=en`` in English: tender, summary, the decisions
    on reviews, lines to sign on. It carries the receipt and the signed decisions, the same in both."""
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, actor().department_id, check)
        signed = award_check.unseal(runtime.keys(), stored)
        printed = evaluation.print_sheet(session, runtime.keys(), runtime.settings(), signed, query["lang"])
    return _build_download(printed, "application/pdf", f"sheet-{check}.pdf")


def _load_receipt(check: str) -> bytes:
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, actor().department_id, check)
    return award_check.unseal(runtime.keys(), stored).receipt


def _build_download(content: bytes, content_type: str, name: str) -> Response:
    response = Response(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def inquiry_of(work: UnitOfWork, body: dict[str, Any]) -> Inquiry:
    """The inquiry from a body with a tender and parties; without ``on`` and ``known_at`` as of today and the head."""
    tender = body["tender"]
    return Inquiry(
        tender={name: tender[name] for name in ("code", "name", "product") if tender.get(name)},
        sector=tender["sector"],
        must_tender=tender["must_tender"],
        project=tender["project"],
        district=tender["district"],
        on=body.get("on") or work.today,
        known_at=body.get("known_at"),
        parties=[Party(**party) for party in body["parties"]],
    )


def _describe_check(signed: award_check.SignedCheck) -> dict[str, Any]:
    check, statement = signed.check, json.loads(signed.receipt)["statement"]
    verdicts = [
        {name: value for name, value in line.items() if name not in ("salt", "id_tag")} for line in statement["lines"]
    ]
    return {
        "id": check.id,
        "number": check.number,
        "entry": check.entry,
        "on": check.on_day.isoformat(),
        "complete": statement["complete"],
        "stale": statement["stale"],
        "previous": statement.get("previous"),
        "verdicts": verdicts,
        "receipt": f"/api/v1/checks/{check.id}/receipt",
        "tender_salt": signed.tender_salt,
    }
