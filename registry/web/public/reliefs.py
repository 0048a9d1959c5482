"""Pages to file disputes and repairs without an account: two forms, a confirmation, a status page.

No page here sets or reads a cookie and nobody is logged in, so there is no session that another site could ride
on: a forged request could do no more than anybody may do by hand. Hence no CSRF tokens. What may be done to an
application, its receipt number allows; nothing here is kept by a cache, and nothing personal stands in an address.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from registry import runtime
from registry.domain.cases import relief
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import DOCUMENTS
from registry.domain.permissions import PUBLIC
from registry.errors import NotFound, Refusal
from registry.models import Publication
from registry.phrases import Phrase
from registry.queries.cases import relief_status
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import StoreUnavailable
from registry.refusals.procedure import ApplicantUnfit, NotDecidedHere, RepairTooEarly
from registry.services.cases import relief_applications, relief_confirmation
from registry.services.cases.relief_applications import ApplicantPapers
from registry.serving import request_limits
from registry.unit_of_work import UnitOfWork
from registry.web import forms, problems, views
from registry.web.blueprint import arguments, pages, render_uncached, today

_CREATED = 201
_SEE_OTHER = 303


@dataclass(frozen=True)
class Subject:
    """The record that an application is about, as far as it is public: of one that is not, only its number.

    ``has_code`` and ``asks_identity`` tell which of the two proves who applies; ``asks_correction``, whether the day of
    the correction is asked for.
    """

    record: str
    name: str = ""
    document_number: str = ""
    authority: str = ""
    has_code: bool = False
    asks_identity: bool = True
    asks_correction: bool = True


@pages.get("/records/<record_id>/dispute")
def dispute_form(record_id: str) -> Response:
    """The form to dispute a record."""
    return _render_form("dispute", record_id)


@pages.post("/records/<record_id>/dispute")
def dispute(record_id: str) -> Response:
    """Submit a dispute of a record."""
    return _submit_application("dispute", record_id)


@pages.get("/records/<record_id>/repair")
def repair_form(record_id: str) -> Response:
    """The form to apply for the repair of a record, from the first day on which that is allowed."""
    return _render_form("repair", record_id)


@pages.post("/records/<record_id>/repair")
def repair(record_id: str) -> Response:
    """Submit an application for the repair of a record."""
    return _submit_application("repair", record_id)


@pages.get("/relief")
def find_relief() -> Response | Redirect:
    """Find an application by its receipt number; redirects to its status page."""
    number = arguments().get("number", "").strip().upper()
    if number and number.isascii() and number.replace("-", "").isalnum():
        return _forbid_caching(redirect(url_for("web.relief", number=number), _SEE_OTHER))
    return render_uncached("relief_find.html", is_malformed=bool(number))


@pages.get("/relief/<number>", endpoint="relief")
def show_relief(number: str) -> Response:
    """Status page of an application, for whoever knows its receipt number."""
    with runtime.reading() as session:
        application = relief_status.relief_status(session, number, today())
        at = publications.moment(session, today())
        is_shown = bool(publications.visible_records(session, [application.about], at))
    return render_uncached("relief_status.html", application=application, is_shown=is_shown, today=today())


@pages.post("/relief/<number>/confirm")
def confirm_relief(number: str) -> Redirect:
    """Confirm an application with a code, for whoever knows its receipt number."""
    request_limits.count_attempt()
    code = request.form.get("code", "")
    runtime.perform(PUBLIC, lambda work: relief_confirmation.confirm(work, number, code))
    return _forbid_caching(redirect(url_for("web.relief", number=number), _SEE_OTHER))


@pages.post("/relief/<number>/cancel")
def cancel_relief(number: str) -> Redirect:
    """Cancel an application, for whoever knows its receipt number."""
    runtime.perform(PUBLIC, lambda work: relief_applications.cancel(work, number, StepInput()))
    return _forbid_caching(redirect(url_for("web.relief", number=number), _SEE_OTHER))


def _render_form(noun: str, record_id: str, typed: forms.Typed | None = None, error: Refusal | None = None) -> Response:
    """Render the form, empty or with what was typed and what is wrong with it."""
    with runtime.reading() as session:
        publication = relief_status.subject_of(session, record_id, runtime.settings().node, today())
        subject = _describe_subject(session, record_id, publication)
        if noun == "repair" and publication and subject.name and error is None:
            _require_repairable(publication)
        id_types = reference_data.current(session).names("id_types")
    status = error.status if error else 200
    response = render_uncached(
        "relief_form.html",
        status,
        noun=noun,
        subject=subject,
        id_types=id_types,
        typed=typed.back() if typed else {},
        error=error,
        faults=forms.faults_by_field(error) if error else {},
        limits=relief.CHARACTERS_MAX,
        files_max=relief.FILES_MAX,
        documents=[(kind, DOCUMENTS[kind]) for kind in relief.documents(noun)],
    )
    return problems.with_retry(response)


def _submit_application(noun: str, record_id: str) -> Response:
    typed = forms.read_form(noun)

    def act(work: UnitOfWork, papers: ApplicantPapers) -> str:
        relief_status.subject_of(work.session, record_id, work.settings.node, work.today)
        id_types = reference_data.current(work.session).names("id_types")
        parsed = relief.parse_application(noun, record_id, typed.words, typed.papers, id_types)
        code = typed.words["code"].strip()
        return relief_applications.apply(work, parsed, papers, code).record

    try:
        request_limits.count_attempt()
        papers = relief_applications.read_papers(typed.papers)
        number = runtime.perform(PUBLIC, lambda work: act(work, papers))
    except (NotFound, NotDecidedHere, StoreUnavailable):
        raise  # there is nothing that the form could be shown for
    except Refusal as error:
        if isinstance(error, ApplicantUnfit):
            runtime.perform(PUBLIC, lambda work: relief_applications.note_unfit(work, record_id))
        return _render_form(noun, record_id, typed, error)
    with runtime.reading() as session:
        application = relief_status.relief_status(session, number, today())
    return render_uncached("relief_received.html", _CREATED, application=application)


def _describe_subject(session: Session, record_id: str, publication: Publication | None) -> Subject:
    at = publications.moment(session, today())
    if publication is None or not publications.visible_records(session, [record_id], at):
        return Subject(record_id)
    body = views.body_of(publication)
    return Subject(
        publication.record,
        body["subject"]["name"],
        body["document_number"],
        body["authority"]["name"],
        has_code=bool(publication.uscc),
        asks_identity=publication.id_index is not None,
        asks_correction=_asks_correction(session, body),
    )


def _asks_correction(session: Session, body: Mapping[str, Any]) -> bool:
    """Whether the list counts the months until a repair from the correction."""
    code = body["scheme"]["code"] if "scheme" in body else ""
    scheme = reference_data.current(session).scheme(code, today())
    return scheme is not None and scheme.early_exit_from == "correction"


def _require_repairable(publication: Publication) -> None:
    """Refuse ``RepairTooEarly`` before the form is filled in. Of what is not public, only its subject is told."""
    opens = views.body_of(publication)["repairable_from"]
    if today() < dt.date.fromisoformat(opens):
        raise RepairTooEarly(Phrase("本记录自 %(day)s 起可以申请信用修复。", day=opens))


def _forbid_caching(answer: Redirect) -> Redirect:
    answer.headers["Cache-Control"] = "no-store"
    return answer
