"""Read CSV files: comma, semicolon or tab, quoted as spreadsheets do."""

import csv
import io
from collections.abc import Iterator

from registry.refusals.content import FileShape, FileUnreadable, NoHeader
from registry.tabular.sheet import MAX_BYTES, Record, Sheet, build, heading, pairs
from registry.tabular.text import decode

_DELIMITERS = ",;\t"


def read_delimited(data: bytes) -> Sheet:
    """Read CSV. The first row that is not empty is the heading row; a row's number is its place in the table."""
    text, encoding = decode(data)
    # The module's limit is global and lower than our own; ours is judged cell by cell later.
    csv.field_size_limit(MAX_BYTES)
    rows = _number_rows(csv.reader(io.StringIO(text, newline=""), delimiter=_guess_delimiter(text), strict=True))
    for _, cells in rows:
        columns = heading(cells)
        return build(_read_records(columns, rows), columns, "csv", encoding)
    raise NoHeader


def _guess_delimiter(text: str) -> str:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _number_rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise FileUnreadable(f"第 {number} 行引号不完整或格式错误") from None
        if len(cells) > 10_000:
            raise FileShape(f"第 {number} 行列数过多")
        if any(cell.strip() for cell in cells):
            yield number, cells


def _read_records(columns: list[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Record]:
    for number, cells in rows:
        yield Record(number, *pairs(columns, cells))
