"""Read CSV files: comma, semicolon, tab or upright stroke, quoted as spreadsheets do."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from registry.domain.filing.vocabulary import Vocabulary
from registry.refusals.content import FileShape, FileUnreadable, NoHeader
from registry.tabular.grid import Book, Grid, text_cell
from registry.tabular.sheet import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from registry.tabular.text import decode

_DELIMITERS = ",;\t|"
_RARE = "，；^~¦"
"""Delimiters that stand in texts too: taken only where they make headings that are known."""
_STATED = re.compile(r"\ufeff*\"?sep=([^\r\n\"])\"?[,;\t]*\r?(?:\n|$)", re.IGNORECASE)
_ROWS_TRIED = 30


def read_delimited(data: bytes, vocabulary: Vocabulary) -> Book:
    """Read CSV; a row's number is its place in the table. A first line ``sep=`` states the delimiter."""
    text, encoding = decode(data)
    # The module's limit is global and lower than our own; ours is judged cell by cell later.
    csv.field_size_limit(MAX_BYTES)
    stated = _STATED.match(text)
    delimiter = stated[1] if stated else _guess_delimiter(text, vocabulary)
    grid = Grid()
    for number, cells in _number_rows(_reader(text[stated.end() :] if stated else text, delimiter)):
        grid.rows[number + bool(stated)] = {
            column: text_cell(cell) for column, cell in enumerate(cells, 1) if cell and not cell.isspace()
        }
    if not grid.rows:
        raise NoHeader
    return Book([grid], "csv", encoding)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


def _guess_delimiter(text: str, vocabulary: Vocabulary) -> str:
    """The delimiter by which most headings are known, else the one that makes most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(islice(_reader(text[: 2**16], delimiter), _ROWS_TRIED))
        except csv.Error:
            rows = [line.split(delimiter) for line in text[: 2**16].splitlines()[:_ROWS_TRIED]]
        known = max((sum(bool(vocabulary.meaning(cell.strip()).field) for cell in row) for row in rows), default=0)
        return known, max((len(row) for row in rows), default=0)

    usual = max(_DELIMITERS, key=score)
    rare = max(_RARE, key=score)
    return rare if score(rare)[0] > max(1, score(usual)[0]) else usual


def _number_rows(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = filled = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise FileUnreadable(f"第 {number} 行引号不完整或格式错误") from None
        if not any(cell.strip() for cell in cells):
            continue
        filled += 1
        if len(cells) > 10_000 or any(cell.strip() for cell in cells[MAX_COLUMNS:]):
            raise FileShape(f"第 {number} 行列数过多")
        yield number, cells
        if filled > MAX_ROWS + 100:
            return
