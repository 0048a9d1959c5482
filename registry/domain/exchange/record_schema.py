"""Validate a public body that came from another node against the type of its kind (``domain/records``)."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

import msgspec
from msgspec import Struct

from registry.domain import identifiers, records
from registry.domain.filing import alphabets, cells
from registry.domain.law.publicity import add_months
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid

_CODES = ("/subject/uscc", "/authority/code", "/source/code", "/other/uscc")
_PARTY_CODES = ("/subject/uscc", "/authority/code", "/other/uscc")
_NEWEST = records.SCHEMA + 1
"""Bodies of the next schema are taken, so that nodes can be upgraded one after the other."""


_FIRST_DAY, _LAST_DAY = f"{records.FIRST_YEAR:04}-01-01", f"{records.LAST_YEAR:04}-12-31"

_FIELD_NAMES = frozenset(
    name
    for kind in records.KINDS.values()
    for struct in records.structs_of(kind.body)
    for name in records.fields_of(struct)
)

ListMeasures = Callable[[dt.date], Mapping[str, Collection[str]]]
"""The measures that each list with an adequate basis provides for on a day, by the code of the list."""


def faults(
    body: Any,
    sectors: Collection[str],
    list_measures: ListMeasures | None = None,
    publicity_months: int | None = None,
    encoded: bytes | None = None,
) -> list[Fault]:
    """Faults of a body, place by place; empty when it may be published. Values are never quoted.

    ``encoded``: its canonical bytes, where they are at hand.

    A penalty is public for ``publicity_months`` at most, the longest that any policy here allows, or while it binds.

    Listings are judged by ``list_measures``: a list that is not known here or has no adequate basis, and a measure
    that its list does not provide for, bind nobody (国办发〔2020〕49号).
    """
    if not isinstance(body, dict):
        return [Fault("", "wrong-type", "应为 JSON 对象")]
    if "kind" not in body:
        return [Fault("/kind", "missing", "缺少此项")]
    kind = records.KINDS.get(body["kind"]) if isinstance(body["kind"], str) else None
    if kind is None or not kind.is_exchanged:
        return [Fault("/kind", "wrong-value", "内容不合规定")]
    if not is_readable(body.get("schema", 0)):
        return [Fault("/schema", "schema-unsupported", "正文的模式版本不在本节点可读的范围内")]
    # Step by step: the pointers of a fault name only fields that are known, never a number sent as a name.
    is_next = body.get("schema", 0) == _NEWEST
    return (
        _shape_faults_of(body, kind, is_next=is_next)
        or list(_rule_faults(body, kind, sectors))
        or list(_list_faults(body, list_measures))
        or list(_period_faults(body, publicity_months))
        # Nobody sees them, or they turn a text round: the same as a clerk may not file.
        or [Fault(at, cells.FORBIDDEN, "含有不可见字符") for at in _forbidden_places(body, encoded)]
        or list(_name_faults(body))
        or list(_personal_number_faults(body, ""))
    )


def is_readable(schema: Any) -> bool:
    """Whether this node reads bodies and envelopes of a schema: none (version 0), its own, and the next."""
    return type(schema) is int and 0 <= schema <= _NEWEST


def _shape_faults_of(body: dict[str, Any], kind: records.RecordKind, *, is_next: bool) -> list[Fault]:
    if not is_next and _has_shape(body, kind.body):
        return []
    return list(_shape_faults(body, kind.body, "", is_next=is_next))


def _has_shape(body: dict[str, Any], struct: type[Struct]) -> bool:
    """Whether a body is of a type, looked at as a whole; ``_shape_faults`` tells where it is not."""
    try:
        msgspec.convert(body, struct)
    except msgspec.ValidationError:
        return False
    return _is_known(body, struct)


def _is_known(value: dict[str, Any], struct: type[Struct]) -> bool:
    """Whether a value of a type has no fields but those of the type, and no day out of all reason."""
    parts, days = _parts_of(struct)
    if not value.keys() <= records.fields_of(struct).keys():
        return False
    if any(not _FIRST_DAY <= value[name] <= _LAST_DAY for name in days if value.get(name) is not None):
        return False
    for name, inner in parts:
        item = value.get(name)
        for part in item if isinstance(item, list) else (item,):
            if isinstance(part, dict) and not _is_known(part, inner):
                return False
    return True


@cache
def _parts_of(struct: type[Struct]) -> tuple[list[tuple[str, type[Struct]]], list[str]]:
    """The fields of a type that hold other types, with these, and those that hold a day."""
    fields = records.fields_of(struct)
    parts = [(name, inner) for name, field in fields.items() if (inner := records.struct_in(field.type))]
    return parts, [name for name, field in fields.items() if _is_day(field.type)]


def _is_day(annotation: Any) -> bool:
    return annotation is dt.date or any(map(_is_day, get_args(annotation)))


def _forbidden_places(body: dict[str, Any], encoded: bytes | None) -> Iterable[str]:
    """Pointers of forbidden characters: where nothing is escaped, one look at the whole text tells that there are
    none."""
    if encoded is not None and b"\\" not in encoded and not cells.is_forbidden(encoded.decode()):
        return ()
    return cells.forbidden_places(body)


def _shape_faults(value: Any, struct: type[Struct], at: str, *, is_next: bool) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(at, "wrong-type", "应为 JSON 对象")
        return
    fields = records.fields_of(struct)
    for name in sorted(name for name, field in fields.items() if field.required and name not in value):
        yield Fault(f"{at}/{name}", "missing", "缺少此项")
    if value.keys() - fields.keys() and not is_next:
        yield Fault(at, "unknown-field", "含有不认识的项")
    for name in sorted(fields.keys() & value.keys()):
        if not (is_next and name == "schema"):
            yield from _field_faults(value[name], fields[name].type, f"{at}/{name}", is_next=is_next)


def _field_faults(value: Any, annotation: Any, at: str, *, is_next: bool) -> Iterator[Fault]:
    inner = records.struct_in(annotation)
    if inner and isinstance(value, dict):
        yield from _shape_faults(value, inner, at, is_next=is_next)
    elif inner and isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for position, item in enumerate(value):
            yield from _shape_faults(item, inner, f"{at}/{position}", is_next=is_next)
    elif not _is_valid(value, annotation):
        yield Fault(at, "wrong-value", "内容不合规定")


def _is_valid(value: Any, annotation: Any) -> bool:
    try:
        typed = msgspec.convert(value, annotation)
    except msgspec.ValidationError:
        return False
    return not isinstance(typed, dt.date) or records.FIRST_YEAR <= typed.year <= records.LAST_YEAR


def _rule_faults(body: dict[str, Any], kind: records.RecordKind, sectors: Collection[str]) -> Iterator[Fault]:
    """Faults of rules that hold between the fields of a body."""
    yield from _state_faults(body)
    yield from _wording_faults(body)
    for position, measure in enumerate(body["measures"]):
        yield from _measure_faults(measure, sectors, f"/measures/{position}")
    if body["audience"] != "public":
        yield Fault("/audience", "wrong-value", "内容不合规定")
    if body["subject"]["kind"] == "natural_person" and kind.code != "listing":
        yield Fault("/subject/kind", "wrong-value", "内容不合规定")
    if not kind.bears and (body["measures"] or body["is_grave"]):
        yield Fault("/measures", "wrong-value", "此类记录不含限制措施")
    for at in _PARTY_CODES:
        holder, name = at[1:].split("/")
        code = body.get(holder, {}).get(name)
        if code is not None and not _is_code(code):
            yield Fault(at, "wrong-value", "内容不合规定")
    if body["act"] not in records.STATES[body["state"]]:
        yield Fault("/act", "wrong-value", "行为与状态不符")
    if not body["sectors"] or len(set(body["sectors"])) != len(body["sectors"]):
        yield Fault("/sectors", "wrong-value", "领域为空或重复")
    if not set(body["sectors"]) <= set(sectors):
        yield Fault("/sectors", "unknown-sector", "领域代码不认识")


def _list_faults(body: Mapping[str, Any], list_measures: ListMeasures | None) -> Iterator[Fault]:
    """A version that takes a listing away is taken in whatever its list: it binds nobody."""
    if list_measures is None or "scheme" not in body or body["state"] != "published":
        return
    # A list is adopted as it stands now; what it holds may be older than the scheme.
    day = body["as_of"] if body["kind"] == "adopted_listing" else body["decided_on"]
    provided = list_measures(dt.date.fromisoformat(day)).get(body["scheme"]["code"])
    if provided is None:
        yield Fault("/scheme/code", "scheme-without-basis", "本节点没有此名单，或者名单没有足够的依据")
        return
    for position, measure in enumerate(body["measures"]):
        if measure["code"] not in provided or body["kind"] == "adopted_listing":
            yield Fault(f"/measures/{position}/code", "measure-outside-scheme", "名单的设列依据中没有此措施")


def _period_faults(body: Mapping[str, Any], publicity_months: int | None) -> Iterator[Fault]:
    """Faults of what is public longer than any rule allows and its measures bind (``publicity.while_binding``)."""
    if publicity_months is None or body["kind"] != "penalty" or body["state"] != "published":
        return
    first_day = max(body["visible_from"], body["decided_on"])  # ISO days compare as text
    latest = add_months(dt.date.fromisoformat(first_day), publicity_months).isoformat()
    running = [measure for measure in body["measures"] if measure["effect"] != "none"]
    if any(measure["ends_on"] is None for measure in running):
        return
    if body["visible_until"] > max([latest, *(measure["ends_on"] for measure in running)]):
        yield Fault("/visible_until", "period-too-long", "公示期超过任何规则所定的最长期限")


def _wording_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    """What must be said is said in letters or digits: a dash is no legal basis."""
    for at in ("/basis", "/document_number", "/subject/name", "/authority/name"):
        value: Any = body
        for name in at[1:].split("/"):
            value = value[name]
        if not any(map(str.isalnum, value)):
            yield Fault(at, "says-nothing", "没有实质内容")


def _state_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of state fields: reason and days of a removal or suspension belong in bodies of that state only."""
    is_removed, is_suspended = body["state"] in records.REMOVED_STATES, body["state"] == "suspended"
    for names, is_due in ((records.REMOVAL_FIELDS, is_removed), (records.SUSPENSION_FIELDS, is_suspended)):
        for name in names:
            if is_due and name not in body:
                yield Fault(f"/{name}", "missing", "缺少此项")
            if not is_due and name in body:
                yield Fault("", "unknown-field", "含有不认识的项")


def _measure_faults(measure: Mapping[str, Any], sectors: Collection[str], at: str) -> Iterator[Fault]:
    if not set(measure["sectors"]) <= set(sectors):
        yield Fault(f"{at}/sectors", "unknown-sector", "领域代码不认识")
    # ISO days compare as text.
    if measure["ends_on"] is not None and measure["ends_on"] <= measure["starts_on"]:
        yield Fault(f"{at}/ends_on", "wrong-value", "限制措施的结束日期不晚于开始日期")


def _is_code(code: str) -> bool:
    """A wrong check character passes, as such codes have been issued; a resident number does not."""
    try:
        folded = identifiers.uscc(code, strict=False)
    except Invalid:
        return False
    return folded == code and (identifiers.is_sound(code) or redaction.blot(code) == code)


def _name_faults(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of names with letters of two alphabets: of parties, authorities, courts and persons, not of measures.

    The same as a clerk may not file, but for what takes a record away: that is never refused for its wording.
    """
    if body["state"] in records.REMOVED_STATES:
        return
    named = {f"/{name}": item for name, item in body.items() if isinstance(item, dict)}
    named |= {
        f"/{name}/{position}": item
        for name, items in body.items()
        if isinstance(items, list) and name != "measures"
        for position, item in enumerate(items)
        if isinstance(item, dict)
    }
    for at, item in named.items():
        if isinstance(item.get("name"), str) and alphabets.mixes_letters(item["name"]):
            yield Fault(f"{at}/name", alphabets.NAME_MIXED, "名称中混有其他文字的字母")


def _personal_number_faults(value: Any, at: str) -> Iterator[Fault]:
    """Faults of numbers of natural persons, also in fields that this node does not know, whose names may hold one."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _FIELD_NAMES and redaction.blot(name) != name:
                yield Fault(at, "personal-number", "含有个人识别号码")
            else:
                yield from _personal_number_faults(item, f"{at}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _personal_number_faults(item, f"{at}/{position}")
    elif (
        isinstance(value, str) and not (at in _CODES and identifiers.is_sound(value)) and redaction.blot(value) != value
    ):
        yield Fault(at, "personal-number", "含有个人识别号码")
