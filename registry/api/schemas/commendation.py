"""Schemas of commendations as they are filed."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, Paging, short, words
from registry.api.schemas.procedure import TEXT_MAX, AuthoritySchema, StepSchema, SubjectSchema
from registry.domain.cases.procedures import COMMENDATION


class CommendationQuery(Paging):
    """Filter of the department's commendations."""

    state = fields.String(load_default=None, validate=validate.OneOf(COMMENDATION.states))


class CommendationSchema(StepSchema):
    """Who is commended by which document, for what, and until when it is valid."""

    subject = fields.Nested(SubjectSchema, required=True)
    document_number = words(128, required=True)
    title = words(200, required=True)
    facts = words(TEXT_MAX, required=True)
    basis = words(TEXT_MAX, required=True)
    awarded_on = Day(required=True)
    valid_until = Day(load_default=None, allow_none=True)
    sectors = fields.List(short(), required=True, validate=validate.Length(min=1))
    district = short(6, load_default=None, allow_none=True)
    authority = fields.Nested(AuthoritySchema, required=True)
