"""Public routes of disputes and repairs: apply, read the status of an application, cancel it.

Nobody needs an account, so an ``Idempotency-Key`` has nobody to belong to: a repeated application is refused as
``relief-open``. Answers are kept by no cache; the receipt number in an address says nothing about anybody.
"""

from typing import Any

from flask import Response

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.procedure import build_step_input
from registry.api.schemas.relief import ApplicationSchema, CodeSchema, ReliefAnswer
from registry.api.wire import Blueprint, if_version, respond_with_etag
from registry.domain.cases import relief
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import PUBLIC
from registry.queries.cases import relief_status
from registry.queries.cases.relief_status import ReliefStatus
from registry.queries.law import reference_data
from registry.refusals.procedure import ApplicantUnfit
from registry.services.cases import relief_applications, relief_confirmation
from registry.serving import request_limits
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("applications", __name__, url_prefix="/api/v1", description="异议与信用修复申请")
_WORDS = (*relief.CHARACTERS_MAX, "id_type")


@blueprint.route("/disputes", methods=["POST"])
@public
@blueprint.arguments(ApplicationSchema)
@blueprint.response(201, ReliefAnswer)
def dispute(body: dict[str, Any]) -> Response:
    """Dispute a record; needs the document `evidence`. The record is marked once the applicant is confirmed."""
    return _submit_application("dispute", body)


@blueprint.route("/repairs", methods=["POST"])
@public
@blueprint.arguments(ApplicationSchema)
@blueprint.response(201, ReliefAnswer)
def repair(body: dict[str, Any]) -> Response:
    """Apply for the repair of a record; needs `performance_proof` and `public_promise`."""
    return _submit_application("repair", body)


@blueprint.route("/reliefs/<number>", methods=["GET"])
@public
@blueprint.response(200, ReliefAnswer)
def get_relief(number: str) -> Response:
    """The status of an application, for whoever knows its receipt number."""
    return _respond_with_status(number)


@blueprint.route("/reliefs/<number>/confirmation", methods=["PUT"])
@public
@blueprint.arguments(CodeSchema)
@blueprint.response(200, ReliefAnswer)
def confirm(body: dict[str, Any], number: str) -> Response:
    """Confirm an application with the code that its subject got by mail or from an officer."""
    request_limits.count_attempt()
    runtime.perform(PUBLIC, lambda work: relief_confirmation.confirm(work, number, body["code"]))
    return _respond_with_status(number)


@blueprint.route("/reliefs/<number>/cancellation", methods=["PUT"])
@public
@blueprint.response(200, ReliefAnswer)
def cancel(number: str) -> Response:
    """Cancel an application, for whoever knows its receipt number."""
    step_input = StepInput(if_version=if_version())
    runtime.perform(PUBLIC, lambda work: relief_applications.cancel(work, number, step_input))
    return _respond_with_status(number)


def _submit_application(noun: str, body: dict[str, Any]) -> Response:
    request_limits.count_attempt()
    stated_input = build_step_input(body, None)
    papers = relief_applications.read_papers(stated_input.documents, stated_input.if_version)
    stated = {name: body[name] or "" for name in _WORDS} | {"consent": "1" if body["consent"] else ""}
    stated["corrected_on"] = body["corrected_on"].isoformat() if body["corrected_on"] else ""

    def act(work: UnitOfWork) -> str:
        relief_status.subject_of(work.session, body["record"], work.settings.node, work.today)
        reference = reference_data.current(work.session)
        words = stated | {"id_type": reference.id_type_code(stated["id_type"]) or ""}
        id_types = reference.names("id_types")
        application = relief.parse_application(noun, body["record"], words, papers.documents, id_types)
        return relief_applications.apply(work, application, papers, body["code"] or "").record

    try:
        number = runtime.perform(PUBLIC, act)
    except ApplicantUnfit:
        runtime.perform(PUBLIC, lambda work: relief_applications.note_unfit(work, body["record"]))
        raise
    response = _respond_with_status(number, 201)
    response.headers["Location"] = _build_status_url(number)
    return response


def _respond_with_status(number: str, status: int = 200) -> Response:
    with runtime.reading() as session:
        application = relief_status.relief_status(session, number, day_of(runtime.clock()))
    response = respond_with_etag(_describe_application(application), str(application.version))
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 200:
        response.status_code = status
    return response


def _build_status_url(number: str) -> str:
    return f"/api/v1/reliefs/{number}"


def _describe_application(application: ReliefStatus) -> dict[str, Any]:
    return {
        "number": application.number,
        "kind": application.noun,
        "record": application.about,
        "record_kind": application.about_noun,
        "state": application.state,
        "version": application.version,
        "department": application.department,
        "received_on": day_of(application.received_at).isoformat(),
        "accepted_on": application.accepted_on.isoformat() if application.accepted_on else None,
        "ended_on": application.ended_on.isoformat() if application.ended_on else None,
        "outcome": application.outcome,
        "reason": application.reason,
        "steps": [{"act": step.act, "day": step.day.isoformat()} for step in application.steps],
        "clocks": [
            {
                "code": limit.rule.code,
                "name": limit.rule.name,
                "source": limit.rule.source,
                "status": limit.rule.status,
                "starts_on": limit.clock.starts_on.isoformat(),
                "due": limit.clock.due.isoformat(),
                "provisional": limit.clock.provisional,
                "met_on": limit.clock.met_on.isoformat() if limit.clock.met_on else None,
                "state": limit.state,
            }
            for limit in application.limits
            if limit.clock
        ],
        "status": _build_status_url(application.number),
    }
