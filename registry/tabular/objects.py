"""Read JSON files: an array of flat objects, or the same under ``rows``."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from registry.domain.filing.cells import pointer
from registry.errors import Fault
from registry.refusals.content import FileShape, FileUnreadable, TooManyRows
from registry.tabular.sheet import MAX_COLUMNS, MAX_ROWS, Record, Sheet, build
from registry.tabular.text import decode

MAX_DIGITS = 15
_BEGINNING = re.compile(r'\s*(?:\[|(?P<rows>\{)\s*"rows"\s*:\s*\[)')
_BLANK, _COMMA = re.compile(r"\s*"), re.compile(r"\s*,")
_MEMBERS = re.compile(r"\{[^{}]*")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class _NumberText(str):
    """A number as it was written: an amount must not pass through a binary fraction."""

    __slots__ = ()


def read_json(data: bytes) -> Sheet:
    """Read JSON, row by row. Numbers keep their text; one longer than a binary fraction keeps exactly is a fault of its
    row."""
    text, encoding = decode(data)
    _check_skeleton(text)
    return build(_read_records(_parse_rows(text)), "json", encoding)


def _check_skeleton(text: str) -> None:
    """Count brackets and members before building anything: millions of empty lists, or of members of one object, cost
    far more memory than their bytes."""
    skeleton = _STRING.sub("", text)
    if skeleton.count("[") != 1:
        raise FileShape("应为对象的数组，且单元格不得为数组")
    if skeleton.count("{") > MAX_ROWS + 1:
        raise TooManyRows(f"超过 {MAX_ROWS} 行")
    if any(match[0].count(":") > MAX_COLUMNS for match in _MEMBERS.finditer(skeleton)):
        raise FileShape(f"超过 {MAX_COLUMNS} 列")


def _parse_rows(text: str) -> Iterator[dict[str, Any]]:
    """The objects of the array one after the other, so that only one is in memory beside what becomes of it."""
    begun = _BEGINNING.match(text)
    if begun is None:
        raise FileShape("应为对象的数组")
    place, ending = begun.end(), r"\s*\]\s*\}\s*" if begun["rows"] else r"\s*\]\s*"
    is_end = re.compile(ending).fullmatch
    if is_end(text, place):
        return
    try:
        while True:
            row, place = _DECODER.raw_decode(text, _BLANK.match(text, place).end())  # type: ignore[union-attr]
            if not isinstance(row, dict):
                raise FileShape("应为对象的数组")
            yield row
            if (comma := _COMMA.match(text, place)) is None:
                break
            place = comma.end()
    except (ValueError, RecursionError):
        raise FileUnreadable("不是完整的 JSON") from None
    if not is_end(text, place):
        raise FileUnreadable("不是完整的 JSON")


def _refuse_constant(_: str) -> NoReturn:
    raise FileUnreadable("NaN 和 Infinity 不是 JSON 数值")


def _build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = {sys.intern(name): value for name, value in members}
    if len(fields) < len(members):
        raise FileShape("同一对象中有重复的键")
    return fields


_DECODER = json.JSONDecoder(
    parse_int=_NumberText,
    parse_float=_NumberText,
    parse_constant=_refuse_constant,
    object_pairs_hook=_build_object,
)


def _read_records(rows: Iterable[dict[str, Any]]) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        faults = tuple(fault for column, value in row.items() for fault in _value_faults(column, value))
        cells = [(column, sys.intern(str(value)) if isinstance(value, str) else "") for column, value in row.items()]
        yield Record(number, cells, faults)


def _value_faults(column: str, value: object) -> Iterator[Fault]:
    if value is not None and not isinstance(value, str):
        yield Fault(pointer(column), "cell-type", "单元格应为文字、数字或空")
    elif isinstance(value, _NumberText) and sum(c.isdigit() for c in value) > MAX_DIGITS:
        yield Fault(pointer(column), "number-not-text", "长数字应以文字填报，否则会丢失末位")
