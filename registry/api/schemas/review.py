"""Schemas of reviews: a decision, and what a check leaves to a person."""

from marshmallow import fields, validate

from registry.api.schemas.base import StrictSchema, words
from registry.api.schemas.procedure import Base64
from registry.domain.checks.reviews import OUTCOMES, REASON_CHARACTERS_MAX


class ReviewDecisionSchema(StrictSchema):
    """A decision: ``same`` party, ``not_same``, or a restriction that is ``not_reaching`` this tender; why, and a file
    (PDF, PNG or JPEG) as evidence."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    reason = words(REASON_CHARACTERS_MAX, required=True)
    evidence_base64 = Base64(load_default=None, allow_none=True, load_only=True)


class ReviewDecisionAnswer(StrictSchema):
    """A decision. ``applies``: it is about this party and this version of the record; ``reused``: it was made in
    another check; ``document``: the signed bytes, to be kept as they are."""

    decision = fields.String()
    instant = fields.String()
    check = fields.String()
    revision = fields.Integer(allow_none=True)
    outcome = fields.String()
    reason = fields.String()
    decided_by = fields.String()
    supersedes = fields.String(allow_none=True)
    applies = fields.Boolean()
    reused = fields.Boolean()
    document = fields.String()


class ReviewAnswer(StrictSchema):
    """One thing left to a person: its number, the party and the record, and what was decided; ``outcome`` is None while
    it is open. The last decision that applies counts."""

    number = fields.Integer()
    ref = fields.String()
    record = fields.String(allow_none=True)
    revision = fields.Integer(allow_none=True)
    reasons = fields.List(fields.Dict())
    outcome = fields.String(allow_none=True)
    decisions = fields.List(fields.Nested(ReviewDecisionAnswer))


class ReviewList(StrictSchema):
    """All of one check."""

    items = fields.List(fields.Nested(ReviewAnswer))
