"""Pages to check a long list: upload a file, watch it being answered, cancel it, take the answers as a workbook."""

import io

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.checks.model import PROJECTS
from registry.domain.labels import PROJECT_NAMES
from registry.domain.permissions import Permission
from registry.errors import Fault, Refusal
from registry.printing.evaluation_sheet import beijing_time
from registry.queries.checks import batch_checks
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.services.checks import batch_check
from registry.services.checks.batch_check import CHUNK, RUNNING, BatchRequest
from registry.serving import access_trail
from registry.tabular.annotated import XLSX
from registry.web import forms
from registry.web.blueprint import today
from registry.web.centre import check_form
from registry.web.centre.check_form import UNSAID
from registry.web.centre.check_pages import download
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

FILES_SHOWN = 50
FILENAME_MAX = 200
_STATES = {"running": "正在核查", "finished": "核查完毕", "cancelled": "已取消", "failed": "不能核查"}
_SEE_OTHER = 303
add_navigation("private.check_files", "成批核查")


@private.get("/centre/files")
@desk_page(Permission.CHECK_MAKE)
def check_files() -> Response:
    """The newest files of the centre, and the form to upload one."""
    return _render_form()


@private.post("/centre/files")
@desk_page(Permission.CHECK_MAKE)
def upload_check_file() -> ResponseReturnValue:
    """Upload a list; a short one is answered at once, a long one by the worker, and the page may be closed."""
    actor, file = current_account(), request.files.get("file")
    try:
        data = file.stream.read() if file else b""
        batch_request = _typed_request(file.filename or "" if file else "", is_file=bool(data))
        stored = runtime.perform(actor, lambda work: batch_check.receive(work, data, batch_request))
    except Refusal as error:
        return _render_form(error)
    if stored.total <= CHUNK:
        batch_check.run(lambda act: runtime.perform(actor, act), actor, stored.id)
    return redirect(url_for("private.check_file", number=stored.id), _SEE_OTHER)


@private.get("/centre/files/<number>")
@desk_page(Permission.CHECK_MAKE)
def check_file(number: str) -> Response:
    """How far a file is answered, and the checks that answer it."""
    account = current_account()
    with runtime.reading() as session:
        row = batch_checks.own(session, account.department_id, number)
        stated = batch_check.request_of(runtime.keys(), row)
        checks = batch_checks.checks(session, row.id)
        sector = reference_data.current(session).names("sectors").get(stated.sector, stated.sector)
    access_trail.note_reading(account, "check-file.read", number)
    return render_private(
        "centre/file.html",
        file=row,
        state=_STATES[row.state],
        is_running=row.state == RUNNING,
        filename=stated.filename,
        tender=stated.tender or "",
        sector=sector,
        checks=checks,
        made_at=beijing_time(row.created_at),
    )


@private.post("/centre/files/<number>/cancellation")
@desk_page(Permission.CHECK_MAKE)
def cancel_check_file(number: str) -> ResponseReturnValue:
    """Answer no more of a file; what was answered stays."""
    runtime.perform(current_account(), lambda work: batch_check.cancel(work, number))
    return redirect(url_for("private.check_file", number=number), _SEE_OTHER)


@private.get("/centre/files/<number>/result.xlsx")
@desk_page(Permission.CHECK_MAKE)
def check_file_result(number: str) -> Response:
    """The answers as a workbook: one row for each party, those that could not be checked too."""
    account, out = current_account(), io.BytesIO()
    with runtime.reading() as session:
        row = batch_checks.own(session, account.department_id, number)
        batch_check.write_workbook(session, runtime.keys(), row, out)
    access_trail.note_reading(account, "check-file.read", number)
    return download(out.getvalue(), XLSX, f"checks-{number}.xlsx")


def _typed_request(filename: str, *, is_file: bool) -> BatchRequest:
    """The request of the form; refuses ``BodyRefused`` with every question that is open."""
    words = {name: request.form.get(name, "").strip() for name in check_form.QUESTIONS}
    # A long list need not be of a tender: without one its checks are not linked to others.
    faults = [fault for fault in check_form.question_faults(words) if fault.code != "code-missing"]
    if not is_file:
        faults.append(Fault("/file", "required", "请选择一个文件"))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    pairs = zip(request.form.getlist("heading"), request.form.getlist("meaning"), strict=False)
    return BatchRequest(
        sector=words["sector"],
        district=words["district"] or None,
        must_tender=check_form.MUST_TENDER[words["must_tender"]],
        tender=words["code"] or None,
        filename=filename[:FILENAME_MAX],
        project=None if words["project"] == UNSAID else words["project"],
        mapping=tuple(f"{heading.strip()}={meaning}" for heading, meaning in pairs if heading.strip() and meaning),
    )


def _render_form(error: Refusal | None = None) -> Response:
    with runtime.reading() as session:
        rows = batch_checks.newest(session, current_account().department_id, FILES_SHOWN)
        reference = reference_data.current(session)
        sectors, districts = reference.rows("sectors", today()), reference.names("districts")
        return render_private(
            "centre/files.html",
            error.status if error else 200,
            files=[(row, _STATES[row.state], beijing_time(row.created_at)) for row in rows],
            typed=request.form,
            sectors=[(row.code, row.name) for row in sectors],
            districts=districts,
            projects=[(code, PROJECT_NAMES[code]) for code in PROJECTS],
            meanings=list(check_form.COLUMNS.items()),
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )
