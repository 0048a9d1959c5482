"""Public routes of relief: dispute a record, apply for its repair, read how it stands, take it back.

Nobody needs an account, so an ``Idempotency-Key`` has nobody to belong to: a repeated application is refused as
``relief-open``. Answers are kept by no cache; the receipt number in an address says nothing about anybody.
"""

from typing import Any

from flask import Response

from registry import runtime
from registry.api.auth import public
from registry.api.schemas.procedure import given as with_documents
from registry.api.schemas.relief import ApplicationSchema, ReliefAnswer
from registry.api.wire import Blueprint, answered, if_version
from registry.domain.cases import relief
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import PUBLIC
from registry.queries.cases import relief_status
from registry.queries.cases.relief_status import ReliefStatus
from registry.queries.law import reference_data
from registry.refusals.procedure import ApplicantUnfit
from registry.services.cases import relief_applications
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("applications", __name__, url_prefix="/api/v1", description="异议与信用修复申请")
_WORDS = (*relief.CHARACTERS_MAX, "id_type")


@blueprint.route("/disputes", methods=["POST"])
@public
@blueprint.arguments(ApplicationSchema)
@blueprint.response(201, ReliefAnswer)
def dispute(body: dict[str, Any]) -> Response:
    """Dispute a record; needs the document `evidence`. The record is marked at once."""
    return _apply("dispute", body)


@blueprint.route("/repairs", methods=["POST"])
@public
@blueprint.arguments(ApplicationSchema)
@blueprint.response(201, ReliefAnswer)
def repair(body: dict[str, Any]) -> Response:
    """Apply for the repair of a record; needs `performance_proof` and `public_promise`."""
    return _apply("repair", body)


@blueprint.route("/reliefs/<number>", methods=["GET"])
@public
@blueprint.response(200, ReliefAnswer)
def get_relief(number: str) -> Response:
    """How an application stands, for whoever knows its receipt number."""
    return _told(number)


@blueprint.route("/reliefs/<number>/cancellation", methods=["PUT"])
@public
@blueprint.response(200, ReliefAnswer)
def cancel(number: str) -> Response:
    """Take an application back."""
    given = StepInput(if_version=if_version())
    runtime.perform(PUBLIC, lambda work: relief_applications.cancel(work, number, given))
    return _told(number)


def _apply(noun: str, body: dict[str, Any]) -> Response:
    given = with_documents(body, None)
    stated = {name: body[name] or "" for name in _WORDS} | {"consent": "1" if body["consent"] else ""}

    def act(work: UnitOfWork) -> str:
        relief_status.subject_of(work.session, body["record"], work.settings.node)
        id_types = reference_data.current(work.session).names("id_types")
        asked = relief.parse_application(noun, body["record"], stated, given.documents, id_types)
        return relief_applications.apply(work, asked, given).record

    try:
        number = runtime.perform(PUBLIC, act)
    except ApplicantUnfit:
        runtime.perform(PUBLIC, lambda work: relief_applications.note_unfit(work, body["record"]))
        raise
    response = _told(number, 201)
    response.headers["Location"] = _address(number)
    return response


def _told(number: str, status: int = 200) -> Response:
    with runtime.reading() as session:
        held = relief_status.relief_status(session, number, day_of(runtime.clock()))
    response = answered(_view(held), str(held.version))
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 200:
        response.status_code = status
    return response


def _address(number: str) -> str:
    return f"/api/v1/reliefs/{number}"


def _view(held: ReliefStatus) -> dict[str, Any]:
    return {
        "number": held.number,
        "kind": held.noun,
        "record": held.about,
        "record_kind": held.about_noun,
        "state": held.state,
        "version": held.version,
        "department": held.department,
        "received_on": day_of(held.received_at).isoformat(),
        "accepted_on": held.accepted_on.isoformat() if held.accepted_on else None,
        "ended_on": held.ended_on.isoformat() if held.ended_on else None,
        "outcome": held.outcome,
        "reason": held.reason,
        "steps": [{"act": step.act, "day": step.day.isoformat()} for step in held.steps],
        "clocks": [
            {
                "code": one.rule.code,
                "name": one.rule.name,
                "source": one.rule.source,
                "status": one.rule.status,
                "starts_on": one.clock.starts_on.isoformat(),
                "due": one.clock.due.isoformat(),
                "provisional": one.clock.provisional,
                "met_on": one.clock.met_on.isoformat() if one.clock.met_on else None,
                "state": one.state,
            }
            for one in held.limits
            if one.clock
        ],
        "status": _address(held.number),
    }
