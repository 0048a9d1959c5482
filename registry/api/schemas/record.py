"""Questions about published records."""

from marshmallow import INCLUDE, Schema, fields, validate

from registry.api.document import record_reference
from registry.api.schemas.base import Day, Paging, StrictSchema, Whole, short, words


class RecordQuery(Paging):
    """Filters of the public search. ``authority`` is a code, a name or a part of one; ``year`` that of the decision;
    ``known_at`` and ``entry`` both name a ledger size to read at."""

    kind = fields.String(load_default="")
    sector = short(load_default=None)
    behaviour = short(load_default=None)
    district = short(load_default=None)
    authority = words(100, load_default=None)
    year = short(load_default=None)
    state = short(load_default=None)
    previous = short(200, load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(min=1, max=200))
    uscc = short(64, load_default=None)
    on = Day(load_default=None)
    known_at = Whole(load_default=None, validate=validate.Range(min=0))
    entry = Whole(load_default=None, validate=validate.Range(min=0))


class SuggestionQuery(StrictSchema):
    """What is being typed: a name or a part of one, in characters or pinyin, a code, a document number."""

    q = words(100, required=True)


class Suggestions(StrictSchema):
    """Names that may be meant, the likeliest first."""

    items = fields.List(fields.String())


class MomentQuery(StrictSchema):
    """The moment at which one record is read."""

    on = Day(load_default=None)
    known_at = Whole(load_default=None, validate=validate.Range(min=0))


class RecordMoment(MomentQuery):
    """The moment, and ``field``: the one field to show alone, with what proves it."""

    field = short(load_default=None)


class ChangesQuery(StrictSchema):
    """Where to go on reading the entries; ``epoch`` is that of the answer which ``after`` came from."""

    after = Whole(load_default=0, validate=validate.Range(min=0))
    epoch = short(load_default=None)
    limit = Whole(load_default=100, validate=validate.Range(1, 1000))


class FacetValue(StrictSchema):
    """A value of a facet and how many records have it."""

    value = fields.String()
    count = fields.Integer()


class VersionPage(StrictSchema):
    """The versions of one record, read at ``entry`` for day ``on``."""

    items = fields.List(fields.Dict(metadata=record_reference()))
    next = fields.String(allow_none=True)
    entry = fields.Integer()
    on = Day()


class RecordPage(StrictSchema):
    """A page of records, read at ``entry`` for day ``on``; ``near`` are records of names that may be meant."""

    items = fields.List(fields.Dict(metadata=record_reference()))
    near = fields.List(fields.Dict())
    next = fields.String(allow_none=True)
    previous = fields.String(allow_none=True)
    total = fields.Integer()
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetValue)))
    entry = fields.Integer()
    on = Day()


class ChangesPage(StrictSchema):
    """Entries in order; ``next`` is the number to ask after, ``head`` the ledger's size; both count in ``epoch``."""

    items = fields.List(fields.Dict())
    next = fields.Integer(allow_none=True)
    head = fields.Integer()
    epoch = fields.String()


class ProofSchema(StrictSchema):
    """Where the entry of a version stands in the tree of ``size`` entries."""

    entry = fields.Integer()
    size = fields.Integer()
    path = fields.List(fields.String())


class RecordAnswer(Schema):
    """A record as its kind has it, with its proof; or what stays of one that was withdrawn."""

    class Meta:
        """The fields of the record itself are those of its kind."""

        unknown = INCLUDE
        metadata = record_reference()

    proof = fields.Nested(ProofSchema, allow_none=True)
    disclosure = fields.Dict()
