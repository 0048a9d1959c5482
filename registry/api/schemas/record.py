"""Questions about published records."""

from marshmallow import fields, validate

from registry.api.schemas.base import Day, Paging, StrictSchema, Whole, short

KINDS = ("penalty", "listing", "commendation")


class RecordQuery(Paging):
    """Filters of the public search. ``known_at`` and ``entry`` both name a ledger size to read at."""

    kind = fields.String(load_default="")
    sector = short(load_default=None)
    behaviour = short(load_default=None)
    district = short(load_default=None)
    authority = short(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=200))
    uscc = short(18, load_default=None)
    on = fields.Date(load_default=None)
    known_at = Whole(load_default=None, validate=validate.Range(min=0))
    entry = Whole(load_default=None, validate=validate.Range(min=0))


class MomentQuery(StrictSchema):
    """The moment at which one record is read."""

    on = fields.Date(load_default=None)
    known_at = Whole(load_default=None, validate=validate.Range(min=0))


class ChangesQuery(StrictSchema):
    """Where to go on reading the entries."""

    after = Whole(load_default=0, validate=validate.Range(min=0))
    limit = Whole(load_default=100, validate=validate.Range(1, 1000))


class RecordPage(StrictSchema):
    """A page of records, read at ``entry`` for day ``on``; ``near`` are records of names that may be meant."""

    items = fields.List(fields.Dict())
    near = fields.List(fields.Dict())
    next = fields.String(allow_none=True)
    entry = fields.Integer()
    on = Day()


class ChangesPage(StrictSchema):
    """Entries in order; ``next`` is the number to ask after, ``head`` the ledger's size."""

    items = fields.List(fields.Dict())
    next = fields.Integer(allow_none=True)
    head = fields.Integer()
