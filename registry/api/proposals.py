"""Routes of acts that take two persons: what waits, its arguments and documents; confirm and refuse."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.proposal import ProposalAnswer, ProposalPage, ProposalQuery, RefusalSchema
from registry.api.wire import Blueprint, parse_next, respond_with_etag
from registry.domain import literals
from registry.domain.permissions import Actor, Permission
from registry.models import Proposal
from registry.queries.node import proposals
from registry.queries.node.proposals import Page, state_of
from registry.refusals.acts import ProposalUnknown
from registry.refusals.procedure import DocumentUnknown
from registry.services.cases.proposed_steps import decode_documents
from registry.services.node.proposals import confirm as confirm_act
from registry.services.node.proposals import is_visible
from registry.services.node.proposals import refuse as refuse_act
from registry.services.proposed_acts import ACTS, ROTATE_KEY
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("proposals", __name__, url_prefix="/api/v1/proposals", description="待另一人确认的事项")
Body = dict[str, Any]
_HIDDEN = ("key_hash", "code_hash")


def describe(session: Session, proposal: Proposal) -> Body:
    """A proposal without its arguments."""
    names = proposals.names(session, [proposal])
    return {
        "id": str(proposal.id),
        "act": proposal.act,
        "reference": proposal.reference,
        "state": state_of(proposal, runtime.clock()),
        "version": proposal.version,
        "proposed_by": names[proposal.proposed_by],
        "proposed_at": proposal.proposed_at.isoformat(),
        "expires_at": proposal.expires_at.isoformat(),
        "decided_by": names[proposal.decided_by] if proposal.decided_by is not None else None,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "reason": proposal.reason,
    }


def describe_arguments(proposal: Proposal) -> Body:
    """The arguments of a proposal, documents by their digests; what opens an account or an application is left out."""
    arguments: Body = json.loads(runtime.keys().vault.open(proposal.sealed))
    for document in arguments.get("documents", ()):
        document.pop("content_base64")
    return {name: value for name, value in arguments.items() if name not in _HIDDEN}


def respond_with_proposal(body: Body) -> Response:
    """202: proposed, and done when another person confirms it."""
    response = Response(json.dumps(body, ensure_ascii=False), 202, content_type="application/json")
    response.headers["Location"] = f"/api/v1/proposals/{body['id']}"
    return response


def list_visible(reader: Actor, state: str, after: int, limit: int) -> tuple[list[Body], int | None]:
    """Proposals that somebody may see, the oldest first, and the number after which the next page begins."""
    acts = [name for name, act in ACTS.items() if reader.may(act.proposed_by) or reader.may(act.confirmed_by)]
    page = Page(after, limit + 1, runtime.clock())
    with runtime.reading() as session:
        rows: Sequence[Proposal] = proposals.of_department(session, acts, reader.department_id, state, page)
        visible = [row for row in rows[:limit] if is_visible(session, reader, ACTS[row.act], row)]
        items = [describe(session, row) for row in visible]
    return items, rows[limit - 1].id if len(rows) > limit else None


def find_visible(session: Session, reader: Actor, number: int) -> Proposal:
    """A proposal that somebody may see; refuses ``ProposalUnknown``."""
    proposal = proposals.by_number(session, number)
    if not is_visible(session, reader, ACTS.get(proposal.act), proposal):
        raise ProposalUnknown()
    return proposal


def confirm_proposal(confirmer: Actor, number: int) -> Body:
    """Confirm a proposal, and put the file of a rotated key in its place once that is committed."""

    def act(work: UnitOfWork) -> Body:
        proposal, outcome = confirm_act(work, ACTS, number)
        return describe(work.session, proposal) | {"outcome": outcome}

    answer: Body = runtime.perform(confirmer, act)
    if answer["act"] == ROTATE_KEY.name:
        runtime.keys().promote(answer["reference"])
    return answer


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
    with runtime.reading() as session:
        proposal = find_visible(session, actor(), _parse_number(number))
        documents = decode_documents(json.loads(runtime.keys().vault.open(proposal.sealed)))
    wanted = literals.row_number(place)
    if wanted is None or not 0 < wanted <= len(documents) or documents[wanted - 1].content is None:
        raise DocumentUnknown()
    document = documents[wanted - 1]
    response = Response(document.content, content_type=document.media_type())
    suffix = document.media_type().rsplit("/", maxsplit=1)[-1]
    response.headers["Content-Disposition"] = f'attachment; filename="proposal-{number}-{place}.{suffix}"'
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
        lambda work: describe(work.session, refuse_act(work, ACTS, row, body["reason"])),
    )
