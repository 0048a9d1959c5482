"""Read filed records of one kind from a file: every row with its faults and notes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from registry import tabular
from registry.domain import record_fields
from registry.domain.cases.filed_kinds import FiledKind
from registry.domain.cases.filed_record import FiledRecord, parse_row
from registry.domain.filing import record_columns
from registry.domain.filing.model import Note, Rules
from registry.errors import Fault


@dataclass(frozen=True)
class RecordRow:
    """One row: the record, or the faults that refuse it; ``notes`` list what was cleaned."""

    number: int
    filed: FiledRecord | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]


def read_records(data: bytes, filename: str, kind: FiledKind, rules: Rules, today: dt.date) -> Iterator[RecordRow]:
    """Read a file of records. Refuses the whole file when it cannot be read as a table of this kind."""
    sheet = tabular.read_table(data, filename)
    titles = {own.name: own.title for own in record_fields.own_fields(kind.noun)}
    headings = record_columns.resolve(sheet.columns, titles)
    for row in sheet.rows:
        filed, faults, notes = parse_row(kind, headings.cells(row.cells), headings, rules, today)
        all_faults = tuple(dict.fromkeys((*row.faults, *faults)))
        yield RecordRow(row.number, None if all_faults else filed, all_faults, tuple(notes))
