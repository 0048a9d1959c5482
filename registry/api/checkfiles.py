"""Routes of files of parties: hand one in, see how far it is, cancel it, fetch the result."""

import io
from typing import Any

from flask import Response, send_file
from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.check import CheckFileAnswer, CheckFileQuery
from registry.api.wire import Blueprint, uploaded
from registry.domain.permissions import Permission
from registry.models import CheckFile
from registry.queries.checks import batch_checks
from registry.services.checks import batch_check

blueprint = Blueprint("check files", __name__, url_prefix="/api/v1/checks/files", description="成批核查")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.route("", methods=["POST"])
@allow(Permission.CHECK_MAKE)
@blueprint.arguments(CheckFileQuery, location="query")
@blueprint.response(202, CheckFileAnswer)
def receive(query: dict[str, Any]) -> dict[str, Any]:
    """Hand in a file of parties as the request body (or as the multipart field `file`); the worker answers it."""
    data, filename = uploaded(query["filename"])
    stated = batch_check.BatchRequest(**query | {"filename": filename[:200]})
    body: dict[str, Any] = runtime.perform(
        actor(), lambda work: _view(work.session, batch_check.receive(work, data, stated))
    )
    return body


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, CheckFileAnswer)
def get_file(number: str) -> dict[str, Any]:
    """How far a file is, and the checks that answer it."""
    with runtime.reading() as session:
        return _view(session, batch_checks.own(session, actor().department_id, number))


@blueprint.route("/<number>/cancellation", methods=["PUT"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, CheckFileAnswer)
def cancel(number: str) -> dict[str, Any]:
    """Answer no more of a file; what was answered stays."""
    body: dict[str, Any] = runtime.perform(actor(), lambda work: _view(work.session, batch_check.cancel(work, number)))
    return body


@blueprint.route("/<number>/result.xlsx", methods=["GET"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, content_type=XLSX)
def result(number: str) -> Response:
    """The answers as a workbook: one row per party, the unanswerable ones too."""
    out = io.BytesIO()
    with runtime.reading() as session:
        batch_check.write(session, runtime.keys(), batch_checks.own(session, actor().department_id, number), out)
    out.seek(0)
    response = send_file(out, XLSX, as_attachment=True, download_name=f"checks-{number}.xlsx")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _view(session: Session, held: CheckFile) -> dict[str, Any]:
    is_running = held.state == batch_check.RUNNING
    checks = [
        {
            "id": one.id,
            "number": one.number,
            "parties": one.parties,
            "receipt": f"/api/v1/checks/{one.id}/receipt",
        }
        for one in batch_checks.checks(session, held.id)
    ]
    return {
        "id": held.id,
        "state": held.state,
        "failed_because": held.failed_because,
        "total": held.total,
        "done": held.next_row,
        "unchecked": held.unchecked,
        "entry": held.entry,
        "on": held.on_day.isoformat(),
        "result": None if is_running else f"/api/v1/checks/files/{held.id}/result.xlsx",
        "checks": checks,
    }
