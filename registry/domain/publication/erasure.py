"""Blank what is erased: a body that is still valid under its type, and stored facts that can still be read."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal, get_origin

import msgspec
from msgspec import Struct

from registry.domain import records

ACT, STATE = "erase", "removed"
"""The act of the closing version of an erased record, and its state."""
ERASED = "已依法删除"
"""What stands for a text that was erased."""
_KEPT = frozenset({
    "schema", "record", "revision", "kind", "act", "state", "audience", "authority", "source", "sectors", "scheme",
    "list_source", "as_of", "policy", *records.REMOVAL_FIELDS,
})  # fmt: skip
"""Fields of a body that say which authority and node answer for it and where it belongs, nothing of its subject."""
_KEPT_FACTS = frozenset({"sectors", "district", "authority_code", "authority_name", "scheme", "list_source", "about"})
_CODED = frozenset({"kind", "about_noun", "relation", "outcome", "role", "matter"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def erased_body(body: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """A body of which only the kept fields are left; every other has the emptiest value that its type allows.

    Days become the day of the erasure. Blanking a blank body of that day changes nothing.
    """
    return _blank_struct(body, records.KINDS[body["kind"]].body, day, _KEPT)


def closing_body(body: Mapping[str, Any], reason: str, day: dt.date) -> dict[str, Any]:
    """The closing version of an erased record: blank, with the legal ground as the reason of its removal."""
    blank = erased_body({name: body[name] for name in body if name not in records.REMOVAL_FIELDS}, day)
    return blank | {
        "schema": records.SCHEMA,
        "revision": body["revision"] + 1,
        "act": ACT,
        "state": STATE,
        "removed_on": day.isoformat(),
        "removed_because": reason,
        "changed_on": day.isoformat(),
        "removal_due": day.isoformat(),
    }


def erased_facts(facts: Any, day: dt.date) -> Any:
    """Stored facts without content: texts and numbers are blanked, so that what reads their shape still can."""
    if isinstance(facts, dict):
        return {
            name: value
            if name in _KEPT_FACTS or (name in _CODED and isinstance(value, str) and value.isascii())
            else (None if name == "uscc" else erased_facts(value, day))
            for name, value in facts.items()
        }
    if isinstance(facts, list):
        return []
    if isinstance(facts, str) and facts:
        return day.isoformat() if _DAY.fullmatch(facts) else ERASED
    if type(facts) in (int, float):
        return 0
    return facts


def _blank_struct(
    value: Mapping[str, Any], struct: type[Struct], day: dt.date, kept: frozenset[str] = frozenset()
) -> dict[str, Any]:
    fields = records.fields_of(struct)
    return {
        name: item if name in kept else _blank_value(item, fields[name].type, day)
        for name, item in value.items()
        if name in kept or (name in fields and fields[name].required)
    }


def _blank_value(value: Any, annotation: Any, day: dt.date) -> Any:
    if get_origin(annotation) is Literal:
        return value
    candidates: tuple[Any, ...] = (None, [], "", ERASED, False, 0, day.isoformat(), "0" * 64)
    for candidate in candidates:
        try:
            msgspec.convert(candidate, annotation)
        except msgspec.ValidationError:
            continue
        return candidate
    inner = records.struct_in(annotation)
    if inner is None or not isinstance(value, Mapping):
        return value
    return _blank_struct(value, inner, day)
