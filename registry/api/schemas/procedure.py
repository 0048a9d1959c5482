"""Schemas of procedure steps: documents, reasons, days, and the answer of a case."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from registry.api.schemas.base import Day, StrictSchema, short, words
from registry.domain.cases.case_file import DOCUMENT_BYTES_MAX, StepDocument, StepInput
from registry.domain.cases.listing import RESPONSIBLE_ROLES
from registry.domain.cases.procedures import DOCUMENTS

TEXT_MAX = 20_000


class Base64(fields.String):
    """Bytes as base64, of at most one document's size."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("不是 base64") from None
        if len(content) > DOCUMENT_BYTES_MAX:
            raise ValidationError("附件过大")
        return content


class DocumentSchema(StrictSchema):
    """A document: its kind, number and day; its file, or the SHA-256 of one that is kept elsewhere."""

    kind = fields.String(required=True, validate=validate.OneOf(list(DOCUMENTS)))
    number = words(128, load_default="")
    issued_on = Day(load_default=None, allow_none=True)
    sha256 = fields.String(load_default=None, allow_none=True, validate=validate.Regexp("^[0-9a-f]{64}$"))
    filename = words(200, load_default="")
    content_base64 = Base64(load_default=None, allow_none=True, load_only=True)


class StepSchema(StrictSchema):
    """A step that carries only its documents."""

    documents = fields.List(fields.Nested(DocumentSchema), load_default=list, validate=validate.Length(max=20))


class ReasonStep(StepSchema):
    """A step with its reason."""

    reason = words(2000, required=True)


class RemovalStep(ReasonStep):
    """The reason why a record no longer stands, and the day since which."""

    changed_on = Day(required=True)


class ChangeStep(ReasonStep):
    """Why a decision no longer stands, and since which day; without it the day of the document counts."""

    changed_on = Day(load_default=None, allow_none=True)


class SuspensionStep(ReasonStep):
    """The day since which a decision is stayed, and the day until which if the document names one."""

    since = Day(required=True)
    until = Day(load_default=None, allow_none=True)


class ResumptionStep(StepSchema):
    """The day from which a decision has effect again."""

    on = Day(required=True)


class JudgmentSchema(StrictSchema):
    """A judgment in force that a listing rests on."""

    court = words(200, required=True)
    number = words(128, required=True)
    decided_on = Day(required=True)


class GroundSchema(StrictSchema):
    """A verified penalty, by its record, or a judgment: one of the two."""

    penalty = short(32)
    judgment = fields.Nested(JudgmentSchema)

    @validates_schema
    def require_exactly_one(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a ground with both a penalty and a judgment, or with neither."""
        if ("penalty" in data) == ("judgment" in data):
            raise ValidationError("应写明行政处罚或者裁判之一")


class ResponsibleSchema(StrictSchema):
    """A person responsible for the subject."""

    name = words(50, required=True)
    role = fields.String(required=True, validate=validate.OneOf(RESPONSIBLE_ROLES))
    as_of = Day(required=True)


class SubjectSchema(StrictSchema):
    """The subject of a case; a natural person by the number of a document, which is never returned."""

    kind = words(40, load_default="")
    name = words(200, required=True)
    uscc = words(60, load_default=None, allow_none=True)
    id_type = short(20, load_default=None, allow_none=True)
    id_number = words(64, load_default=None, allow_none=True, load_only=True)


class AuthoritySchema(StrictSchema):
    """The deciding authority."""

    name = words(200, required=True)
    code = short(18, required=True)


class CaseAnswer(StrictSchema):
    """A record with a procedure as its department sees it: facts, state, file of steps, clocks."""

    id = fields.String()
    noun = fields.String()
    state = fields.String()
    version = fields.Integer()
    facts = fields.Dict()
    steps = fields.List(fields.Dict())
    clocks = fields.List(fields.Dict())
    earlier = fields.List(fields.Dict())
    reply_until = Day(allow_none=True)
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)
    about = fields.String()
    about_noun = fields.String()
    applicant = fields.Dict()


class CasePage(StrictSchema):
    """A page of records with a procedure."""

    items = fields.List(fields.Nested(CaseAnswer))
    next = fields.String(allow_none=True)


def build_step_input(body: Mapping[str, Any], if_version: int | None, **more: Any) -> StepInput:
    """The input of a step (documents, expected version) from the body of its request."""
    documents = tuple(
        StepDocument(
            kind=document["kind"],
            number=document["number"],
            issued_on=document["issued_on"],
            digest=document["sha256"],
            filename=document["filename"],
            content=document["content_base64"],
        )
        for document in body["documents"]
    )
    return StepInput(documents=documents, if_version=if_version, **more)
