"""Schemas of award checks and check files: requests and answers."""

from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate

from registry.api.schemas.base import Day, StrictSchema, Whole, short, words
from registry.domain.checks import party_roles
from registry.domain.checks.model import PROJECTS
from registry.refusals.acts import TooManyParties
from registry.runtime import settings


class TenderSchema(StrictSchema):
    """The tender a check is for. Where an answer depends on ``must_tender`` and nobody said, it is ``review``."""

    code = words(100, required=True)
    name = words(200, load_default=None, allow_none=True)
    sector = short(required=True)
    district = short(6, load_default=None, allow_none=True)
    product = words(200, load_default=None, allow_none=True)
    must_tender = fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})
    project = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PROJECTS))


class Role(fields.String):
    """The role of a party: its code, the label that results print, or a usual Chinese word for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        role = party_roles.parse_role(super()._deserialize(value, attr, data, **kwargs))
        if role is None:
            raise ValidationError(f"角色不认识，可写：{party_roles.ACCEPTED}")
        return role


class PartySchema(StrictSchema):
    """One party: an organisation by its code, a person by an identity number; ``section`` is the lot it bids for."""

    ref = words(50, required=True)
    role = Role(load_default="bidder")
    of = words(50, load_default=None, allow_none=True)
    section = words(50, load_default=None, allow_none=True)
    name = words(200, required=True)
    uscc = words(60, load_default=None, allow_none=True)
    organisation_code = words(20, load_default=None, allow_none=True)
    registration_number = words(64, load_default=None, allow_none=True)
    id_type = short(20, load_default=None, allow_none=True)
    id_number = words(64, load_default=None, allow_none=True, load_only=True)


class PartiesSchema(StrictSchema):
    """A tender and its parties."""

    tender = fields.Nested(TenderSchema, required=True)
    parties = fields.List(fields.Nested(PartySchema), required=True, validate=validate.Length(min=1))

    @pre_load
    def refuse_too_many(self, data: Any, **_: Any) -> Any:
        """Refuse an endless list before reading its parties."""
        parties = data.get("parties") if isinstance(data, dict) else None
        if isinstance(parties, list) and len(parties) > settings().check_parties_max:
            raise TooManyParties(str(settings().check_parties_max))
        return data


class CheckRequest(PartiesSchema):
    """Request of an award check; ``on`` defaults to today and ``known_at`` to the ledger's head."""

    on = Day(load_default=None)
    known_at = Whole(load_default=None, allow_none=True, validate=validate.Range(min=0))


class PrintQuery(StrictSchema):
    """The language of the words around the facts on a printed receipt."""

    lang = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


class ReceiptQuery(StrictSchema):
    """The party whose line is shown alone; without ``ref`` the whole receipt."""

    ref = words(50, load_default=None)


class CheckAnswer(StrictSchema):
    """The verdicts in the order of the request, and where the signed receipt is.

    ``previous`` names the check before it of the same tender; each verdict then says what ``changed`` since.
    """

    id = fields.String()
    number = fields.Integer()
    entry = fields.Integer()
    on = Day()
    complete = fields.Boolean()
    stale = fields.List(fields.String())
    previous = fields.Dict(allow_none=True)
    verdicts = fields.List(fields.Dict())
    receipt = fields.String()
    tender_salt = fields.String()


class CheckFileQuery(StrictSchema):
    """Values that hold for all rows of a check file; `mapping`: what headings mean, `参选单位=name;状态=-`."""

    sector = short(required=True)
    on = Day(load_default=None)
    district = short(6, load_default=None)
    must_tender = fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})
    project = fields.String(load_default=None, validate=validate.OneOf(PROJECTS))
    tender = words(100, load_default=None)
    filename = fields.String(load_default="", validate=validate.Length(max=200))
    mapping = fields.String(load_default="", validate=validate.Length(max=2000))


class CheckFileAnswer(StrictSchema):
    """Progress of a check file: ``running``, ``finished``, ``cancelled`` or ``failed``; ``done`` of ``total`` rows are
    answered, ``unchecked`` of them could not be, and the ``checks`` hold the signed receipts."""

    id = fields.String()
    state = fields.String()
    failed_because = fields.String(allow_none=True)
    total = fields.Integer()
    done = fields.Integer()
    unchecked = fields.Integer()
    entry = fields.Integer()
    on = Day()
    result = fields.String(allow_none=True)
    checks = fields.List(fields.Dict())
