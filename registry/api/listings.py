"""Routes of the listing procedure: each act is a sub-resource of the listing."""

from typing import Any

from flask import Response

from registry import runtime
from registry.api import casework
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
    ReasonStep,
    RemovalStep,
    ResumptionStep,
    SuspensionStep,
    given,
)
from registry.api.wire import Blueprint, answered, create_once, if_version
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.listing import Decision
from registry.domain.cases.procedures import LISTING
from registry.domain.permissions import Permission
from registry.models import Listing
from registry.queries.cases import prior_restrictions
from registry.services.cases import listing_drafting, listing_publication, suspension
from registry.unit_of_work import UnitOfWork, day_of

blueprint = Blueprint("listings", __name__, url_prefix="/api/v1/listings", description="列入严重失信主体名单的程序")


@blueprint.route("", methods=["POST"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(DraftSchema)
@blueprint.response(201, CaseAnswer)
def draft(body: Body) -> Response:
    """Propose a subject for a list: on verified penalties of the same subject, or on judgments."""

    def act(work: UnitOfWork) -> tuple[Body, int]:
        return casework.case(work.session, listing_drafting.draft(work, body, given(body, None))), 201

    response = create_once(actor(), act)
    response.headers["Location"] = f"/api/v1/listings/{(response.get_json() or {}).get('id', '')}"
    return response


@blueprint.route("", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.arguments(ListingQuery, location="query")
@blueprint.response(200, CasePage)
def list_own(query: Body) -> Body:
    """The department's listings in the account's scope, in the order drafted."""
    return casework.page(actor(), LISTING, query)


@blueprint.route("/<record>", methods=["GET"])
@allow(Permission.LISTING_READ)
@blueprint.response(200, CaseAnswer)
def get_listing(record: str) -> Response:
    """One listing with its file, its clocks, and the subject's earlier restrictions; its ETag is the version."""
    with runtime.reading() as session:
        held: Listing = casework.own_case(session, actor(), Listing, record)
        uscc = held.facts["subject"]["uscc"]
        past = prior_restrictions.prior_restrictions(session, uscc, held.id_index, day_of(runtime.clock()), record)
        body = casework.case(session, held) | {"earlier": past}
    return answered(body, str(body["version"]))


@blueprint.route("/<record>", methods=["PUT"])
@allow(Permission.LISTING_DRAFT)
@blueprint.arguments(DraftSchema)
@blueprint.response(200, CaseAnswer)
def redraft(body: Body, record: str) -> Response:
    """State the proposal anew, before legal review."""

    def act(work: UnitOfWork) -> Body:
        return casework.case(work.session, listing_drafting.redraft(work, record, body, given(body, if_version())))

    answer = runtime.perform(actor(), act)
    return answered(answer, str(answer["version"]))


def _simple(act: str) -> casework.Run:
    return lambda work, record, _body, papers: listing_drafting.simple(work, record, act, papers)


def _reasoned(act: str) -> casework.Run:
    def run(work: UnitOfWork, record: str, body: Body, papers: StepInput) -> Listing:
        return listing_drafting.simple(work, record, act, _with(papers, stated={"reason": body["reason"]}))

    return run


def _with(papers: StepInput, **more: Any) -> StepInput:
    return StepInput(papers.documents, if_version=papers.if_version, **more)


def _statement(work: UnitOfWork, record: str, body: Body, papers: StepInput) -> Listing:
    return listing_drafting.simple(work, record, "statement", _with(papers, private={"text": body["text"]}))


def _decide(work: UnitOfWork, record: str, body: Body, papers: StepInput) -> Listing:
    decision = Decision(**{name: value for name, value in body.items() if name != "documents"})
    return listing_drafting.decide(work, record, decision, papers)


ACTS = (
    CaseAct("watch", "watch", _simple("watch"), "Keep a record inside only, under a scheme without adequate basis."),
    CaseAct("review", "review", _simple("review"), "Pass the legal review."),
    CaseAct("return", "return", _reasoned("return"), "Send the proposal back to its drafter.", ReasonStep),
    CaseAct(
        "notice",
        "notice",
        lambda w, r, b, g: listing_drafting.notice(w, r, b["served_on"], b["reply_until"], g),
        "Serve the notice: facts, basis, measures, the way off the list, the right to reply.",
        NoticeStep,
    ),
    CaseAct("statement", "statement", _statement, "Keep what the subject replied.", StatementStep),
    CaseAct(
        "decide", "decision", _decide, "Decide to list, over the signature of the head of the authority.", DecisionStep
    ),
    CaseAct("close", "closure", _reasoned("close"), "Decide not to list.", ReasonStep),
    CaseAct(
        "serve",
        "service",
        lambda w, r, b, g: listing_publication.serve(w, r, b["served_on"], g),
        "Serve the decision together with the notice on repair: it is in force.",
        ServiceStep,
    ),
    CaseAct(
        "publish",
        "publication",
        lambda w, r, _b, g: listing_publication.publish_listing(w, r, g),
        "Publish a listing in force; from now on its measures bar.",
    ),
    CaseAct(
        "amend", "amendment", listing_publication.amend, "Propose a correction of what is published.", AmendmentStep
    ),
    CaseAct(
        "correct",
        "correction",
        lambda w, r, _b, g: listing_publication.correct(w, r, g),
        "Publish the correction that waits.",
    ),
    CaseAct(
        "reject",
        "rejection",
        lambda w, r, b, g: listing_publication.reject(w, r, b["reason"], g),
        "Reject the correction that waits.",
        ReasonStep,
    ),
    CaseAct(
        "extend",
        "extension",
        lambda w, r, b, g: listing_publication.extend(w, r, b["ends_on"], g),
        "Let the listing end later, where its scheme provides for it.",
        ExtensionStep,
    ),
    CaseAct(
        "suspend",
        "suspension",
        lambda w, r, b, g: suspension.suspend(w, r, b["since"], b["until"], b["reason"], g),
        "Stay the listing on the order of a court or authority, or for a reorganisation.",
        SuspensionStep,
    ),
    CaseAct(
        "resume",
        "resumption",
        lambda w, r, b, g: suspension.resume(w, r, b["on"], g),
        "Show the listing again; its measures hold from the day given.",
        ResumptionStep,
    ),
    CaseAct(
        "remove",
        "removal",
        lambda w, r, b, g: suspension.remove(w, r, b["reason"], b["changed_on"], g),
        "Take the listing off its list before its term is over.",
        RemovalStep,
    ),
    CaseAct(
        "revoke",
        "revocation",
        lambda w, r, b, g: suspension.revoke(w, r, b["reason"], b["changed_on"], g),
        "Revoke a listing that was wrong: it reads as never listed.",
        RemovalStep,
    ),
    CaseAct("archive", "archive", _simple("archive"), "Put the file away."),
)
"""Every act of the procedure, at the door and on the command line."""

casework.routes(blueprint, LISTING, ACTS)
