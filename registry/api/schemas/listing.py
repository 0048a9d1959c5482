"""Schemas of listings: draft, notice, decision, amendment, extension."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, Paging, short, words
from registry.api.schemas.procedure import (
    TEXT_MAX,
    AuthoritySchema,
    GroundSchema,
    ResponsibleSchema,
    StepSchema,
    SubjectSchema,
)
from registry.domain.cases.procedures import LISTING


class ListingQuery(Paging):
    """Filter of the department's listings."""

    state = fields.String(load_default=None, validate=validate.OneOf(LISTING.states))


class DraftSchema(StepSchema):
    """A proposal: whom to list under which scheme, for what, on which grounds, with which of its measures."""

    scheme = short(required=True)
    subject = fields.Nested(SubjectSchema, required=True)
    sectors = fields.List(short(), required=True, validate=validate.Length(min=1))
    district = short(6, load_default=None, allow_none=True)
    behaviour = short(load_default=None, allow_none=True)
    facts = words(TEXT_MAX, required=True)
    basis = words(TEXT_MAX, required=True)
    measures = fields.List(short(), load_default=list)
    grounds = fields.List(fields.Nested(GroundSchema), load_default=list)
    responsible = fields.List(fields.Nested(ResponsibleSchema), load_default=list)
    authority = fields.Nested(AuthoritySchema, required=True)
    exit = words(TEXT_MAX, load_default="")


class NoticeStep(StepSchema):
    """The day the notice was served; the subject may have longer to reply than the configured days."""

    served_on = Day(required=True)
    reply_until = Day(load_default=None, allow_none=True)


class StatementStep(StepSchema):
    """The subject's reply to the notice, for the department alone."""

    text = words(TEXT_MAX, required=True, load_only=True)


class DecisionStep(StepSchema):
    """The decision over the signature of the head of the authority. ``without_end``: it names no term, where the
    list allows that."""

    document_number = words(128, required=True)
    decided_on = Day(required=True)
    reasons = words(TEXT_MAX, required=True)
    signed_by = words(50, required=True)
    position = words(50, required=True)
    ends_on = Day(load_default=None, allow_none=True)
    without_end = fields.Boolean(load_default=False)
    answer = words(TEXT_MAX, load_default="")


class ServiceStep(StepSchema):
    """The day the decision was served, together with the notice on repair."""

    served_on = Day(required=True)


class AmendmentStep(StepSchema):
    """The fields to correct of a published listing."""

    facts = words(TEXT_MAX, load_default=None)
    basis = words(TEXT_MAX, load_default=None)
    behaviour = short(load_default=None)
    responsible = fields.List(fields.Nested(ResponsibleSchema), load_default=None)


class ExtensionStep(StepSchema):
    """The new end of an extended listing."""

    ends_on = Day(required=True)
