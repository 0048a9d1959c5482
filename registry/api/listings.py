"""Routes of the listing procedure: draft, read, and one sub-resource per act."""

from typing import Any

from flask import Response

from registry import runtime
from registry.api import casework, measure_reports
from registry.api.auth import actor, allow
from registry.api.casework import Body, CaseAct
from registry.api.schemas.listing import (
    AmendmentStep,
    DecisionStep,
    DraftSchema,
    ExtensionStep,
    ListingQuery,
    NoticeStep,
    ServiceStep,
    StatementStep,
)
from registry.api.schemas.procedure import (
    CaseAnswer,
    CasePage,
    ChangeStep,
    ReasonStep,
    RemovalStep,
    ResumptionStep,
    SuspensionStep,
    build_step_input,
)
from registry.api.wire import Blueprint, create_once, if_version, respond_with_etag
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.listing import Decision
from registry.domain.cases.procedures import LISTING
from registry.domain.permissions import Permission
from registry.models import Listing
from registry.queries.cases import prior_restrictions
from registry.services.cases import listing_drafting, listing_publication, suspension
from registry.services.cases.proposed_steps import STEPS
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("listings", __name__, url_prefix="/api/v1/listings", description="列入严重失信主体名单的程序")


@blueprint.route("", methods=["POST"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(DraftSchema)
@blueprint.response(201, CaseAnswer)
def draft(body: Body) -> Response:
    """Propose a subject for a list: on verified penalties of the same subject, or on judgments."""

    def act(work: UnitOfWork) -> tuple[Body, int]:
        return casework.describe(work.session, listing_drafting.draft(work, body, build_step_input(body, None))), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/listings/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.arguments(ListingQuery, location="query")
@blueprint.response(200, CasePage)
def list_own(query: Body) -> Body:
    """The department's listings in the account's scope, in the order drafted."""
    return casework.list_cases(actor(), LISTING, query)


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.LISTING_READ, reads="listing.read")
@blueprint.response(200, CaseAnswer)
def get_listing(record: str) -> Response:
    """One listing with its file, its clocks, and the subject's earlier restrictions; its ETag is the version."""
    with runtime.reading() as session:
        listing: Listing = casework.own_case(session, actor(), Listing, record)
        uscc = listing.facts["subject"]["uscc"]
        past = prior_restrictions.prior_restrictions(session, uscc, listing.id_index, day_of(runtime.clock()), record)
        body = casework.describe(session, listing) | {"earlier": past}
    return respond_with_etag(body, str(body["version"]))


@blueprint.route("/<record>", methods=["PUT"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(DraftSchema)
@blueprint.response(200, CaseAnswer)
def redraft(body: Body, record: str) -> Response:
    """Redraft a proposal, before legal review."""

    def act(work: UnitOfWork) -> Body:
        return casework.describe(
            work.session, listing_drafting.redraft(work, record, body, build_step_input(body, if_version()))
        )

    answer = runtime.perform(actor(), act)
    return respond_with_etag(answer, str(answer["version"]))


def _build_step(act: str) -> casework.Run:
    return lambda work, record, _body, step_input: listing_drafting.simple_step(work, record, act, step_input)


def _build_reasoned_step(act: str) -> casework.Run:
    def run(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Listing:
        return listing_drafting.simple_step(
            work, record, act, _extend_input(step_input, statements={"reason": body["reason"]})
        )

    return run


def _extend_input(step_input: StepInput, **more: Any) -> StepInput:
    return StepInput(step_input.documents, if_version=step_input.if_version, **more)


def _record_statement(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Listing:
    return listing_drafting.simple_step(
        work, record, "statement", _extend_input(step_input, private={"text": body["text"]})
    )


def _decide(work: UnitOfWork, record: str, body: Body, step_input: StepInput) -> Listing:
    decision = Decision(**{name: value for name, value in body.items() if name != "documents"})
    return listing_drafting.decide(work, record, decision, step_input)


ACTS = (
    CaseAct(
        "watch", "watch", _build_step("watch"), "Keep a record inside only, under a scheme without adequate basis."
    ),
    CaseAct("review", "review", _build_step("review"), "Pass the legal review."),
    CaseAct("return", "return", _build_reasoned_step("return"), "Send the proposal back to its drafter.", ReasonStep),
    CaseAct(
        "notice",
        "notice",
        lambda work, record, body, step_input: listing_drafting.serve_notice(
            work, record, body["served_on"], body["reply_until"], step_input
        ),
        "Serve the notice: facts, basis, measures, the way off the list, the right to reply.",
        NoticeStep,
    ),
    CaseAct("statement", "statement", _record_statement, "Keep what the subject replied.", StatementStep),
    CaseAct(
        "decide", "decision", _decide, "Decide to list, over the signature of the head of the authority.", DecisionStep
    ),
    CaseAct("close", "closure", _build_reasoned_step("close"), "Decide not to list.", ReasonStep),
    CaseAct(
        "serve",
        "service",
        lambda work, record, body, step_input: listing_publication.serve(work, record, body["served_on"], step_input),
        "Serve the decision together with the notice on repair: it is in force.",
        ServiceStep,
    ),
    CaseAct(
        "publish",
        "publication",
        lambda work, record, _body, step_input: listing_publication.publish_listing(work, record, step_input),
        "Publish a listing in force; from now on its measures bar.",
    ),
    CaseAct(
        "amend", "amendment", listing_publication.amend, "Propose a correction of what is published.", AmendmentStep
    ),
    CaseAct(
        "correct",
        "correction",
        lambda work, record, _body, step_input: listing_publication.correct(work, record, step_input),
        "Publish the correction that waits.",
    ),
    CaseAct(
        "reject",
        "rejection",
        lambda work, record, body, step_input: listing_publication.reject(work, record, body["reason"], step_input),
        "Reject the correction that waits.",
        ReasonStep,
    ),
    CaseAct(
        "extend",
        "extension",
        lambda work, record, body, step_input: listing_publication.extend(work, record, body["ends_on"], step_input),
        "Let the listing end later, where its scheme provides for it.",
        ExtensionStep,
    ),
    CaseAct(
        "note_change",
        "change",
        lambda work, record, body, step_input: suspension.note_change(
            work, record, body["reason"], body["changed_on"], step_input
        ),
        "Note that the decision no longer stands: the limit of revoking it starts.",
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
        STEPS["listing", "suspend"],
        "Stay the listing on the order of a court or authority, or for a reorganisation.",
        SuspensionStep,
    ),
    CaseAct(
        "resume",
        "resumption",
        STEPS["listing", "resume"],
        "Show the listing again; its measures hold from the day given.",
        ResumptionStep,
    ),
    CaseAct(
        "remove",
        "removal",
        STEPS["listing", "remove"],
        "Take the listing off its list before its term is over.",
        RemovalStep,
    ),
    CaseAct(
        "revoke",
        "revocation",
        STEPS["listing", "revoke"],
        "Revoke a listing that was wrong: it reads as never listed.",
        RemovalStep,
    ),
    CaseAct("archive", "archive", _build_step("archive"), "Put the file away."),
)
"""Every act of the procedure, for the HTTP routes and the command line."""

casework.add_act_routes(blueprint, LISTING, ACTS)
measure_reports.add_route(
    blueprint,
    Permission.LISTING_READ,
    lambda session, reader, record: casework.own_case(session, reader, Listing, record),
)
