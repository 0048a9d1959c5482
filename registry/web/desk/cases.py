"""Pages of cases that go step by step: the case with its task list, one form for each act, and what two persons do."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import literals
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.procedures import PROCEDURES, RELIEFS
from registry.domain.cases.workflow import Step
from registry.domain.permissions import Permission
from registry.errors import NotFound, Refusal
from registry.models import Listing, Penalty, Relief
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.queries.exchange import measure_reports
from registry.queries.law import reference_data
from registry.refusals.acts import OutOfScope
from registry.refusals.procedure import DocumentUnknown
from registry.services.cases import case_papers, case_preview, drafts, proposed_steps
from registry.services.cases.proposed_steps import decode_documents, encode_input
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.blueprint import today
from registry.web.desk import act_forms, case_views, previews, task_lists
from registry.web.desk.act_forms import FORMS, ActForm
from registry.web.desk.case_forms import CASE_FORMS
from registry.web.formatting import joined_names
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

NOUNS = ("penalty", "listing", *CASE_FORMS, *RELIEFS)
CASES_PER_PAGE = 100
_READ = (
    Permission.PENALTY_READ,
    Permission.LISTING_READ,
    Permission.RELIEF_READ,
    *dict.fromkeys(form.read for form in CASE_FORMS.values()),
)
_PREVIEWED = frozenset({"listing", *CASE_FORMS}) - {"relation"}
"""Kinds whose act that publishes is shown before it is taken. A relation is published to nobody."""
_SEE_OTHER = 303


@private.get("/desk/listings")
@desk_page(Permission.LISTING_READ)
def listings() -> Response:
    """The department's listings, the newest first."""
    return render_cases("desk/listings.html", ("listing",))


@private.get("/desk/reliefs")
@desk_page(Permission.RELIEF_READ)
def desk_reliefs() -> Response:
    """The department's disputes and repairs, the newest first."""
    return render_cases("desk/reliefs.html", RELIEFS)


@private.get("/desk/listings/<record>")
@desk_page(Permission.LISTING_READ)
def listing(record: str) -> Response:
    """One listing on one page: its task list, its facts, its documents."""
    with runtime.reading() as session:
        case = own_case(session, "listing", record)
        assert isinstance(case, Listing)
        reference = reference_data.current(session)
        facts = case.facts
        values = {
            **case_values(session, case),
            "facts": facts,
            "scheme": reference.scheme(case.scheme, today()),
            "sectors": joined_names(reference, "sectors", facts["sectors"]),
            "measures": joined_names(reference, "measures", facts["measures"]),
            "reports": measure_reports.of_record(session, record),
        }
    access_trail.note_reading(current_account(), "listing.read", record)
    return render_private("desk/listing.html", **values)


@private.get("/desk/reliefs/<record>")
@desk_page(Permission.RELIEF_READ)
def desk_relief(record: str) -> Response:
    """One dispute or repair with what was stated in confidence, its documents and its limits."""
    with runtime.reading() as session:
        case = own_relief(session, record)
        steps = procedure_records.steps(session, record)
        values = {
            **case_values(session, case),
            "applicant": case_preview.open_statement(runtime.keys().vault, steps),
            "facts": case.facts,
            "about": case.about,
        }
    access_trail.note_reading(current_account(), f"{case.noun}.read", record)
    return render_private("desk/relief.html", **values)


@private.get("/desk/documents/<number>")
@desk_page(*_READ)
def desk_document(number: str) -> Response:
    """A document of a case, as it was handed in."""
    place = literals.row_number(number)
    if place is None:
        raise DocumentUnknown()
    with runtime.reading() as session:
        document, case = procedure_records.of_document(session, place)
        _require_own(case, DocumentUnknown)
        content = runtime.keys().vault.open(document.sealed)
    access_trail.note_reading(current_account(), "document.read", number)
    response = Response(content, content_type=document.media_type)
    suffix = document.media_type.rsplit("/", maxsplit=1)[-1]
    response.headers["Content-Disposition"] = f'attachment; filename="document-{place}.{suffix}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@private.get("/desk/cases/<noun>/<record>/<act>")
@desk_page(*_READ)
def case_act(noun: str, record: str, act: str) -> Response:
    """The form of an act on a case."""
    return _render_act(noun, record, act)


@private.post("/desk/cases/<noun>/<record>/<act>")
@desk_page(*_READ)
def take_act(noun: str, record: str, act: str) -> Response | Redirect:
    """Take an act, or propose it where it takes two persons; what was refused comes back filled, files too."""
    form, step = _find_act(noun, record, act)
    if form.publishes:
        require_recent_sign_in()
    kind = f"{noun}.{act}:{record}"
    actor = current_account()
    try:
        fresh = act_forms.parse_documents(step, request.form, request.files)
        documents = with_kept(kind, step, fresh)
        kept = {"typed": {question.name: request.form.get(question.name, "") for question in form.questions}}
        kept |= encode_input({}, documents)
        runtime.perform(actor, lambda work: drafts.keep(work, kind, kept))
        values = act_forms.parse_values(form, request.form)
        step_input = StepInput(documents, if_version=literals.row_number(request.form.get("version", "")))

        def take(work: UnitOfWork) -> int | None:
            drafts.discard(work, kind)
            if form.run is not None:
                form.run(work, record, values, step_input)
                return None
            return proposed_steps.propose(work, noun, act, record, values, step_input).id

        proposal = runtime.perform(actor, take)
    except NotFound:
        raise
    except Refusal as error:
        return _render_act(noun, record, act, error)
    if proposal is not None:
        return redirect(url_for(".proposal", number=proposal), _SEE_OTHER)
    return redirect(_page_of(noun, record), _SEE_OTHER)


def own_case(session: Session, noun: str, record: str) -> Proceeding:
    """A case of the actor's department and scope; any other reads as absent."""
    if noun not in NOUNS:
        raise DocumentUnknown()
    case = proposed_steps.find_case(session, noun, record)
    _require_own(case, procedure_records.UNKNOWN[noun])
    if case.noun != noun:
        raise procedure_records.UNKNOWN[noun]()
    return case


def own_relief(session: Session, record: str) -> Relief:
    """A dispute or repair of the actor's department and scope."""
    case = procedure_records.by_record(session, Relief, record)
    _require_own(case, procedure_records.UNKNOWN[case.noun])
    return case


def _require_own(case: Proceeding, unknown: type[NotFound]) -> None:
    actor = current_account()
    actor.require_own(case.department_id, unknown)
    try:
        actor.require_scope(*case.scope)
    except OutOfScope:
        raise unknown() from None


def _find_act(noun: str, record: str, act: str) -> tuple[ActForm, Step]:
    """The form and the step of an act on a case that the officer may take; any other does not exist."""
    if noun not in NOUNS or (noun, act) not in FORMS:
        raise DocumentUnknown()
    current_account().require(PROCEDURES[noun].permission(act))
    with runtime.reading() as session:
        case = own_case(session, noun, record)
        return FORMS[noun, act], PROCEDURES[noun].step(case.state, act)


def with_kept(kind: str, step: Step, fresh: Sequence[StepDocument]) -> list[StepDocument]:
    """The documents that came now, and those that came with the form before and were not replaced."""
    with runtime.reading() as session:
        kept = drafts.load(session, runtime.keys().vault, current_account(), kind)
    former = {document.kind: document for document in decode_documents(kept)} if kept else {}
    known = {kind for kinds in step.documents for kind in kinds.split("|")}
    merged = {kind: document for kind, document in former.items() if kind in known}
    for document in fresh:
        before = merged.get(document.kind)
        is_kept = document.content is None and before is not None and before.content is not None
        merged[document.kind] = _with_file(document, before) if is_kept and before else document
    return list(merged.values())


def _with_file(document: StepDocument, before: StepDocument) -> StepDocument:
    return StepDocument(
        document.kind, document.number, document.issued_on, filename=before.filename, content=before.content
    )


def _render_act(noun: str, record: str, act: str, error: Refusal | None = None) -> Response:
    form, step = _find_act(noun, record, act)
    actor, kind = current_account(), f"{noun}.{act}:{record}"
    preview = _preview(noun, record, act) if form.publishes and noun in _PREVIEWED and error is None else None
    with runtime.reading() as session:
        case = own_case(session, noun, record)
        kept = drafts.load(session, runtime.keys().vault, actor, kind)
        documents = {document.kind: document for document in decode_documents(kept)} if kept else {}
        reference = reference_data.current(session)
        return render_private(
            "desk/act.html",
            error.status if error else 200,
            case=case,
            line=case_views.line(case),
            noun=noun,
            act=act,
            form=form,
            step=step,
            choices=act_forms.document_choices(step),
            values=kept.get("typed", {}),
            documents=documents,
            back=_page_of(noun, record),
            preview=previews.record_values(preview, reference) if preview else None,
            error=error,
            faults=forms.faults_by_field(error) if error else {},
        )


def _preview(noun: str, record: str, act: str) -> Mapping[str, Any] | None:
    """The public body that an act would leave behind; None when it cannot be taken as it stands."""
    form = FORMS[noun, act]
    if form.run is None or form.questions:
        return None
    run = form.run
    try:
        return runtime.perform(
            current_account(),
            lambda work: case_preview.preview_act(work, record, lambda: run(work, record, {}, StepInput())),
        )
    except Refusal:
        return None


def _page_of(noun: str, record: str) -> str:
    if noun in CASE_FORMS:
        return url_for(".filed_case", noun=noun, record=record)
    pages = {"penalty": ".penalty", "listing": ".listing"}
    return url_for(pages.get(noun, ".desk_relief"), record=record)


def case_values(session: Session, case: Proceeding) -> dict[str, Any]:
    """What the page of every case shows: its state, its steps, what may be taken now, and documents to be made."""
    actor = current_account()
    return {
        "case": case,
        "line": case_views.line(case),
        "papers": case_papers.papers_of(case.noun),
        "tasks": task_lists.tasks(session, case, actor, reference_data.current(session), today()),
        "acts": [
            step.act
            for step in act_forms.open_acts(case.noun, case.state)
            if actor.may(step.by) and not (isinstance(case, Penalty) and step.act == "repair")
        ],
    }


def render_cases(template: str, nouns: Sequence[str], noun: str = "") -> Response:
    """A page of the department's cases of these kinds, the oldest first."""
    actor = current_account()
    after = literals.row_number(request.args.get("after", "")) or 0
    with runtime.reading() as session:
        rows = []
        for kind in nouns:
            found = procedure_records.of_department(session, kind, actor.department_id, (), after, CASES_PER_PAGE + 1)
            rows += [case for case in found if actor.covers(*case.scope)]
        rows.sort(key=lambda case: case.id)
        following = rows[CASES_PER_PAGE - 1].id if len(rows) > CASES_PER_PAGE else None
        lines = [case_views.line(case) for case in rows[:CASES_PER_PAGE]]
        return render_private(template, lines=lines, following=following, noun=noun)
