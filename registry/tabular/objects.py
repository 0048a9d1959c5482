"""Read JSON files: an array of flat objects, or the same under ``rows``."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from registry.domain.filing.cells import pointer
from registry.errors import Fault
from registry.refusals.content import FileShape, FileUnreadable, TooManyRows
from registry.tabular.sheet import MAX_ROWS, Record, Sheet, build
from registry.tabular.text import decode

MAX_DIGITS = 15
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class _NumberText(str):
    """A number as it was written: an amount must not pass through a binary fraction."""

    __slots__ = ()


def read_json(data: bytes) -> Sheet:
    """Read JSON. Numbers keep their text; one longer than a binary fraction keeps exactly is a fault of its row."""
    text, encoding = decode(data)
    _check_skeleton(text)
    try:
        content = json.loads(
            text,
            parse_int=_NumberText,
            parse_float=_NumberText,
            parse_constant=_refuse_constant,
            object_pairs_hook=_build_object,
        )
    except (ValueError, RecursionError):
        raise FileUnreadable("不是完整的 JSON") from None
    rows = content["rows"] if isinstance(content, dict) and list(content) == ["rows"] else content
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileShape("应为对象的数组")
    return build(_read_records(rows), "json", encoding)


def _check_skeleton(text: str) -> None:
    """Count brackets before building anything: millions of empty lists cost more memory than their bytes."""
    skeleton = _STRING.sub("", text)
    if skeleton.count("[") != 1:
        raise FileShape("应为对象的数组，且单元格不得为数组")
    if skeleton.count("{") > MAX_ROWS + 1:
        raise TooManyRows(f"超过 {MAX_ROWS} 行")


def _refuse_constant(_: str) -> NoReturn:
    raise FileUnreadable("NaN 和 Infinity 不是 JSON 数值")


def _build_object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(members)
    if len(fields) < len(members):
        raise FileShape("同一对象中有重复的键")
    return fields


def _read_records(rows: list[dict[str, Any]]) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        faults = tuple(fault for column, value in row.items() for fault in _value_faults(column, value))
        cells = [(column, value if isinstance(value, str) else "") for column, value in row.items()]
        yield Record(number, cells, faults)


def _value_faults(column: str, value: object) -> Iterator[Fault]:
    if value is not None and not isinstance(value, str):
        yield Fault(pointer(column), "cell-type", "单元格应为文字、数字或空")
    elif isinstance(value, _NumberText) and sum(c.isdigit() for c in value) > MAX_DIGITS:
        yield Fault(pointer(column), "number-not-text", "长数字应以文字填报，否则会丢失末位")
