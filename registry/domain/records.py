"""The kinds of record and the types of their public bodies: what outsiders may see, field by field.

Every kind is registered once, in ``KINDS``. Its type builds the body when a record is published, validates what another
node sends (``exchange/record_schema``), and is published as JSON Schema at ``/api/v1/schemas/{kind}``.

A body carries the number of the schema it was written under. Bodies stored before there was a number are version 0: the
same fields without ``schema``. A body of the next version is taken too; what this node does not know of it is kept
byte for byte, because signature and ledger need it, and shown to nobody.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

SCHEMA = 1
"""The version of the types below."""
PARTY_ROLES = (
    "bidder", "consortium_member", "agent", "project_manager", "legal_representative", "evaluation_expert",
)  # fmt: skip
"""In what role somebody takes part in trading, as measures and checks name it."""
REMOVED_STATES = ("withdrawn", "revoked", "repaired", "removed", "expired")
STATES = {
    "published": frozenset({"publish", "correct", "mark", "unmark", "resume", "extend"}),
    "suspended": frozenset({"suspend"}),
    "withdrawn": frozenset({"withdraw"}),
    "revoked": frozenset({"revoke"}),
    "repaired": frozenset({"repair"}),
    "removed": frozenset({"remove", "erase"}),
    "expired": frozenset({"expire"}),
}
"""The states a version may have, each with the acts that lead to it."""
MARKS = ("suspensions", "disputed_on")
"""Fields that a body of any kind and state may have or not."""
REMOVAL_FIELDS = ("removed_on", "removed_because", "changed_on", "removal_due")
SUSPENSION_FIELDS = ("suspended_because", "suspended_until")
FIRST_YEAR, LAST_YEAR = 1949, 2199
"""Days beyond are slips of the pen, and the day before or after the first or last date does not exist."""

_NO_CONTROL = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_TEXT_MAX = 100_000
Text = Annotated[str, Meta(pattern=f"^{_NO_CONTROL}*$", max_length=_TEXT_MAX)]
"""Text without control characters, perhaps empty."""
Filled = Annotated[str, Meta(pattern=rf"^(?=[\s\S]*\S){_NO_CONTROL}*$", max_length=_TEXT_MAX)]
"""Text that says something."""
Code = Annotated[str, Meta(pattern="^[0-9A-Z]{18}$", title="统一社会信用代码")]
RecordId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Fen = Annotated[int, Meta(ge=0, le=2**53 - 1, description="whole fen (1 yuan = 100 fen)")]
Day = Annotated[dt.date, Meta(description="calendar day of Asia/Shanghai")]
EndDay = Annotated[dt.date, Meta(description="first day after the period, of Asia/Shanghai")]
Role = Literal[
    "bidder", "consortium_member", "agent", "project_manager", "legal_representative", "evaluation_expert"
]  # fmt: skip
State = Literal["published", "suspended", "withdrawn", "revoked", "repaired", "removed", "expired"]


class Party(Struct, kw_only=True):
    """Whom a record is about. Numbers of natural persons are never part of it."""

    kind: Literal["organisation", "sole_trader", "natural_person"]
    name: Filled
    uscc: Code | None


class Authority(Struct, kw_only=True):
    """Who decided."""

    name: Filled
    code: Code


class Source(Struct, kw_only=True):
    """Which unit entered a record, by which channel, when entered and verified (plan 四（四） 注明信息来源)."""

    node: Filled
    name: Filled
    code: Text
    department: Filled
    channel: Filled
    filed_on: Day
    verified_on: Day


class Measure(Struct, kw_only=True):
    """What restricts the party in trading, in force on [starts_on, ends_on); no sectors or roles means all of them."""

    code: Filled | None
    name: Filled
    basis: Filled
    effect: Literal["bars", "review", "none"]
    discretionary: bool
    roles: list[Role]
    sectors: list[Filled]
    only_must_tender: bool
    territory: Literal["national", "province"]
    starts_on: Day
    ends_on: EndDay | None


class Suspension(Struct, kw_only=True, rename={"since": "from"}):
    """Days on which the measures of a record rest, [from, until)."""

    since: Day
    until: EndDay | None


class RecordBody(Struct, kw_only=True):
    """What the public bodies of all kinds have in common."""

    schema: Literal[1] | UnsetType = UNSET
    record: RecordId
    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    kind: str
    act: Filled
    state: State
    audience: Literal["public", "authorised"]
    subject: Party
    document_number: Filled
    behaviour: Filled | None
    facts: Text
    basis: Filled
    decided_on: Day
    authority: Authority
    source: Source
    sectors: list[Filled]
    district: Filled | None
    is_grave: bool
    measures: list[Measure]
    policy: Filled
    visible_from: Day
    visible_until: EndDay
    publish_by: Day
    filing: Digest
    suspensions: list[Suspension] | UnsetType = UNSET
    disputed_on: Day | UnsetType = UNSET
    suspended_because: Text | UnsetType = UNSET
    suspended_until: Day | UnsetType | None = UNSET
    removed_on: Day | UnsetType = UNSET
    removed_because: Text | UnsetType = UNSET
    changed_on: Day | UnsetType = UNSET
    removal_due: Day | UnsetType = UNSET


class PenaltyBody(RecordBody, kw_only=True):
    """An administrative penalty decision (行政处罚决定)."""

    kind: Literal["penalty"]
    title: Text
    behaviour_text: Text
    kinds: list[Filled]
    content: Text
    fine_fen: Fen | None
    confiscated_fen: Fen | None
    permit: Text | None
    effect_until: Day | None
    severity: Filled
    repairable_from: Day


class ListScheme(Struct, kw_only=True):
    """The list that a party stands on."""

    code: Filled
    name: Filled
    basis: Filled
    basis_level: Filled


class Ground(Struct, kw_only=True):
    """A decision that a listing rests on."""

    kind: Literal["penalty", "judgment"]
    record: RecordId | None
    document_number: Filled
    authority: Filled
    decided_on: Day


class Responsible(Struct, kw_only=True):
    """A person named with a listed organisation, as its scheme provides."""

    name: Filled
    role: Filled
    as_of: Day


class Remedies(Struct, kw_only=True):
    """The last days for reconsideration and for a lawsuit."""

    reconsideration_until: Day
    litigation_until: Day


class ListingBody(RecordBody, kw_only=True):
    """A place on a list of seriously dishonest parties (列入严重失信主体名单). ``ends_on`` is None where the decision
    names no term: it stands until it is removed."""

    kind: Literal["listing"]
    scheme: ListScheme
    reasons: Text
    exit: Filled
    severity: Filled
    repairable_from: Day
    starts_on: Day
    ends_on: EndDay | None
    grounds: list[Ground]
    responsible: list[Responsible]
    remedies: Remedies


class SourceAuthority(Authority, kw_only=True):
    """Who decided, as a list of another authority names it: most lists give no code."""

    code: Code | None  # type: ignore[assignment]


class AdoptedListingBody(RecordBody, kw_only=True):
    """A place on a list that another authority keeps, taken in as it stands there and not decided again (转录名单).

    ``as_of`` is the day of the state of the source list in which it first stood as it stands here; of which day the
    whole list is known is a record of its own. ``ends_on`` is None where the list states no end: the place lasts until
    the list no longer has it.
    """

    kind: Literal["adopted_listing"]
    authority: SourceAuthority
    scheme: ListScheme
    content: Text
    list_source: Filled
    as_of: Day
    starts_on: Day
    ends_on: EndDay | None


class ListStateBody(RecordBody, kw_only=True):
    """Of which day the whole of an adopted list is known (名单状态): one version for each file of the whole list.

    Its subject is the source of the list, of whom it says nothing. Without ``list_source`` it is the list of all
    sources. ``places``: how many stand on the list.
    """

    kind: Literal["list_state"]
    authority: SourceAuthority
    scheme: ListScheme
    list_source: Text
    as_of: Day
    places: Annotated[int, Meta(ge=0, le=2**31 - 1)]


class CommendationBody(RecordBody, kw_only=True):
    """A good record (守信激励). It never bears on a verdict."""

    kind: Literal["commendation"]
    title: Filled


class CriminalJudgmentBody(RecordBody, kw_only=True):
    """A criminal judgment in force about a party (刑事裁判), as the court's document or list gives it.

    ``is_of_business``: punished for how it did business (政府采购法实施条例 19 因违法经营受到刑事处罚); None where the
    document does not tell.
    """

    kind: Literal["criminal_judgment"]
    authority: SourceAuthority
    offence: Annotated[Filled, Meta(title="罪名")]
    punishment: Annotated[Filled, Meta(title="判处刑罚")]
    effective_on: Annotated[Day, Meta(title="裁判生效日期")]
    is_of_business: Annotated[bool | None, Meta(title="是否因违法经营")]


class HandlingDecisionBody(RecordBody, kw_only=True):
    """What an authority decided on a complaint, after an inspection or in an assessment (行政处理决定, 考核结果)."""

    kind: Literal["handling_decision"]
    authority: SourceAuthority
    matter: Annotated[
        Literal["complaint", "report", "inspection", "assessment"],
        Meta(
            title="处理事项",
            extra={"complaint": "投诉处理", "report": "举报处理", "inspection": "监督检查", "assessment": "考核"},
        ),
    ]
    project: Annotated[Filled | None, Meta(title="涉及项目")]
    outcome: Annotated[Filled, Meta(title="处理结果")]


class RelationBody(RecordBody, kw_only=True):
    """How two parties are related, as an authority states it. Told to award checks only."""

    kind: Literal["relation"]
    relation: Filled
    other: Party
    wording: Filled
    since: Day
    until: EndDay | None


@dataclass(frozen=True)
class RecordKind:
    """A kind of record: how it is labelled, typed, published and exchanged.

    Its states and steps are ``PROCEDURES[code]``, its clocks the rows of ``clocks.toml`` of that noun.
    ``label`` and ``authority_label`` are the words of pages and workbooks; ``bears``: award checks judge by it;
    ``is_public``: the public search finds it; ``is_exchanged``: other nodes are told of it; ``is_disputable``: its
    subject may dispute it and apply for repair.
    """

    code: str
    label: str
    authority_label: str
    body: type[RecordBody]
    bears: bool
    is_public: bool = True
    is_exchanged: bool = True
    is_disputable: bool = False


KINDS = {
    kind.code: kind
    for kind in (
        RecordKind("penalty", "行政处罚", "处罚机关", PenaltyBody, bears=True, is_disputable=True),
        RecordKind("listing", "严重失信主体名单", "列入机关", ListingBody, bears=True, is_disputable=True),
        RecordKind("adopted_listing", "转录名单", "认定机关", AdoptedListingBody, bears=True),
        RecordKind("list_state", "名单状态", "名单来源", ListStateBody, bears=False, is_public=False),
        RecordKind("commendation", "守信激励", "激励机关", CommendationBody, bears=False),
        RecordKind("criminal_judgment", "刑事裁判", "裁判法院", CriminalJudgmentBody, bears=True),
        RecordKind("handling_decision", "行政处理决定", "处理机关", HandlingDecisionBody, bears=True),
        RecordKind("relation", "关联关系", "出具机关", RelationBody, bears=False, is_public=False, is_exchanged=False),
    )
}
"""Every kind of record, by code."""
PUBLIC_KINDS = tuple(code for code, kind in KINDS.items() if kind.is_public)
HIDDEN_KINDS = tuple(code for code, kind in KINDS.items() if not kind.is_public)
"""Kinds that the public search does not find, whatever their audience."""
NEUTRAL_KINDS = tuple(code for code, kind in KINDS.items() if not kind.bears)
"""Kinds that never bear on a verdict themselves."""


def to_json(body: Struct) -> dict[str, Any]:
    """A typed body as JSON values: days as ISO text, unset fields left out."""
    values: dict[str, Any] = msgspec.to_builtins(body)
    return values


def known_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body without what only a later schema knows, at any depth: what may be shown of it."""
    if body.get("schema", 0) <= SCHEMA:
        return dict(body)
    known_body: dict[str, Any] = _keep_known_fields(body, KINDS[body["kind"]].body)
    return known_body


@cache
def fields_of(struct: type[Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """The fields of a type by their names in JSON."""
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


@cache
def struct_in(annotation: Any) -> type[Struct] | None:
    """The type of object that a field holds, alone or in a list; None when it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return annotation
    if get_origin(annotation) in (Annotated, list, Union, UnionType):
        return next((struct for struct in map(struct_in, get_args(annotation)) if struct), None)
    return None


def structs_of(struct: type[Struct]) -> Iterator[type[Struct]]:
    """A type and those that it holds, at any depth."""
    yield struct
    for field in fields_of(struct).values():
        if inner := struct_in(field.type):
            yield from structs_of(inner)


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the body of a kind of record."""
    schema = msgspec.json.schema(KINDS[kind].body)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": KINDS[kind].label, **schema}


def _keep_known_fields(value: Any, struct: type[Struct]) -> Any:
    if isinstance(value, list):
        return [_keep_known_fields(item, struct) for item in value]
    if not isinstance(value, dict):
        return value
    fields = fields_of(struct)
    return {
        name: _keep_known_fields(item, inner) if (inner := struct_in(fields[name].type)) else item
        for name, item in value.items()
        if name in fields
    }
