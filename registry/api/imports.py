"""Routes of penalty imports: upload a file, read its progress, verify what it filed."""

from functools import partial
from typing import Any

from flask import Response
from marshmallow import fields, validate

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.base import StrictSchema, Whole
from registry.api.wire import Blueprint, read_upload, respond_with_workbook
from registry.domain import literals
from registry.domain.filing.reading import parse_mapping
from registry.domain.permissions import Permission
from registry.errors import Refusal
from registry.models import PenaltyImport
from registry.queries.cases import penalties
from registry.refusals.acts import ImportUnknown
from registry.services.cases import annotation, penalty_import, penalty_verification
from registry.tabular.annotated import XLSX
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("imports", __name__, url_prefix="/api/v1/penalties/imports", description="成批报送")
PAGE = 100


class ImportQuery(StrictSchema):
    """Values stated for the whole file. `mapping`: what headings mean, `罚款金额=fine:元;案件状态=-` (- keeps nothing
    of a column); it is remembered for the department. `confirm`: `row-hidden`, `struck-through`, `text-unseen`,
    `row-set-apart`, divided by commas."""

    sectors = fields.String(load_default="")
    district = fields.String(load_default=None)
    authority_code = fields.String(load_default=None)
    filename = fields.String(load_default="")
    mapping = fields.String(load_default="")
    confirm = fields.String(load_default="")


class ImportAnswer(StrictSchema):
    """Progress of a file: ``running`` or ``finished``; findings name row, column, code and reason, and in a workbook
    sheet and cell. Row 0 is the file. ``unchanged`` rows are on file already with the very same facts.
    """

    id = fields.String()
    state = fields.String()
    total = fields.Integer()
    done = fields.Integer()
    filed = fields.Integer()
    unchanged = fields.Integer()
    refused = fields.Integer()
    findings = fields.List(fields.Dict())


class VerificationQuery(StrictSchema):
    """What becomes of filings in which something deserves a look: taken like the others, or left to be looked at."""

    attention = fields.String(load_default="take", validate=validate.OneOf(("take", "leave")))


class VerifiedAnswer(StrictSchema):
    """How many were verified, which were refused, and how many still wait behind them (500 stands for more)."""

    verified = fields.Integer()
    refused = fields.List(fields.Dict())
    waiting = Whole()


def _describe_import(import_row: PenaltyImport) -> dict[str, Any]:
    return {
        "id": str(import_row.id),
        "state": import_row.state,
        "total": import_row.total,
        "done": import_row.next_row,
        "filed": import_row.filed,
        "unchanged": import_row.unchanged,
        "refused": import_row.refused,
    }


def _parse_number(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise ImportUnknown()
    return number


@blueprint.route("", methods=["POST"])
@allow(Permission.PENALTY_FILE)
@blueprint.arguments(ImportQuery, location="query")
@blueprint.response(202, ImportAnswer)
def receive(query: dict[str, Any]) -> dict[str, Any]:
    """Upload a file of penalties as the request body (or as the multipart field `file`); the worker files its rows."""
    data, filename = read_upload(query["filename"])
    sectors = tuple(part for part in query["sectors"].split(",") if part)
    mapping = parse_mapping(query["mapping"].split(";"))
    confirmed = tuple(part for part in query["confirm"].split(",") if part)
    options = penalty_import.Options(sectors, query["district"], query["authority_code"], mapping, confirmed)
    body: dict[str, Any] = runtime.perform(
        actor(), lambda work: _describe_import(penalty_import.store_import(work, data, filename, options))
    )
    return body


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.PENALTY_FILE)
@blueprint.response(200, ImportAnswer)
def get_import(number: str) -> dict[str, Any]:
    """Progress of an import, and every refusal and note by row and column."""
    with runtime.reading() as session:
        import_row = penalty_import.import_of_account(session, actor().account_id, _parse_number(number))
        findings = penalty_import.findings(session, import_row.id)
        items = [
            {
                "row": finding.row_number,
                "column": finding.column,
                "kind": finding.kind,
                "code": finding.code,
                "detail": finding.detail,
                "sheet": finding.sheet,
                "cell": finding.cell,
            }
            for finding in findings
        ]
        return _describe_import(import_row) | {"findings": items}


@blueprint.route("/<number>/workbook", methods=["GET"])
@allow(Permission.PENALTY_FILE)
@blueprint.response(200, content_type=XLSX)
def get_workbook(number: str) -> Response:
    """The file as it was uploaded with every finding at its cell; of CSV, XML and JSON a workbook of the table."""
    import_id = _parse_number(number)
    answer = runtime.perform(actor(), lambda work: annotation.annotated_import(work, import_id))
    return respond_with_workbook(answer, f"import-{number}")


@blueprint.route("/<number>/verification", methods=["PUT"])
@allow(Permission.PENALTY_VERIFY)
@blueprint.arguments(VerificationQuery, location="query")
@blueprint.response(200, VerifiedAnswer)
def verify(query: dict[str, Any], number: str) -> dict[str, Any]:
    """Verify what the file filed, up to 500 a call; call again while some wait.

    What deserves a look is listed first by `GET /penalties?state=filed&import=…`; with `attention=leave` it is left.
    """
    import_id = _parse_number(number)
    leaves = query["attention"] == "leave"
    body: dict[str, Any] = runtime.perform(actor(), lambda work: _verify_import(work, import_id, leaves=leaves))
    return body


def _verify_import(work: UnitOfWork, import_id: int, *, leaves: bool) -> dict[str, Any]:
    """Verify page by page past what is refused, so that it holds up nothing behind it and counts as waiting no more."""
    verified, refused, last = 0, [], ""
    department_id = work.actor.department_id
    waiting = partial(penalties.awaiting, work.session, department_id, import_id, leave_attention=leaves)
    while verified <= penalty_import.CHUNK - PAGE and (page := waiting(PAGE, last)):
        outcomes = zip(page, penalty_verification.verify(work, page), strict=True)
        faults = [
            {
                "id": record,
                "code": outcome.code,
                "detail": "；".join([outcome.title, *(fault.detail for fault in outcome.faults)]),
            }
            for record, outcome in outcomes
            if isinstance(outcome, Refusal)
        ]
        verified += len(page) - len(faults)
        refused += faults
        last = page[-1]
    return {"verified": verified, "refused": refused, "waiting": len(waiting(penalty_import.CHUNK, last))}
