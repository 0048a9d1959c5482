"""Schemas of proposals: acts that wait for a second person, and what became of them."""

from marshmallow import fields, validate

from registry.api.schemas.base import Paging, StrictSchema, words
from registry.queries.node.proposals import STATES


class ProposalQuery(Paging):
    """Filter of the proposals that the account may see."""

    state = fields.String(load_default="proposed", validate=validate.OneOf(STATES))


class RefusalSchema(StrictSchema):
    """Why a proposal is refused."""

    reason = words(2000, required=True)


class ProposalAnswer(StrictSchema):
    """A proposal: the act, what it is about, who proposed it until when it can be confirmed, and what became of it.

    ``arguments`` are those of the act, with the digests of its documents; ``outcome`` is what the act tells.
    """

    id = fields.String()
    act = fields.String()
    reference = fields.String()
    state = fields.String()
    version = fields.Integer(allow_none=True)
    proposed_by = fields.String()
    proposed_at = fields.String()
    expires_at = fields.String()
    decided_by = fields.String(allow_none=True)
    decided_at = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    arguments = fields.Dict()
    outcome = fields.Dict()
    code = fields.String()


class ProposalPage(StrictSchema):
    """A page of proposals, the oldest first, without arguments."""

    items = fields.List(fields.Nested(ProposalAnswer))
    next = fields.String(allow_none=True)
