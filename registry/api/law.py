"""Routes of changes of the law tables: propose rows, read what they would change, confirm or reject."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from marshmallow import fields, validate

from registry import runtime
from registry.api.auth import actor, allow
from registry.api.schemas.base import StrictSchema, Whole, words
from registry.api.wire import Blueprint, create_once, respond_with_etag
from registry.domain.permissions import Actor, Permission
from registry.errors import Refusal
from registry.models import LawProposal
from registry.queries.law.law_proposals import by_number, proposals
from registry.refusals.procedure import LawProposalUnknown
from registry.services.checks import law_preview
from registry.services.law import law_proposals
from registry.unit_of_work import UnitOfWork

blueprint = Blueprint("law", __name__, url_prefix="/api/v1/law/proposals", description="参照数据的变更")
_CHECKS_MAX = 500


class LawProposalSchema(StrictSchema):
    """Rows by kind, each as in `registry/reference`; which change of the law it is; how many checks to answer again."""

    tables = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Dict(keys=fields.String())),
        required=True,
        validate=validate.Length(min=1),
    )
    reason = words(2000, required=True)
    checks = Whole(load_default=law_preview.CHECKS_DEFAULT, validate=validate.Range(0, _CHECKS_MAX))


class RejectionSchema(StrictSchema):
    """Why a proposal is rejected."""

    reason = words(2000, required=True)


class LawProposalAnswer(StrictSchema):
    """A proposal: its rows, what it would change in answers, the digests of the tables before and after."""

    id = fields.String()
    state = fields.String()
    reason = fields.String()
    rows = fields.List(fields.Dict())
    preview = fields.Dict()
    law_before = fields.String()
    law_after = fields.String()
    proposed_at = fields.String()
    decided_at = fields.String(allow_none=True)


class LawProposalPage(StrictSchema):
    """The newest proposals, without rows and differences."""

    items = fields.List(fields.Nested(LawProposalAnswer))


def _describe_briefly(proposal: LawProposal) -> dict[str, Any]:
    return {
        "id": str(proposal.id),
        "state": proposal.state,
        "reason": proposal.reason,
        "law_before": proposal.law_before,
        "law_after": proposal.law_after,
        "proposed_at": proposal.proposed_at.isoformat(),
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
    }


def _describe(proposal: LawProposal) -> dict[str, Any]:
    contents = {"rows": json.loads(proposal.rows), "preview": json.loads(proposal.preview)}
    return _describe_briefly(proposal) | contents


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise LawProposalUnknown()
    return int(text)


def preview_change(proposer: Actor, tables: Mapping[str, Sequence[Any]], checks: int) -> dict[str, Any] | None:
    """What proposed rows would change, found with a session that only reads, so that nobody waits for it.

    None where they are refused: the act says why, unless it is a repeat that has its answer already.
    """
    with runtime.reading() as session:
        work = UnitOfWork(session, proposer, runtime.clock(), runtime.keys(), runtime.settings())
        try:
            return law_preview.preview(work, law_proposals.read_change(work, tables), checks)
        except Refusal:
            return None


@blueprint.route("", methods=["POST"])
@allow(Permission.LAW_PROPOSE)
@blueprint.arguments(LawProposalSchema)
@blueprint.response(201, LawProposalAnswer)
def propose(body: dict[str, Any]) -> Response:
    """Propose rows; the answer says which answers they would change. Nothing is in force before it is confirmed."""
    tables = body["tables"]
    preview = preview_change(actor(), tables, body["checks"])

    def act(work: UnitOfWork) -> tuple[dict[str, Any], int]:
        change = law_proposals.read_change(work, tables)
        return _describe(law_proposals.store(work, change, body["reason"], preview)), 201

    return create_once(actor(), act)


@blueprint.route("", methods=["GET"])
@allow(Permission.LAW_READ)
@blueprint.response(200, LawProposalPage)
def list_proposals() -> dict[str, Any]:
    """The newest hundred proposals."""
    with runtime.reading() as session:
        return {"items": [_describe_briefly(proposal) for proposal in proposals(session)]}


@blueprint.route("/<number>", methods=["GET"])
@allow(Permission.LAW_READ)
@blueprint.response(200, LawProposalAnswer)
def get_proposal(number: str) -> Response:
    """One proposal with its rows and its preview."""
    with runtime.reading() as session:
        body = _describe(by_number(session, _parse_number(number)))
    return respond_with_etag(body, f"{body['id']}-{body['state']}")


@blueprint.route("/<number>/confirmation", methods=["PUT"])
@allow(Permission.LAW_CONFIRM)
@blueprint.response(200, LawProposalAnswer)
def confirm(number: str) -> dict[str, Any]:
    """Confirm another person's proposal: its rows are the law from now on, and running clocks are counted again."""
    row = _parse_number(number)
    return runtime.perform(actor(), lambda work: _describe(law_proposals.confirm(work, row)[0]))


@blueprint.route("/<number>/rejection", methods=["PUT"])
@allow(Permission.LAW_CONFIRM)
@blueprint.arguments(RejectionSchema)
@blueprint.response(200, LawProposalAnswer)
def reject(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Reject a proposal, with the reason."""
    row = _parse_number(number)
    return runtime.perform(actor(), lambda work: _describe(law_proposals.reject(work, row, body["reason"])))
