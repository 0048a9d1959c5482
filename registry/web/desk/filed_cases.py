"""Pages of cases that are stated one by one: commendations, relations and filed records of every kind.

One set of pages for all of them: what is asked of each kind, and by which acts it is filed, stands in ``case_forms``;
the acts after filing are those of every case (``cases``).
"""

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain import literals
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import PROCEDURES
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.filing.model import Rules
from registry.domain.permissions import Permission
from registry.errors import NotFound, Refusal
from registry.models import FiledRecord, Relation
from registry.queries.law import reference_data
from registry.refusals.procedure import DocumentUnknown
from registry.services.cases import drafts, penalty_import
from registry.services.cases.penalty_import import Options
from registry.services.cases.proposed_steps import decode_documents, encode_input
from registry.serving import access_trail
from registry.unit_of_work import UnitOfWork
from registry.web import forms
from registry.web.blueprint import today
from registry.web.desk import act_forms, case_forms
from registry.web.desk.case_forms import CASE_FORMS, Case, CaseForm, Sections
from registry.web.desk.cases import case_values, own_case, render_cases, with_kept
from registry.web.private import private
from registry.web.sessions import current_account, desk_page, render_private

_READ = tuple(dict.fromkeys(form.read for form in CASE_FORMS.values()))
_FILE = (Permission.COMMENDATION_FILE, Permission.RECORD_FILE, Permission.RELATION_FILE)
_NEW = "new"
_SEE_OTHER = 303


@private.get("/desk/filed")
@desk_page(*_READ)
def filed_kinds() -> Response:
    """The kinds of case that are stated one by one."""
    return render_private("desk/filed_kinds.html", nouns=list(CASE_FORMS))


@private.get("/desk/filed/<noun>")
@desk_page(*_READ)
def filed_cases(noun: str) -> Response:
    """The department's cases of a kind, the oldest first."""
    _form_of(noun)
    return render_cases("desk/filed_cases.html", (noun,), noun=noun)


@private.get("/desk/filed/<noun>/new")
@desk_page(*_FILE)
def new_filed(noun: str) -> Response:
    """The form of a new case of a kind, or what was typed of one before."""
    return _render_form(noun)


@private.post("/desk/filed/<noun>/new")
@desk_page(*_FILE)
def file_case(noun: str) -> Response | Redirect:
    """File a case; it takes effect when another officer verifies it."""
    return _submit(noun)


@private.get("/desk/filed/<noun>/<record>")
@desk_page(*_READ)
def filed_case(noun: str, record: str) -> Response:
    """One case: its steps, its facts, its documents, and the acts that may be taken."""
    form = _form_of(noun)
    with runtime.reading() as session:
        case = _own(session, noun, record)
        sections = _sections(session, form)
        facts = _present_facts(case)
        values = {
            **case_values(session, case),
            "noun": noun,
            "sections": case_forms.answers(sections, facts),
            "is_correction": facts is not case.facts and "amendment" in case.facts,
            "may_refile": _may_refile(case),
        }
    access_trail.note_reading(current_account(), f"{noun}.read", record)
    return render_private("desk/filed_case.html", **values)


@private.get("/desk/filed/<noun>/<record>/correction")
@desk_page(*_FILE)
def correct_filed(noun: str, record: str) -> Response:
    """The form to state a case anew, filled with what stands."""
    return _render_form(noun, record)


@private.post("/desk/filed/<noun>/<record>/correction")
@desk_page(*_FILE)
def refile_case(noun: str, record: str) -> Response | Redirect:
    """State a case anew; of what is published this is a correction that waits for another officer."""
    return _submit(noun, record)


def _submit(noun: str, record: str = "") -> Response | Redirect:
    """File or refile what was typed; what was refused comes back filled, files too."""
    form, actor, kind = _form_of(noun), current_account(), f"{noun}:{record or _NEW}"
    step, sealed = _admit(noun, record)
    try:
        with runtime.reading() as session:
            sections = _sections(session, form)
        values = case_forms.typed(sections, request.form)
        fresh = act_forms.parse_documents(step, request.form, request.files)
        documents = with_kept(kind, step, fresh)
        runtime.perform(actor, lambda work: drafts.keep(work, kind, {"typed": values, **encode_input({}, documents)}))
        draft = _with_sealed_number(form, case_forms.draft(sections, values), sealed)
        step_input = StepInput(documents, if_version=literals.row_number(request.form.get("version", "")))

        def act(work: UnitOfWork) -> str:
            drafts.discard(work, kind)
            if record:
                return form.refile(work, record, draft, step_input).record
            return form.file(work, draft, step_input).record

        filed = runtime.perform(actor, act)
    except NotFound:
        raise
    except Refusal as error:
        return _render_form(noun, record, case_forms.beside_fields(error))
    return redirect(url_for(".filed_case", noun=noun, record=filed), _SEE_OTHER)


def _render_form(noun: str, record: str = "", error: Refusal | None = None) -> Response:
    form, actor, kind = _form_of(noun), current_account(), f"{noun}:{record or _NEW}"
    step, _ = _admit(noun, record)
    with runtime.reading() as session:
        kept = drafts.load(session, runtime.keys().vault, actor, kind)
        documents = {document.kind: document for document in decode_documents(kept)} if kept else {}
        sections = _sections(session, form)
        case = _own(session, noun, record) if record else None
        if kept:
            values = kept["typed"]
        elif case is not None:
            values = case_forms.values_of(sections, _present_facts(case))
        else:
            values = case_forms.defaults(form, _rules(session))
    return render_private(
        "desk/case_form.html",
        error.status if error else 200,
        noun=noun,
        record=record,
        version=case.version if case is not None else None,
        has_number=isinstance(case, FiledRecord | Relation) and case.id_sealed is not None,
        sections=sections,
        values=values,
        choices=act_forms.document_choices(step),
        documents=documents,
        is_kept=bool(kept) and error is None,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )


def _admit(noun: str, record: str) -> tuple[Step, bytes | None]:
    """The step that files or refiles a case now, and its sealed number; refuses what the officer may not do."""
    procedure, act = PROCEDURES[noun], "refile" if record else "file"
    current_account().require(procedure.permission(act))
    if not record:
        return procedure.step(INITIAL, act), None
    with runtime.reading() as session:
        case = _own(session, noun, record)
        return procedure.step(case.state, act), case.id_sealed if isinstance(case, FiledRecord | Relation) else None


def _with_sealed_number(form: CaseForm, draft: dict[str, Any], sealed: bytes | None) -> dict[str, Any]:
    """The draft with the number that was filed before, where none was typed: it is never shown again."""
    party = draft.get(form.person)
    if sealed and party and party["kind"] == "natural_person" and not party["id_number"]:
        party["id_number"] = runtime.keys().vault.open(sealed).decode()
    return draft


def _own(session: Session, noun: str, record: str) -> Case:
    case = own_case(session, noun, record)
    if not isinstance(case, Case):
        raise DocumentUnknown()
    return case


def _present_facts(case: Case) -> Mapping[str, Any]:
    """The facts as they were stated last: of a correction that waits, the corrected ones."""
    facts: Mapping[str, Any] = case.facts
    return facts.get("amendment") or facts


def _may_refile(case: Case) -> bool:
    may = current_account().may(PROCEDURES[case.noun].permission("refile"))
    return may and any(step.state == case.state and step.act == "refile" for step in PROCEDURES[case.noun].steps)


def _form_of(noun: str) -> CaseForm:
    if noun not in CASE_FORMS:
        raise DocumentUnknown()
    return CASE_FORMS[noun]


def _sections(session: Session, form: CaseForm) -> Sections:
    return form.sections(_rules(session), reference_data.current(session), today())


def _rules(session: Session) -> Rules:
    return penalty_import.rules_of_filer(session, current_account(), Options())
