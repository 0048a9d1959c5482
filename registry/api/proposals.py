"""Routes of acts that take two persons: what waits, its arguments and documents; confirm and refuse."""

import json
from typing import Any

from flask import Response

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.proposal import ProposalAnswer, ProposalPage, ProposalQuery, RefusalSchema
from registry.api.wire import Blueprint, parse_next, respond_with_etag
from registry.domain import literals
from registry.domain.permissions import Permission
from registry.refusals.acts import ProposalUnknown
from registry.services.node import proposals
from registry.services.proposed_acts import ACTS
from registry.serving.proposal_access import (
    confirm_proposal,
    describe,
    describe_arguments,
    file_name,
    find_document,
    find_visible,
    list_visible,
)

blueprint = Blueprint("proposals", __name__, url_prefix="/api/v1/proposals", description="待另一人确认的事项")
Body = dict[str, Any]


def respond_with_proposal(body: Body) -> Response:
    """202: proposed, and done when another person confirms it."""
    response = Response(json.dumps(body, ensure_ascii=False), 202, content_type="application/json")
    response.headers["Location"] = f"/api/v1/proposals/{body['id']}"
    return response


def _parse_number(text: str) -> int:
    number = literals.row_number(text)
    if number is None:
        raise ProposalUnknown()
    return number


@blueprint.route("", methods=["GET"])
@allow(Permission.PROPOSAL_READ)
@blueprint.arguments(ProposalQuery, location="query")
@blueprint.response(200, ProposalPage)
def list_proposals(query: Body) -> Body:
    """What waits for a second person, or what became of it, as far as the account may propose or confirm it."""
    items, last = list_visible(actor(), query["state"], parse_next(query["next"]) or 0, query["limit"])
    return {"items": items, "next": str(last) if last is not None else None}


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.PROPOSAL_READ, reads="proposal.read")
@blueprint.response(200, ProposalAnswer)
def get_proposal(number: str) -> Response:
    """One proposal with its arguments."""
    with runtime.reading() as session:
        proposal = find_visible(session, actor(), _parse_number(number))
        body = describe(session, proposal) | {"arguments": describe_arguments(proposal)}
    return respond_with_etag(body, f"{body['id']}-{body['state']}")


@blueprint.route("/<number>/documents/<place>", methods=["GET"])
@allow(Permission.PROPOSAL_READ, reads="proposal.read-document")
@blueprint.response(200, content_type="application/octet-stream")
def get_document(number: str, place: str) -> Response:
    """The file of one document of a proposal, the first has number 1: who confirms must be able to read it."""
    row = _parse_number(number)
    with runtime.reading() as session:
        document = find_document(session, actor(), row, literals.row_number(place))
    response = Response(document.content, content_type=document.media_type())
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(document, row, place)}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.route("/<number>/confirmation", methods=["PUT"])
@allow(Permission.PROPOSAL_READ)
@blueprint.response(200, ProposalAnswer)
def confirm(number: str) -> Body:
    """Confirm another person's proposal: the act is done now, in both names."""
    return confirm_proposal(actor(), _parse_number(number))


@blueprint.route("/<number>/refusal", methods=["PUT"])
@allow(Permission.PROPOSAL_READ)
@blueprint.arguments(RefusalSchema)
@blueprint.response(200, ProposalAnswer)
def refuse(body: Body, number: str) -> Body:
    """Refuse a proposal, or take the own one back, with the reason."""
    row = _parse_number(number)
    return runtime.perform(
        actor(),
        lambda work: describe(work.session, proposals.refuse(work, ACTS, row, body["reason"])),
    )
