"""Schemas of filed records, made from the fields of each kind."""

from marshmallow import Schema, fields, validate

from registry.api.schemas.base import Paging, StrictSchema, short, words
from registry.api.schemas.procedure import TEXT_MAX, StepSchema, SubjectSchema
from registry.domain import record_fields
from registry.domain.cases.workflow import Procedure
from registry.domain.record_fields import OwnField


class SourceAuthoritySchema(StrictSchema):
    """Who decided; lists of courts give no code."""

    name = words(200, required=True)
    code = short(18, load_default=None, allow_none=True)


class FiledRecordSchema(StepSchema):
    """Whom a document is about, who decided what in it on which day, and the fields of its kind."""

    subject = fields.Nested(SubjectSchema, required=True)
    document_number = words(128, required=True)
    facts = words(TEXT_MAX, required=True)
    basis = words(TEXT_MAX, required=True)
    decided_on = fields.Date(required=True)
    sectors = fields.List(short(), required=True, validate=validate.Length(min=1))
    district = short(6, load_default=None, allow_none=True)
    authority = fields.Nested(SourceAuthoritySchema, required=True)


def build_schema(noun: str) -> type[Schema]:
    """The schema of what is filed of a kind."""
    own = {field.name: _build_field(field) for field in record_fields.own_fields(noun)}
    return type(f"{_type_name(noun)}Schema", (FiledRecordSchema,), {**own, "__doc__": FiledRecordSchema.__doc__})


def build_query(procedure: Procedure) -> type[Schema]:
    """The filter of a department's records of a kind."""
    state = fields.String(load_default=None, validate=validate.OneOf(procedure.states))
    attributes = {"state": state, "__doc__": "Filter of the department's records of a kind."}
    return type(f"{_type_name(procedure.noun)}Query", (Paging,), attributes)


def _type_name(noun: str) -> str:
    return "".join(part.capitalize() for part in noun.split("_"))


def _build_field(field: OwnField) -> fields.Field:  # type: ignore[type-arg]
    presence = {"required": True} if field.is_required else {"load_default": None, "allow_none": True}
    metadata = {"title": field.title}
    if field.form == "day":
        return fields.Date(metadata=metadata, **presence)
    if field.form == "flag":
        return fields.Boolean(truthy={True}, falsy={False}, metadata=metadata, **presence)
    if field.form == "choice":
        return fields.String(validate=validate.OneOf(list(field.choices)), metadata=metadata, **presence)
    return words(TEXT_MAX, metadata=metadata, **presence)
