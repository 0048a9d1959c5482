"""Schemas of penalties as departments see them."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, Paging, StrictSchema, Whole, words
from registry.domain.cases.procedures import PENALTY
from registry.domain.filing.columns import FIELDS

STATES = tuple(PENALTY.states)

FilingSchema = StrictSchema.from_dict({name: fields.String(allow_none=True) for name in FIELDS}, name="Filing")
"""For the document: one flat object; the ``CF_*`` and Chinese headings of files are accepted as well."""


class PenaltyQuery(Paging):
    """Filter of the department's penalties; ``import`` is the number of a file."""

    import_number = Whole(load_default=None, data_key="import", validate=validate.Range(1))
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class ReasonSchema(StrictSchema):
    """The reason why a filing is sent back."""

    reason = words(2000, required=True)


class VerificationSchema(StrictSchema):
    """Why what was found about the filing is confirmed, where something was found."""

    confirmation = words(2000, load_default="")


class WithdrawalSchema(StrictSchema):
    """Why a published penalty is taken back, and since which day its decision no longer stands."""

    reason = words(2000, required=True)
    changed_on = Day(required=True)


class PenaltyAnswer(StrictSchema):
    """A penalty's state with its clock, the newest facts filed, and what was cleaned or found in them (``notes``), of
    which ``attention`` deserve a look before verification. ``findings``: what its verification must confirm with a
    reason. Sent back by ``PUT`` it is the same filing again."""

    id = fields.String()
    state = fields.String()
    version = fields.Integer()
    decided_on = Day()
    publish_by = Day()
    publish_by_provisional = fields.Boolean()
    filing = fields.Dict()
    findings = fields.List(fields.Dict())
    returned_because = fields.String(allow_none=True)
    notes = fields.List(fields.Dict())
    attention = fields.Integer()
    earlier = fields.List(fields.Dict())


class VerifiedPenaltyAnswer(PenaltyAnswer):
    """A verified penalty, with the number of the ledger entry that publishes it."""

    entry = fields.Integer()


class PenaltyPage(StrictSchema):
    """A page of penalties."""

    items = fields.List(fields.Nested(PenaltyAnswer))
    next = fields.String(allow_none=True)
