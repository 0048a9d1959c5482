"""Pages of other authorities' lists: upload a file, see what it would change, verify it or send it back."""

from flask import Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import case_labels, literals
from registry.domain.filing import columns, list_columns
from registry.domain.filing.reading import CONFIRMABLE
from registry.domain.permissions import Permission
from registry.errors import Fault, NotFound, Refusal
from registry.models import ListAdoption
from registry.queries.cases import adoptions
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.refusals.procedure import AdoptionUnknown
from registry.services.cases import annotation, list_adoption, list_verification
from registry.services.cases.list_adoption import ListFileFacts
from registry.serving import access_trail
from registry.web import forms
from registry.web.blueprint import today
from registry.web.desk import files
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

LISTS_PER_PAGE = 50
CHANGES_PER_PAGE = 100
FINDINGS_SHOWN = 200
REASON_MAX = 2000
_SEE_OTHER = 303


@private.get("/desk/adopted-lists")
@desk_page(Permission.LISTING_READ)
def adopted_lists() -> Response:
    """The files of lists that the department took in, the newest first, and the form to upload one."""
    return _render_lists()


@private.post("/desk/adopted-lists")
@desk_page(Permission.LISTING_DRAFT)
def upload_list() -> Response | Redirect:
    """Upload a file of a list: its rows are read, and wait for another officer."""
    actor, file = current_account(), request.files.get("file")
    try:
        data = file.stream.read() if file else b""
        if file is None or not data:
            raise BodyRefused(faults=(Fault("/file", "required", "请选择一个文件"),))
        facts, filename = _typed_facts(), file.filename or ""
        number = runtime.perform(actor, lambda work: list_adoption.store_adoption(work, data, filename, facts).id)
    except Refusal as error:
        return _render_lists(error)
    with runtime.reading() as session:
        is_short = _own(session, number).total <= list_adoption.CHUNK
    if is_short:  # what one transaction can do is done at once; the worker does longer files
        list_adoption.run(lambda act: runtime.perform(actor, act), actor, number)
    return redirect(url_for(".adopted_list", number=number), _SEE_OTHER)


@private.get("/desk/adopted-lists/<number>")
@desk_page(Permission.LISTING_READ)
def adopted_list(number: str) -> Response:
    """How far a file is, what was said of its rows, and what it changes record by record."""
    return _render_list(_parse_number(number))


@private.get("/desk/adopted-lists/<number>/workbook")
@desk_page(Permission.LISTING_DRAFT)
def annotated_list(number: str) -> Response:
    """The file as it was uploaded, with every finding at its cell."""
    adoption_id = _parse_number(number)
    answer = runtime.perform(current_account(), lambda work: annotation.annotated_adoption(work, adoption_id))
    return files.send(answer, f"list-{adoption_id}")


@private.post("/desk/adopted-lists/<number>/verification")
@desk_page(Permission.LISTING_PUBLISH)
def verify_list(number: str) -> Response | Redirect:
    """Verify another officer's list, so many records at once; the page says how many wait for the next time."""
    require_recent_sign_in()
    adoption_id = _parse_number(number)
    try:
        change = runtime.perform(current_account(), lambda work: list_verification.verify(work, adoption_id))
    except NotFound:
        raise
    except Refusal as error:
        return _render_list(adoption_id, error)
    flash(f"新列入 {len(change.came)} 条，更改 {len(change.changed)} 条，移出 {len(change.left)} 条。")
    return redirect(url_for(".adopted_list", number=number), _SEE_OTHER)


@private.post("/desk/adopted-lists/<number>/return")
@desk_page(Permission.LISTING_PUBLISH)
def return_list(number: str) -> Response | Redirect:
    """Send another officer's list back with the reason."""
    adoption_id, reason = _parse_number(number), request.form.get("reason", "").strip()
    try:
        if not 0 < len(reason) <= REASON_MAX:
            raise BodyRefused(faults=(Fault("/reason", "required", "请写明退回的理由"),))
        runtime.perform(current_account(), lambda work: list_verification.send_back(work, adoption_id, reason))
    except NotFound:
        raise
    except Refusal as error:
        return _render_list(adoption_id, error)
    return redirect(url_for(".adopted_list", number=number), _SEE_OTHER)


def _typed_facts() -> ListFileFacts:
    """What is stated of the file; refuses ``BodyRefused`` by field. A heading is told a meaning on the page of its
    refusal, and the department's next files are read so too."""
    form = request.form
    day, faults = None, []
    try:
        day = literals.iso_day(form.get("as_of", "").strip()) if form.get("as_of", "").strip() else None
    except ValueError:
        faults.append(Fault("/as_of", "date-malformed", "名单的日期写作 2026-05-06"))
    if not form.get("scheme"):
        faults.append(Fault("/scheme", "required", "请选择名单"))
    if form.get("extent") not in ("full", "part"):
        faults.append(Fault("/extent", "required", "请选择文件是不是整个名单"))
    if faults:
        raise BodyRefused(faults=tuple(faults))
    mapping = dict(zip(form.getlist("heading"), form.getlist("meaning"), strict=False))
    return ListFileFacts(
        form["scheme"],
        day,
        form["extent"] == "full",
        form.get("source", "").strip(),
        {heading.strip(): meaning for heading, meaning in mapping.items() if heading.strip() and meaning},
        tuple(form.getlist("confirmed")),
    )


def _render_lists(error: Refusal | None = None) -> Response:
    actor = current_account()
    below = literals.row_number(request.args.get("below", ""))
    with runtime.reading() as session:
        reference = reference_data.current(session)
        rows = adoptions.newest(session, actor.department_id, below, LISTS_PER_PAGE + 1)
        schemes = [(row.code, row.name) for row in reference.schemes(today())]
        names = reference.names("schemes")
        return render_private(
            "desk/adopted_lists.html",
            error.status if error else 200,
            adoptions=rows[:LISTS_PER_PAGE],
            following=rows[LISTS_PER_PAGE - 1].id if len(rows) > LISTS_PER_PAGE else None,
            schemes=schemes,
            names=names,
            doubts=[(code, case_labels.DOUBTS[code]) for code in CONFIRMABLE],
            meanings=[(name, columns.CHINESE.get(name, name)) for name in list_columns.FIELDS],
            typed=request.form,
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )


def _render_list(adoption_id: int, error: Refusal | None = None) -> Response:
    after = literals.row_number(request.args.get("after", "")) or 0
    actor = current_account()
    with runtime.reading() as session:
        adoption = _own(session, adoption_id)
        found = adoptions.findings(session, adoption_id)
        changes = adoptions.changes(session, adoption, after, CHANGES_PER_PAGE + 1)
        response = render_private(
            "desk/adopted_list.html",
            error.status if error else 200,
            adoption=adoption,
            name=reference_data.current(session).names("schemes").get(adoption.scheme, adoption.scheme),
            leaving=adoptions.count_leaving(session, adoption),
            waiting=adoptions.count(session, adoptions.waiting(adoption)),
            findings=found[:FINDINGS_SHOWN],
            finding_count=len(found),
            changes=changes[:CHANGES_PER_PAGE],
            following=changes[CHANGES_PER_PAGE - 1].number if len(changes) > CHANGES_PER_PAGE else None,
            may_judge=actor.may(Permission.LISTING_PUBLISH) and actor.account_id != adoption.account_id,
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )
    access_trail.note_reading(actor, "adoption.read", str(adoption_id))
    return response


def _own(session: Session, adoption_id: int) -> ListAdoption:
    return adoptions.of_department(session, current_account().department_id, adoption_id)


def _parse_number(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise AdoptionUnknown()
    return number
