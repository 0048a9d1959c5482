"""Routes of departments: file, read, correct, verify, send back, withdraw."""

import json
from typing import Any

from flask import Response, request

from registry import runtime
from registry.api import casework, views
from registry.api.auth import actor, allow
from registry.api.casework import CaseAct
from registry.api.schemas.penalty import (
    FilingSchema,
    PenaltyAnswer,
    PenaltyPage,
    PenaltyQuery,
    ReasonSchema,
    VerificationSchema,
    WithdrawalSchema,
)
from registry.api.schemas.procedure import ChangeStep, ReasonStep, ResumptionStep, SuspensionStep
from registry.api.wire import Blueprint, create_once, if_version, parse_next, respond_with_etag
from registry.domain.cases.procedures import PENALTY
from registry.domain.filing.model import Note
from registry.domain.permissions import Permission
from registry.errors import Refusal
from registry.queries.cases import penalties, prior_restrictions
from registry.queries.law import reference_data
from registry.refusals.acts import FilingRefused
from registry.services.cases import penalty_filing, penalty_import, penalty_verification, penalty_version, suspension
from registry.services.cases.penalty_filing import covers, require_scope
from registry.tabular import filings
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("penalties", __name__, url_prefix="/api/v1/penalties", description="行政处罚的报送与核验")


def _filing(work: UnitOfWork) -> filings.ReadRow:
    """The one filing in the body: the same reading as a row of a file, so the same rules and pointers."""
    chosen = penalty_import.filing_rules_for(reference_data.current(work.session), work.actor, penalty_import.Options())
    count, rows = filings.read_filings(b"[" + request.get_data() + b"]", "", chosen, work.today)
    if count != 1:
        raise FilingRefused("一次报送一条；成批报送请用文件")
    row = next(rows)
    if row.filing is None:
        raise FilingRefused(faults=row.faults)
    return row


def _noted(body: dict[str, Any], notes: tuple[Note, ...]) -> dict[str, Any]:
    return body | {"notes": [{"pointer": n.pointer, "code": n.code, "detail": n.detail} for n in notes]}


@blueprint.route("", methods=["POST"])
@allow(Permission.PENALTY_FILE)
@blueprint.doc(requestBody={"content": {"application/json": {"schema": FilingSchema}}, "required": True})
@blueprint.response(201, PenaltyAnswer)
def file() -> Response:
    """File one decision: a flat object keyed by field, `CF_*` column or Chinese heading, values as text."""

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        row = _filing(work)
        assert row.filing is not None
        outcome = penalty_filing.file(work, [penalty_filing.Submission(row.filing)])[0]
        if isinstance(outcome, Refusal):
            raise outcome
        notes = row.notes + penalty_version.notes_for_filer(work, row.filing)
        return _noted(views.penalty(penalties.by_record(work.session, outcome)), notes), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/penalties/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.PENALTY_READ)
@blueprint.arguments(PenaltyQuery, location="query")
@blueprint.response(200, PenaltyPage)
def list_penalties(query: dict[str, Any]) -> dict[str, Any]:
    """The department's penalties in the account's scope, in the order filed."""
    after = parse_next(query["next"]) or 0
    limit = query["limit"]
    with runtime.reading() as session:
        found = penalties.list_penalties(session, actor().department_id, query["state"], after=after, limit=limit + 1)
        items = [views.penalty(penalty) for penalty in found[:limit] if covers(actor(), penalty)]
    return {"items": items, "next": str(found[limit - 1].id) if len(found) > limit else None}


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
    """State the facts anew: before verification, or as a correction of what is published."""

    def act(work: UnitOfWork) -> dict[str, Any]:
        row = _filing(work)
        assert row.filing is not None
        penalty = penalty_filing.refile(work, record, row.filing, if_version=if_version())
        return _noted(views.penalty(penalty), row.notes + penalty_version.notes_for_filer(work, row.filing))

    body = runtime.perform(actor(), act)
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>/verification", methods=["PUT"])
@allow(Permission.PENALTY_VERIFY)
@blueprint.arguments(VerificationSchema, required=False)
@blueprint.response(200, PenaltyAnswer)
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
@blueprint.response(200, PenaltyAnswer)
def withdraw(body: dict[str, Any], record: str) -> Response:
    """Take a published penalty back; the reason is public."""
    act = lambda work: views.penalty(  # noqa: E731
        penalty_verification.withdraw(work, record, body["reason"], body["changed_on"], if_version=if_version())
    )
    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


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
        lambda w, r, b, g: suspension.suspend(w, r, b["since"], b["until"], b["reason"], g),
        "Stay the decision on the order of a court or authority, or for a reorganisation.",
        SuspensionStep,
    ),
    CaseAct(
        "resume",
        "resumption",
        lambda w, r, b, g: suspension.resume(w, r, b["on"], g),
        "Show the penalty again; its measures hold from the day given.",
        ResumptionStep,
    ),
)
"""The acts of the procedure that come with documents."""

casework.add_act_routes(blueprint, PENALTY, ACTS)
