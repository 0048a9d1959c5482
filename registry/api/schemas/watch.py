"""Schemas of standing watches and their events."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, StrictSchema, Whole, words
from registry.api.schemas.check import PartiesSchema
from registry.domain.checks.webhook import URL_LENGTH_MAX


class WatchRequest(PartiesSchema):
    """Request of a watch: the parties of a tender, up to the day before ``until``; ``after`` is the entry from which
    on something is new, default the ledger's head."""

    until = Day(required=True)
    webhook = words(URL_LENGTH_MAX, load_default=None, allow_none=True)
    after = Whole(load_default=None, allow_none=True, validate=validate.Range(min=0))


class EventsQuery(StrictSchema):
    """Filter of events: those above a sequence number."""

    after = Whole(load_default=0, validate=validate.Range(min=0))
    limit = Whole(load_default=100, validate=validate.Range(1, 500))


class ReplayQuery(StrictSchema):
    """The sequence number from which on events are sent again."""

    first = Whole(required=True, data_key="from", validate=validate.Range(min=1))


class ReplayAnswer(StrictSchema):
    """How many events will be sent again."""

    replayed = fields.Integer()


class WatchAnswer(StrictSchema):
    """A watch: ``active``, ``over`` since its day has come, or ``ended``; ``seen`` is the ledger entry it has looked
    up to, ``events`` its last sequence number, ``pending`` how many the webhook has not taken yet."""

    id = fields.String()
    state = fields.String()
    until = Day()
    parties = fields.Integer()
    after = fields.Integer()
    seen = fields.Integer()
    events = fields.Integer()
    pending = fields.Integer()
    webhook = fields.Boolean()
    retry_at = fields.String(allow_none=True)


class WatchWithEvents(WatchAnswer):
    """A watch and a page of its events: the signed text, byte for byte, its signature, and its delivery."""

    items = fields.List(fields.Dict())
    next = fields.Integer(allow_none=True)


class WatchPage(StrictSchema):
    """A page of watches."""

    items = fields.List(fields.Nested(WatchAnswer))
    next = fields.String(allow_none=True)
