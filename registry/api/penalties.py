"""Routes of departments: file, read, correct, verify, send back, withdraw."""

import json
from typing import Any

from flask import Response, request

from registry import runtime
from registry.api import casework, measure_reports, proposals, views
from registry.api.auth import actor, allow
from registry.api.casework import CaseAct
from registry.api.schemas.penalty import (
    FilingSchema,
    PenaltyAnswer,
    PenaltyPage,
    PenaltyQuery,
    ReasonSchema,
    VerificationSchema,
    VerifiedPenaltyAnswer,
    WithdrawalSchema,
)
from registry.api.schemas.procedure import ChangeStep, ReasonStep, ResumptionStep, SuspensionStep
from registry.api.schemas.proposal import ProposalAnswer
from registry.api.wire import Blueprint, create_once, if_version, parse_next, respond_with_etag, strict_json
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.procedures import PENALTY
from registry.domain.filing import restatement
from registry.domain.filing.cells import pointer
from registry.domain.permissions import Permission
from registry.domain.publication import redaction
from registry.errors import Fault, Refusal
from registry.queries.cases import penalties, prior_restrictions
from registry.refusals.acts import BodyRefused
from registry.services.cases import (
    penalty_filing,
    penalty_verification,
    proposed_steps,
    single_filing,
    suspension,
)
from registry.services.cases.penalty_filing import covers, require_scope
from registry.services.cases.proposed_steps import STEPS
from registry.serving import proposal_access
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("penalties", __name__, url_prefix="/api/v1/penalties", description="行政处罚的报送与核验")


def _shown_penalty(data: bytes) -> dict[str, Any] | None:
    """The penalty in the body when it is one as this API shows it, None when it is a flat filing."""
    if b'"filing"' not in data:
        return None
    body = strict_json(data)
    if not isinstance(body, dict) or not isinstance(body.get("filing"), dict):
        return None
    if unknown := sorted(body.keys() - PenaltyAnswer().fields.keys() - {"entry"}):
        faults = (Fault(pointer(redaction.blot(name)[:100]), "field-unknown", "没有这一项") for name in unknown)
        raise BodyRefused(faults=tuple(faults))
    return body


@blueprint.route("", methods=["POST"])
@allow(Permission.PENALTY_FILE)
@blueprint.doc(requestBody={"content": {"application/json": {"schema": FilingSchema}}, "required": True})
@blueprint.response(201, PenaltyAnswer)
def file() -> Response:
    """File one decision: a flat object keyed by field, `CF_*` column or Chinese heading, values as text."""

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        row = single_filing.read_filing(work, request.get_data())
        assert row.filing is not None
        outcome = penalty_filing.file(work, [penalty_filing.Submission(row.filing, notes=row.notes)])[0]
        if isinstance(outcome, Refusal):
            raise outcome
        return views.penalty(penalties.by_record(work.session, outcome)), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/penalties/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.PENALTY_READ)
@blueprint.arguments(PenaltyQuery, location="query")
@blueprint.response(200, PenaltyPage)
def list_penalties(query: dict[str, Any]) -> dict[str, Any]:
    """The department's penalties in the account's scope, in the order filed.

    What awaits verification (`state` filed or amended) comes in another order: first what deserves a look.
    """
    wanted = penalties.Wanted(actor().department_id, query["state"], query["import_number"])
    limit = query["limit"]
    with runtime.reading() as session:
        found = penalties.list_wanted(session, wanted, _parse_place(query["next"]), limit + 1)
        items = [views.penalty(penalty) for penalty in found[:limit] if covers(actor(), penalty)]
    last = found[limit - 1] if len(found) > limit else None
    return {"items": items, "next": f"{last.filing.attention}.{last.id}" if last else None}


def _parse_place(token: str | None) -> tuple[int, int] | None:
    """The findings and the row number of the last penalty shown; refuses ``QueryRefused``."""
    if token is None:
        return None
    attention, _, number = token.partition(".")
    return parse_next(attention) or 0, parse_next(number) or 0


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.PENALTY_READ)
@blueprint.response(200, PenaltyAnswer)
def get_penalty(record: str) -> Response:
    """One penalty with the subject's earlier restrictions; its ETag is the version that changes must name."""

    with runtime.reading() as session:
        penalty = require_scope(actor(), penalties.by_record(session, record))
        uscc = json.loads(penalty.filing.content)["subject"]["uscc"]
        past = prior_restrictions.prior_restrictions(
            session, uscc, penalty.filing.id_index, day_of(runtime.clock()), record
        )
        body = views.penalty(penalty) | {"earlier": past}
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>", methods=["PUT"])
@allow(Permission.PENALTY_FILE)
@blueprint.doc(requestBody={"content": {"application/json": {"schema": FilingSchema}}, "required": True})
@blueprint.response(200, PenaltyAnswer)
def refile(record: str) -> Response:
    """State the facts anew: before verification, or as a correction of what is published.

    The body is a flat filing as for `POST`, or a penalty as `GET` gives it; its `version` then counts as `If-Match`.
    """
    data = request.get_data()
    shown = _shown_penalty(data)
    version = if_version()
    if shown is not None and version is None and isinstance(shown.get("version"), int):
        version = shown["version"]

    def act(work: UnitOfWork) -> dict[str, Any]:
        if shown is None:
            row = single_filing.read_filing(work, data)
        else:
            present = require_scope(work.actor, penalties.by_record(work.session, record))
            row = single_filing.read_cells(work, restatement.cells_of(shown["filing"]), present)
        assert row.filing is not None
        return views.penalty(penalty_filing.refile(work, record, row.filing, if_version=version, notes=row.notes))

    body = runtime.perform(actor(), act)
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>/verification", methods=["PUT"])
@allow(Permission.PENALTY_VERIFY)
@blueprint.arguments(VerificationSchema, required=False)
@blueprint.response(200, VerifiedPenaltyAnswer)
def verify(body: dict[str, Any], record: str) -> Response:
    """Verify another officer's filing and publish it; its findings must be confirmed with a reason."""
    confirmation = body["confirmation"]

    def act(work: UnitOfWork) -> dict[str, Any]:
        outcomes = penalty_verification.verify(work, [record], if_version=if_version(), confirmation=confirmation)
        outcome = outcomes[0]
        if isinstance(outcome, Refusal):
            raise outcome
        work.session.expire_all()
        return views.penalty(penalties.by_record(work.session, record)) | {"entry": outcome}

    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


@blueprint.route("/<record>/return", methods=["PUT"])
@allow(Permission.PENALTY_VERIFY)
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, PenaltyAnswer)
def send_back(body: dict[str, Any], record: str) -> Response:
    """Send a filing back to its officer."""
    act = lambda work: views.penalty(  # noqa: E731
        penalty_verification.send_back(work, record, body["reason"], if_version=if_version())
    )
    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


@blueprint.route("/<record>/withdrawal", methods=["PUT"])
@allow(Permission.PENALTY_WITHDRAW)
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(202, ProposalAnswer)
def withdraw(body: dict[str, Any], record: str) -> Response:
    """Propose to take a published penalty back; another officer confirms it, and then the reason is public."""

    def act(work: UnitOfWork) -> dict[str, Any]:
        step_input = StepInput(if_version=if_version())
        proposal = proposed_steps.propose(work, PENALTY.noun, "withdraw", record, body, step_input)
        return proposal_access.describe(work.session, proposal)

    return proposals.respond_with_proposal(runtime.perform(actor(), act))


ACTS = (
    CaseAct(
        "note_change",
        "change",
        lambda work, record, body, step_input: suspension.note_change(
            work, record, body["reason"], body["changed_on"], step_input
        ),
        "Note that the decision no longer stands: the limit of withdrawing it starts.",
        ChangeStep,
    ),
    CaseAct(
        "clear_change",
        "change-clearance",
        lambda work, record, body, step_input: suspension.clear_change(work, record, body["reason"], step_input),
        "Clear a change that was noted by mistake.",
        ReasonStep,
    ),
    CaseAct(
        "suspend",
        "suspension",
        STEPS["penalty", "suspend"],
        "Stay the decision on the order of a court or authority, or for a reorganisation.",
        SuspensionStep,
    ),
    CaseAct(
        "resume",
        "resumption",
        STEPS["penalty", "resume"],
        "Show the penalty again; its measures hold from the day given.",
        ResumptionStep,
    ),
)
"""The acts of the procedure that come with documents."""

casework.add_act_routes(blueprint, PENALTY, ACTS)
measure_reports.add_route(
    blueprint,
    Permission.PENALTY_READ,
    lambda session, reader, record: require_scope(reader, penalties.by_record(session, record)),
)
