"""Read filings from a file: every row with its faults and notes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from registry import tabular
from registry.domain.filing import columns
from registry.domain.filing.model import Filing, Note, Rules
from registry.domain.filing.parse import clean
from registry.errors import Fault


@dataclass(frozen=True)
class ReadRow:
    """One row: the filing, or the faults that refuse it; ``notes`` list what was cleaned."""

    number: int
    filing: Filing | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]


def read_filings(data: bytes, filename: str, rules: Rules, today: dt.date) -> tuple[int, Iterator[ReadRow]]:
    """Read the number of rows, and the rows one by one. Refuses the whole file when it cannot be read as a table.

    Headings are canonical field names, the ``CF_*`` columns of 2018 or 2016, or Chinese.
    """
    sheet = tabular.read_table(data, filename)
    is_plain = set(sheet.columns) <= set(columns.FIELDS)
    headings = columns.PLAIN if is_plain else columns.resolve(sheet.columns)

    def rows() -> Iterator[ReadRow]:
        for row in sheet.rows:
            cells = dict(row.cells) if is_plain else headings.cells(row.cells)
            filing, faults, notes = clean(cells, rules, today, headings)
            all_faults = tuple(dict.fromkeys((*row.faults, *faults)))
            yield ReadRow(row.number, None if all_faults else filing, all_faults, tuple(notes))

    return len(sheet.rows), rows()
