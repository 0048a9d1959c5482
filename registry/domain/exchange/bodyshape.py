"""The fields of a public body, kind by kind, each with what it may hold. One table, read by ``bodycheck``.

Every field a body has and no other: a field that nobody checks could carry what must not leave the owner. Basis,
document number, authority, source and period are never empty: no record is shown without them.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from registry.domain import identifiers
from registry.domain.checks.model import ROLES
from registry.domain.publication import redaction
from registry.errors import Invalid

STATES = {
    "published": frozenset({"publish", "correct", "mark", "unmark", "resume", "extend"}),
    "suspended": frozenset({"suspend"}),
    "withdrawn": frozenset({"withdraw"}),
    "revoked": frozenset({"revoke"}),
    "repaired": frozenset({"repair"}),
    "removed": frozenset({"remove"}),
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
Table = Mapping[str, "Check | Table"]


def text(value: Any) -> bool:
    """Text without control characters, perhaps empty."""
    return isinstance(value, str) and len(value) <= _TEXT_MAX and not _CONTROL.search(value)


def filled(value: Any) -> bool:
    """Text that says something."""
    return text(value) and bool(value.strip())


def day(value: Any) -> bool:
    """An ISO day that a decision can mean."""
    try:
        found = dt.date.fromisoformat(value) if isinstance(value, str) else None
        return found is not None and found.isoformat() == value and found.year in _YEARS
    except ValueError:
        return False


def is_strict(code: str) -> bool:
    """Whether an organisation's code is written as it should be, check character and all."""
    try:
        return identifiers.uscc(code) == code
    except Invalid:
        return False


def _matching(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*known: str) -> Check:
    return lambda value: isinstance(value, str) and value in known


def _whole(low: int, high: int) -> Check:
    return lambda value: type(value) is int and low <= value <= high


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(filled, value))


def _roles(value: Any) -> bool:
    return _texts(value) and set(value) <= set(ROLES)


def _code(value: Any) -> bool:
    """A wrong check character passes, as such codes have been issued; a resident number does not."""
    try:
        folded = identifiers.uscc(value, strict=False) if isinstance(value, str) else None
    except Invalid:
        return False
    return folded == value and (redaction.blot(value) == value or is_strict(value))


def _list_of(table: Table) -> Check:
    def check(value: Any) -> bool:
        return isinstance(value, list) and all(_is(item, table) for item in value)

    return check


def _is(value: Any, table: Table) -> bool:
    """Whether a value has exactly the fields of a table; used where no pointer into it is needed."""
    return (
        isinstance(value, dict)
        and value.keys() == table.keys()
        and all(
            _is(value[name], check) if isinstance(check, Mapping) else check(value[name])
            for name, check in table.items()
        )
    )


MEASURE: Table = {
    "code": _or_none(filled),
    "name": filled,
    "basis": filled,
    "effect": _one_of("bars", "review", "none"),
    "discretionary": _truth,
    "roles": _roles,
    "sectors": _texts,
    "only_must_tender": _truth,
    "territory": _one_of("national", "province"),
    "starts_on": day,
    "ends_on": _or_none(day),
}
_COMMON: Table = {
    "record": _matching(_RECORD),
    "revision": _whole(1, _REVISION_MAX),
    "act": filled,
    "state": _one_of(*STATES),
    "audience": _one_of("public"),
    "subject": {"kind": _one_of("organisation", "sole_trader"), "name": filled, "uscc": _or_none(_code)},
    "document_number": filled,
    "behaviour": _or_none(filled),
    "facts": text,
    "basis": filled,
    "decided_on": day,
    "authority": {"name": filled, "code": _code},
    "source": {
        "node": filled,
        "name": filled,
        "code": text,
        "department": filled,
        "channel": filled,
        "filed_on": day,
        "verified_on": day,
    },
    "sectors": _texts,
    "district": _or_none(filled),
    "is_grave": _truth,
    "measures": lambda value: isinstance(value, list),
    "policy": filled,
    "visible_from": day,
    "visible_until": day,
    "publish_by": day,
    "filing": _matching(_DIGEST),
}
_PENALTY: Table = {
    **_COMMON,
    "kind": _one_of("penalty"),
    "title": text,
    "behaviour_text": text,
    "kinds": _texts,
    "content": text,
    "fine_fen": _or_none(_whole(0, _AMOUNT_MAX)),
    "confiscated_fen": _or_none(_whole(0, _AMOUNT_MAX)),
    "permit": _or_none(text),
    "effect_until": _or_none(day),
    "severity": filled,
    "repairable_from": day,
}
_PARTY: Table = {
    "kind": _one_of("organisation", "sole_trader", "natural_person"),
    "name": filled,
    "uscc": _or_none(_code),
}
_LISTING: Table = {
    **_COMMON,
    "kind": _one_of("listing"),
    "subject": _PARTY,
    "scheme": {"code": filled, "name": filled, "basis": filled, "basis_level": filled},
    "reasons": text,
    "exit": filled,
    "severity": filled,
    "repairable_from": day,
    "starts_on": day,
    "ends_on": day,
    "grounds": _list_of(
        {
            "kind": _one_of("penalty", "judgment"),
            "record": _or_none(_matching(_RECORD)),
            "document_number": filled,
            "authority": filled,
            "decided_on": day,
        }
    ),
    "responsible": _list_of({"name": filled, "role": filled, "as_of": day}),
    "remedies": {"reconsideration_until": day, "litigation_until": day},
}
_COMMENDATION: Table = {
    **_COMMON,
    "kind": _one_of("commendation"),
    "title": filled,
    "measures": lambda value: value == [],
    "is_grave": lambda value: value is False,
}
_RELATION: Table = {
    **_COMMON,
    "kind": _one_of("relation"),
    "audience": _one_of("authorised"),
    "relation": filled,
    "other": _PARTY,
    "wording": filled,
    "since": day,
    "until": _or_none(day),
    "measures": lambda value: value == [],
    "is_grave": lambda value: value is False,
}
BODIES = {"penalty": _PENALTY, "listing": _LISTING, "commendation": _COMMENDATION, "relation": _RELATION}
"""The table of each kind of record. The period may have ended before it began: an old decision with a ban still
in force is published like that."""
KEPT_HOME = frozenset({"relation"})
"""Kinds that no other node is told of, and that none may tell this one of."""

_REMOVAL: Table = {"removed_on": day, "removed_because": text, "changed_on": day, "removal_due": day}
_SUSPENSION: Table = {"suspended_because": text, "suspended_until": _or_none(day)}
MARKS: Table = {"disputed_on": day, "suspensions": _list_of({"from": day, "until": _or_none(day)})}
"""Fields that a body of any kind and state may have or not."""


def table(kind: str, state: str) -> Table:
    """The fields that a body of this kind has in this state."""
    by_state: dict[str, Table] = {"published": {}, "suspended": _SUSPENSION}
    return {**BODIES[kind], **by_state.get(state, _REMOVAL)}
