"""Schemas of party relations as they are filed."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, Paging, short, words
from registry.api.schemas.procedure import TEXT_MAX, AuthoritySchema, StepSchema, SubjectSchema
from registry.domain.cases.procedures import RELATION


class RelationQuery(Paging):
    """Filter of the department's relations."""

    state = fields.String(load_default=None, validate=validate.OneOf(RELATION.states))


class OtherSchema(SubjectSchema):
    """The other party of a relation; a former code may come without a name."""

    name = words(200, load_default="")


class RelationSchema(StepSchema):
    """A relation: how `other` stands to `subject`, on which days, stated by which document of which authority.

    `until` is the first day on which it no longer holds; `wording` is what the document says, in its own words.
    """

    kind = short(required=True)
    subject = fields.Nested(SubjectSchema, required=True)
    other = fields.Nested(OtherSchema, required=True)
    since = Day(required=True)
    until = Day(load_default=None, allow_none=True)
    wording = words(500, required=True)
    document_number = words(128, required=True)
    facts = words(TEXT_MAX, load_default="")
    issued_on = Day(required=True)
    sectors = fields.List(short(), required=True, validate=validate.Length(min=1))
    district = short(6, load_default=None, allow_none=True)
    authority = fields.Nested(AuthoritySchema, required=True)
