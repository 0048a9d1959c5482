"""Read filed records of one kind from a file: every row with its faults and notes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from registry import tabular
from registry.domain import record_fields
from registry.domain.cases.filed_kinds import FiledKind
from registry.domain.cases.filed_record import FiledRecord, parse_row
from registry.domain.filing import columns, record_columns
from registry.domain.filing.model import Note, Rules
from registry.domain.filing.reading import AS_WRITTEN, Reading
from registry.domain.filing.vocabulary import Vocabulary
from registry.errors import Fault
from registry.tabular.filings import judge_row
from registry.tabular.sheet import FileNote, Row


@dataclass(frozen=True)
class RecordRow:
    """One row: the record, or the faults that refuse it; ``notes`` list what was cleaned. ``sheet``: its sheet in a
    workbook where more than one has records."""

    number: int
    filed: FiledRecord | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    sheet: str = ""


@dataclass(frozen=True)
class RecordsFile:
    """A file of records: how many rows, what is said about the file, and the rows one by one."""

    total: int
    notes: tuple[FileNote, ...]
    rows: Iterator[RecordRow]


def vocabulary_of(kind: FiledKind) -> Vocabulary:
    """The headings that a file of this kind may have."""
    own = record_fields.own_fields(kind.noun)
    return record_columns.vocabulary_for(
        {each.name: each.title for each in own}, [each.name for each in own if each.form == "day"]
    )


def read_records(
    data: bytes, filename: str, kind: FiledKind, judged_by: tuple[Rules, dt.date], reading: Reading = AS_WRITTEN
) -> RecordsFile:
    """Read a file of records by rules on a day. Refuses the whole file when it cannot be read as a table of this
    kind."""
    rules, today = judged_by
    vocabulary = vocabulary_of(kind).mapped(reading.mapping)
    tables = tabular.read_tables(data, filename, vocabulary)
    headed = [(sheet, record_columns.resolve(sheet.columns, vocabulary)) for sheet in tables.sheets]
    is_several = len({sheet.name for sheet in tables.sheets if sheet.rows}) > 1

    def read_row(name: str, row: Row, headings: columns.Headings) -> RecordRow:
        filed, faults, notes = parse_row(kind, headings.cells(row.cells), headings, rules, today)
        row_faults, row_notes = judge_row(row, vocabulary, reading.confirmed)
        all_faults = tuple(dict.fromkeys((*row_faults, *faults)))
        kept = None if all_faults else filed
        return RecordRow(row.number, kept, all_faults, (*row_notes, *notes), name if is_several else "")

    rows = (read_row(sheet.name, row, headings) for sheet, headings in headed for row in sheet.rows)
    left_out = tuple(
        FileNote("column-left-out", f"不认识的列，未读取：{columns.listed_titles(headings.left_out)}", sheet.name)
        for sheet, headings in headed
        if headings.left_out
    )
    return RecordsFile(tables.total, (*tables.notes, *left_out), rows)
