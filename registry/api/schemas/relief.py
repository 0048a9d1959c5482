"""Schemas of disputes and repairs: the public application and its status."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, StrictSchema, short, words
from registry.api.schemas.procedure import Base64, DocumentSchema
from registry.domain.cases.relief import CHARACTERS_MAX, FILES_MAX


class EvidenceSchema(DocumentSchema):
    """A document with its bytes: PDF, PNG or JPEG. The name of its file is not kept."""

    content_base64 = Base64(required=True, load_only=True)


class ApplicationSchema(StrictSchema):
    """A dispute or repair application about ``record``. An organisation gives ``uscc``, a person ``id_type`` and
    ``id_number``; an agent is named in ``agent`` and needs the document ``authorisation``. ``consent`` must be true.
    ``corrected_on``: the day of the correction, for the repair of a listing whose list counts from it. ``code``: a
    confirmation code, if the subject has one."""

    record = short(required=True)
    name = words(CHARACTERS_MAX["name"], required=True)
    uscc = short(CHARACTERS_MAX["uscc"], load_default=None, allow_none=True)
    id_type = short(load_default=None, allow_none=True)
    id_number = short(CHARACTERS_MAX["id_number"], load_default=None, allow_none=True)
    agent = words(CHARACTERS_MAX["agent"], load_default=None, allow_none=True)
    contact = words(CHARACTERS_MAX["contact"], required=True)
    statement = words(CHARACTERS_MAX["statement"], required=True)
    corrected_on = Day(load_default=None, allow_none=True)
    consent = fields.Boolean(required=True, truthy={True}, falsy={False})
    code = short(load_default=None, allow_none=True)
    documents = fields.List(fields.Nested(EvidenceSchema), required=True, validate=validate.Length(max=FILES_MAX))


class CodeSchema(StrictSchema):
    """A confirmation code as it came by mail or from an officer; case, blanks and hyphens do not count."""

    code = short(required=True)


class ContactSchema(StrictSchema):
    """Where the department reaches the subject of a record."""

    email = short(254, required=True)


class LimitSchema(StrictSchema):
    """A time limit that runs or ran for the application, with the source of its rule."""

    code = fields.String()
    name = fields.String()
    source = fields.String()
    status = fields.String()
    starts_on = Day()
    due = Day()
    provisional = fields.Boolean()
    met_on = Day(allow_none=True)
    state = fields.String()


class ReliefStepSchema(StrictSchema):
    """A step taken on an application."""

    act = fields.String()
    day = Day()


class ReliefAnswer(StrictSchema):
    """The status of an application. ``number`` is the receipt number: who knows it may read and cancel."""

    number = fields.String()
    kind = fields.String()
    record = fields.String()
    record_kind = fields.String()
    state = fields.String()
    version = fields.Integer()
    department = fields.String()
    received_on = Day()
    accepted_on = Day(allow_none=True)
    ended_on = Day(allow_none=True)
    outcome = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    steps = fields.List(fields.Nested(ReliefStepSchema))
    clocks = fields.List(fields.Nested(LimitSchema))
    status = fields.String()
