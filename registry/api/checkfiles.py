"""Routes of check files: upload a file of parties, read its progress, cancel it, download the result."""

import io
from typing import Any

from flask import Response, send_file
from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.check import CheckFileAnswer, CheckFileQuery
from registry.api.wire import Blueprint, read_upload
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
    """Upload a file of parties as the request body (or as the multipart field `file`); the worker answers it."""
    data, filename = read_upload(query["filename"])
    mapping = tuple(filter(None, query["mapping"].split(";")))
    stated = batch_check.BatchRequest(**query | {"filename": filename[:200], "mapping": mapping})
    body: dict[str, Any] = runtime.perform(
        actor(), lambda work: _describe_file(work.session, batch_check.receive(work, data, stated))
    )
    return body


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, CheckFileAnswer)
def get_file(number: str) -> dict[str, Any]:
    """Progress of a check file, and the checks that answer it."""
    with runtime.reading() as session:
        return _describe_file(session, batch_checks.own(session, actor().department_id, number))


@blueprint.route("/<number>/cancellation", methods=["PUT"])
@allow(Permission.CHECK_MAKE)
@blueprint.response(200, CheckFileAnswer)
def cancel(number: str) -> dict[str, Any]:
    """Cancel a check file; what was answered stays."""
    body: dict[str, Any] = runtime.perform(
        actor(), lambda work: _describe_file(work.session, batch_check.cancel(work, number))
    )
    return body


@blueprint.route("/<number>/result.xlsx", methods=["GET"])
@allow(Permission.CHECK_MAKE, reads="check-file.read")
@blueprint.response(200, content_type=XLSX)
def result(number: str) -> Response:
    """The answers as a workbook: one row per party, the unanswerable ones too."""
    out = io.BytesIO()
    with runtime.reading() as session:
        batch_check.write_workbook(
            session, runtime.keys(), batch_checks.own(session, actor().department_id, number), out
        )
    out.seek(0)
    response = send_file(out, XLSX, as_attachment=True, download_name=f"checks-{number}.xlsx")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _describe_file(session: Session, check_file: CheckFile) -> dict[str, Any]:
    is_running = check_file.state == batch_check.RUNNING
    checks = [
        {
            "id": check.id,
            "number": check.number,
            "parties": check.parties,
            "receipt": f"/api/v1/checks/{check.id}/receipt",
        }
        for check in batch_checks.checks(session, check_file.id)
    ]
    return {
        "id": check_file.id,
        "state": check_file.state,
        "failed_because": check_file.failed_because,
        "total": check_file.total,
        "done": check_file.next_row,
        "unchecked": check_file.unchecked,
        "entry": check_file.entry,
        "on": check_file.on_day.isoformat(),
        "result": None if is_running else f"/api/v1/checks/files/{check_file.id}/result.xlsx",
        "checks": checks,
    }
