"""Pages of a check: make one, read its answer, take its receipt and sheet, compare two of one tender."""

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.checks.model import PROJECTS
from registry.domain.labels import PROJECT_NAMES, ROLES
from registry.domain.permissions import Permission
from registry.errors import Invalid, Refusal
from registry.models import Check
from registry.printing.evaluation_sheet import beijing_time
from registry.queries.checks import stored_checks
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused, CheckUnknown, TooManyParties
from registry.services.checks import award_check, evaluation, review_decisions
from registry.services.checks.award_check import SignedCheck
from registry.serving import access_trail
from registry.tabular.parties import PartiesFile
from registry.unit_of_work import UnitOfWork
from registry.web.blueprint import present_moment, today
from registry.web.centre import check_form, results
from registry.web.centre.check_form import UNSAID, CheckForm
from registry.web.formatting import plain
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

LOOKS_MAX = 50
_SEE_OTHER = 303
_MUST_TENDER_FORM = {True: "yes", False: "no", None: UNSAID}
add_navigation("private.new_check", "新核查")


@private.get("/centre/checks/new")
@desk_page(Permission.CHECK_MAKE)
def new_check() -> Response:
    """The form of a new check, empty or filled from an earlier check of the same tender."""
    earlier = request.args.get("earlier", "")
    if not earlier:
        return _render_form(CheckForm(dict.fromkeys(check_form.QUESTIONS, "")))
    signed, _ = _open_check(earlier)
    return _render_form(_form_of(signed), file=PartiesFile([]))


@private.post("/centre/checks/new")
@desk_page(Permission.CHECK_MAKE)
def create_check() -> ResponseReturnValue:
    """Make a check; a list with something to be said about it is shown first."""
    form = check_form.read_form(runtime.keys().vault)
    file: PartiesFile | None = None
    try:
        file = check_form.read_parties(form)
        if len(file.rows) > runtime.settings().check_parties_max:
            raise TooManyParties("更长的名单请到“成批核查”上传文件。")
        faults = (*check_form.question_faults(form.words), *check_form.row_faults(file))
        if faults:
            raise BodyRefused(faults=faults)
        if check_form.about(file) and not form.is_confirmed:
            return _render_form(form, file=file)
        rows = [row.cells for row in file.rows]
        check = runtime.perform(current_account(), partial(_check, form, rows), award_check.record_failure)
    except Invalid as refusal:
        return _render_form(form, file=file, error=refusal)
    return redirect(url_for("private.show_check", check=check), _SEE_OTHER)


def _check(form: CheckForm, rows: Sequence[Mapping[str, str]], work: UnitOfWork) -> str:
    return award_check.check(work, check_form.build_inquiry(work, form.words, rows)).check.id


def _form_of(signed: SignedCheck) -> CheckForm:
    """The questions and parties of an earlier check. Numbers of persons are not kept: they are to be typed again."""
    tender, statement = award_check.tender_of(runtime.keys(), signed.check), signed.statement
    words = {
        "code": tender.get("code", ""),
        "name": tender.get("name", ""),
        "sector": statement["sector"],
        "project": statement.get("project", UNSAID),
        "must_tender": _MUST_TENDER_FORM[statement["must_tender"]],
        "district": statement["district"] or "",
    }
    rows = [
        {name: str(line[name]) for name in check_form.CELLS if name in line}
        | {"role": line["role"]}
        | ({"id_number": ""} if "id_last4" in line else {})
        for line in statement["lines"]
    ]
    return CheckForm(words, rows=rows)


def _render_form(form: CheckForm, file: PartiesFile | None = None, error: Refusal | None = None) -> Response:
    with runtime.reading() as session:
        reference = reference_data.current(session)
        sectors, districts = reference.rows("sectors", today()), reference.names("districts")
        id_types = reference.names("id_types")
    faults = check_form.faults_by_cell(error.faults) if error else {}
    rows = form.rows or ([row.cells for row in file.rows] if file else [])
    can_edit = 0 < len(rows) <= check_form.ROWS_MAX
    lines = check_form.find_headings(form) if error and not rows else []
    return render_private(
        "centre/check_form.html",
        error.status if error else 200,
        words=plain(dict(form.words)),
        pasted=form.pasted,
        rows=rows if can_edit else [],
        columns=_columns(rows, faults),
        is_number_lost=any(row.get("id_number") == "" for row in rows),
        kept=check_form.keep_file(runtime.keys().vault, form.file) if not can_edit else "",
        file_bytes=len(form.file),
        lines=lines,
        meanings=[check_form.guess_meaning(heading, form.mapping) for heading in (lines[0] if lines else [])],
        notes=check_form.about(file) if file else [],
        error=error,
        faults=faults,
        sectors=[(row.code, getattr(row, "name", row.code)) for row in sectors],
        districts=districts,
        id_types=id_types,
        projects=[(code, PROJECT_NAMES[code]) for code in PROJECTS],
        roles=ROLES,
        headings=check_form.COLUMNS,
    )


def _columns(rows: Sequence[Mapping[str, str]], faults: Mapping[str, object]) -> list[str]:
    """The columns of the table to correct: the usual ones, and those that some row has or lacks."""
    faulty = {place.rpartition("/")[2] for place in faults}
    usual = ("ref", "name", "uscc", "role", "of", "section")
    return [
        *usual,
        *(
            name
            for name in check_form.CELLS
            if name not in usual and (name in faulty or any(name in row for row in rows))
        ),
    ]


@private.get("/centre/checks/<check>")
@desk_page(Permission.CHECK_MAKE)
def show_check(check: str) -> Response:
    """The answer of a check, the most urgent first."""
    signed, looks = _open_check(check)
    keys, statement = runtime.keys(), signed.statement
    with runtime.reading() as session:
        reference = reference_data.current(session)
        found = review_decisions.find_reviews(session, keys, signed)
        lines = results.Results(session, reference, present_moment(session)).lines(signed, found)
        tender = plain(award_check.tender_of(keys, signed.check))
        gone = _left_out(session, signed)
    access_trail.note_reading(current_account(), "check.read", check)
    return render_private(
        "centre/check.html",
        check=signed.check,
        tender=tender,
        statement=statement,
        sector=reference.names("sectors").get(statement["sector"], statement["sector"]),
        district=reference.names("districts").get(statement["district"] or "", ""),
        made_at=beijing_time(signed.check.made_at),
        lines=lines,
        summary=results.summary(statement, found),
        looks=looks,
        looks_at={look.id: beijing_time(look.made_at) for look in looks},
        gone=gone,
        is_newest=not looks or looks[0].id == signed.check.id,
    )


def _left_out(session: Session, signed: SignedCheck) -> list[results.Difference]:
    """The parties of the check before that this one leaves out."""
    if signed.check.previous is None:
        return []
    before = session.get(Check, signed.check.previous)
    if before is None or not before.receipt_sealed:
        return []
    return results.compare(award_check.unseal(runtime.keys(), before).statement, signed.statement)[1]


@private.get("/centre/checks/<check>/receipt.json")
@desk_page(Permission.CHECK_MAKE)
def check_receipt(check: str) -> Response:
    """The receipt of a check, byte for byte."""
    signed, _ = _open_check(check)
    access_trail.note_reading(current_account(), "check.read", check)
    return download(signed.receipt, "application/json", f"receipt-{check}.json")


@private.get("/centre/checks/<check>/sheet.pdf")
@desk_page(Permission.CHECK_MAKE)
def check_sheet(check: str) -> Response:
    """The sheet for the evaluation file, with the decisions made until now; with ``lang=en`` in English."""
    signed, _ = _open_check(check)
    language = "en" if request.args.get("lang") == "en" else "zh"
    with runtime.reading() as session:
        printed = evaluation.print_sheet(session, runtime.keys(), runtime.settings(), signed, language)
    access_trail.note_reading(current_account(), "check.read", check)
    return download(printed, "application/pdf", f"sheet-{check}.pdf")


@private.get("/centre/checks/<check>/comparison")
@desk_page(Permission.CHECK_MAKE)
def compare_checks(check: str) -> Response:
    """What is different between a check and an earlier or later one of the same tender (``with``)."""
    signed, looks = _open_check(check)
    other = request.args.get("with", "") or signed.check.previous or ""
    stored = next((look for look in looks if look.id == other), None)
    if stored is None:
        raise CheckUnknown()
    pair = sorted((signed, award_check.unseal(runtime.keys(), stored)), key=lambda one: one.check.number)
    changed, gone = results.compare(pair[0].statement, pair[1].statement)
    access_trail.note_reading(current_account(), "check.read", check)
    return render_private(
        "centre/comparison.html",
        earlier=pair[0].check,
        later=pair[1].check,
        earlier_at=beijing_time(pair[0].check.made_at),
        later_at=beijing_time(pair[1].check.made_at),
        changed=changed,
        gone=gone,
        same=len(pair[1].statement["lines"]) - len(changed),
        tender=plain(award_check.tender_of(runtime.keys(), signed.check)),
        check=signed.check,
    )


def _open_check(check: str) -> tuple[SignedCheck, list[Check]]:
    """A check of this centre, and all checks of its tender, newest first; refuses ``CheckUnknown``."""
    department = current_account().department_id
    with runtime.reading() as session:
        stored = stored_checks.of_department(session, department, check)
        index = stored.tender_index
        looks = stored_checks.of_tender(session, department, index, LOOKS_MAX) if index else [stored]
    return award_check.unseal(runtime.keys(), stored), looks


def download(content: bytes, media_type: str, name: str) -> Response:
    """A file to be saved, which no one keeps on the way."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
