"""Row of reference data: one version of one ``code``, in force while ``effective_from <= day < effective_until``.

Parse a row from TOML or JSON, write it as JSON, and find versions that overlap.
"""

import dataclasses
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, kw_only=True)
class Row:
    """Fields common to all reference rows; ``source`` names instrument and article, ``note`` what a reader must know.

    ``status`` is ``unconfirmed`` where no text at hand backs the row: configuration, never verified law.
    """

    code: str
    name: str
    effective_from: date
    effective_until: date | None = None
    source: str
    status: Literal["confirmed", "unconfirmed"]
    note: str = ""

    def __post_init__(self) -> None:
        for key in ("code", "name", "source"):
            if not getattr(self, key).strip():
                raise ValueError(f"{self.code}: {key} is empty")
        if self.effective_until is not None and self.effective_until <= self.effective_from:
            raise ValueError(f"{self.code}: effective_until is not after effective_from")

    def is_in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day < self.effective_until)


def parse_row(cls: type[Row], data: Mapping[str, Any]) -> Row:
    """Parse a row from ``data``, whose dates may be ISO strings; ValueError names the row and the key."""
    where = f"{cls.__name__} {_quoted(data.get('code'))}"
    hints, required = _columns(cls)
    if unknown := sorted(data.keys() - hints.keys()):
        raise ValueError(f"{where}: unknown key {', '.join(unknown)}")
    if missing := [name for name in required if name not in data]:
        raise ValueError(f"{where}: missing key {', '.join(missing)}")
    try:
        return cls(**{key: _convert_value(hints[key], value, key) for key, value in data.items()})
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def row_body(row: Row) -> dict[str, Any]:
    """The row as JSON-able data, every key present; ``parse_row`` restores the same row."""
    return {field.name: _to_json_value(getattr(row, field.name)) for field in dataclasses.fields(row)}


def overlapping_rows(rows: Iterable[Row]) -> list[tuple[Row, Row]]:
    """Neighbouring versions of one code that are in force on a common day."""
    ordered = sorted(rows, key=lambda row: (row.code, row.effective_from))
    return [(a, b) for a, b in pairwise(ordered) if a.code == b.code and a.is_in_force(b.effective_from)]


_COLUMNS: dict[type[Row], tuple[dict[str, Any], list[str]]] = {}


def _columns(cls: type[Row]) -> tuple[dict[str, Any], list[str]]:
    """The type of each field of a class, and the fields that every row must give; worked out once per class."""
    if cls not in _COLUMNS:
        required = [field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING]
        _COLUMNS[cls] = get_type_hints(cls), required
    return _COLUMNS[cls]


def _convert_value(hint: Any, raw: object, key: str) -> Any:
    origin = get_origin(hint)
    if origin is tuple and isinstance(raw, list | tuple):
        return tuple(_convert_value(get_args(hint)[0], item, key) for item in raw)
    if origin in (types.UnionType, Union):
        return None if raw is None else _convert_value(get_args(hint)[0], raw, key)
    if origin is Literal and raw in get_args(hint):
        return raw
    if hint is date and type(raw) is str:
        return _parse_day(raw, key)
    # bool is an int and datetime a date, hence the exact type
    if type(raw) is hint:
        return raw
    raise ValueError(f"{key} cannot be {_quoted(raw)}")


def _parse_day(text: str, key: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{key} cannot be {_quoted(text)}") from None


def _quoted(value: object) -> str:
    """A value as a message repeats it: a text with its own characters, in which a person's number can still be seen."""
    return f"'{value}'" if isinstance(value, str) else repr(value)


def _to_json_value(value: object) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_to_json_value(item) for item in value]
    return value
