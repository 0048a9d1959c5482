"""What a public body that came from another node must look like: one table, read strictly."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from registry.domain import identifiers, redaction, screening
from registry.errors import Fault, Invalid

STATES = {
    "published": frozenset({"publish", "correct"}),
    "withdrawn": frozenset({"withdraw"}),
    "expired": frozenset({"expire"}),
}
"""The states a version may have, each with the acts that lead to it."""
_RECORD = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TEXT_MAX = 100_000
_REVISION_MAX = 2**31 - 1
_AMOUNT_MAX = 2**53 - 1
_YEARS = range(1949, 2200)
"""Days beyond are slips of the pen, and the day before or after the first or last date does not exist."""

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _TEXT_MAX and not _CONTROL.search(value)


def _filled(value: Any) -> bool:
    return _text(value) and bool(value.strip())


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*known: str) -> Check:
    return lambda value: isinstance(value, str) and value in known


def _day(value: Any) -> bool:
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else None
        return day is not None and day.isoformat() == value and day.year in _YEARS
    except ValueError:
        return False


def _whole(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_filled, value))


def _roles(value: Any) -> bool:
    return _texts(value) and set(value) <= set(screening.ROLES)


def _code(value: Any) -> bool:
    """A wrong check character passes, as such codes have been issued; a resident number does not."""
    try:
        folded = identifiers.uscc(value, strict=False) if isinstance(value, str) else None
    except Invalid:
        return False
    return folded == value and (redaction.blot(value) == value or _is_strict(value))


def _is_strict(code: str) -> bool:
    try:
        return identifiers.uscc(code) == code
    except Invalid:
        return False


Table = Mapping[str, "Check | Table"]

MEASURE: Table = {
    "code": _or_none(_filled), "name": _filled, "basis": _filled,
    "effect": _one_of("bars", "review", "none"), "discretionary": _truth, "roles": _roles, "sectors": _texts,
    "only_must_tender": _truth, "territory": _one_of("national", "province"),
    "starts_on": _day, "ends_on": _or_none(_day),
}  # fmt: skip
BODY: Table = {
    "record": _matching(_RECORD), "revision": _whole(1, _REVISION_MAX), "kind": _one_of("penalty"),
    "act": _filled, "state": _one_of(*STATES), "audience": _one_of("public"),
    "subject": {"kind": _one_of("organisation", "sole_trader"), "name": _filled, "uscc": _or_none(_code)},
    "document_number": _filled, "title": _text, "behaviour": _or_none(_filled), "behaviour_text": _text,
    "facts": _text, "basis": _filled, "kinds": _texts, "content": _text,
    "fine_fen": _or_none(_whole(0, _AMOUNT_MAX)), "confiscated_fen": _or_none(_whole(0, _AMOUNT_MAX)),
    "permit": _or_none(_text), "decided_on": _day, "effect_until": _or_none(_day),
    "authority": {"name": _filled, "code": _code},
    "source": {
        "node": _filled, "name": _filled, "code": _text, "department": _filled, "channel": _filled,
        "filed_on": _day, "verified_on": _day,
    },
    "sectors": _texts, "district": _or_none(_filled), "severity": _filled, "is_grave": _truth,
    "measures": lambda value: isinstance(value, list), "policy": _filled,
    "visible_from": _day, "visible_until": _day, "repairable_from": _day, "publish_by": _day,
    "filing": _matching(_DIGEST),
}  # fmt: skip
"""Every field a body has and no other: a field that nobody checks could carry what must not leave the owner.

Basis, document number, authority, source and period are never empty: no record is shown without them. The
period may have ended before it began: an old decision with a ban still in force is published like that.
"""
REMOVAL: Table = {"removed_on": _day, "removed_because": _text, "changed_on": _day, "removal_due": _day}
_CODES = ("/subject/uscc", "/authority/code", "/source/code")


def faults(body: Any, sectors: Collection[str]) -> list[Fault]:
    """What is wrong with a body, place by place; empty when it may be published. Values are never quoted."""
    if not isinstance(body, dict):
        return [Fault("", "wrong-type", "应为 JSON 对象")]
    state = body.get("state")
    is_removal = isinstance(state, str) and state in STATES and state != "published"
    # Step by step: the pointers of a fault name only fields that are known, never a number sent as a name.
    return (
        list(_against(body, {**BODY, **REMOVAL} if is_removal else BODY, ""))
        or list(_rules(body, sectors))
        or list(_personal(body, ""))
    )


def _against(value: Any, table: Table, at: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(at, "wrong-type", "应为 JSON 对象")
        return
    for name in sorted(table.keys() - value.keys()):
        yield Fault(f"{at}/{name}", "missing", "缺少此项")
    if value.keys() - table.keys():
        yield Fault(at, "unknown-field", "含有不认识的项")
    for name in sorted(table.keys() & value.keys()):
        check = table[name]
        if isinstance(check, Mapping):
            yield from _against(value[name], check, f"{at}/{name}")
        elif not check(value[name]):
            yield Fault(f"{at}/{name}", "wrong-value", "内容不合规定")


def _rules(body: dict[str, Any], sectors: Collection[str]) -> Iterator[Fault]:
    for position, measure in enumerate(body["measures"]):
        yield from _measure(measure, sectors, f"/measures/{position}")
    if body["act"] not in STATES[body["state"]]:
        yield Fault("/act", "wrong-value", "行为与状态不符")
    if not body["sectors"] or len(set(body["sectors"])) != len(body["sectors"]):
        yield Fault("/sectors", "wrong-value", "领域为空或重复")
    if not set(body["sectors"]) <= set(sectors):
        yield Fault("/sectors", "unknown-sector", "领域代码不认识")


def _measure(measure: Any, sectors: Collection[str], at: str) -> Iterator[Fault]:
    found = list(_against(measure, MEASURE, at))
    if found:
        yield from found
        return
    if not set(measure["sectors"]) <= set(sectors):
        yield Fault(f"{at}/sectors", "unknown-sector", "领域代码不认识")
    # ISO days compare as text.
    if measure["ends_on"] is not None and measure["ends_on"] <= measure["starts_on"]:
        yield Fault(f"{at}/ends_on", "wrong-value", "限制措施的结束日期不晚于开始日期")


def _personal(value: Any, at: str) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _personal(item, f"{at}/{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _personal(item, f"{at}/{position}")
    elif (
        isinstance(value, str) and redaction.blot(value) != value and not (at in _CODES and _is_strict(value))
    ):
        yield Fault(at, "personal-number", "含有个人识别号码")
