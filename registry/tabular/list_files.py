"""Read places on a list from a file of that list: every row with its faults and notes."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry import tabular
from registry.domain.cases.adopted_listing import ListPlace, ListState, parse_place
from registry.domain.filing import list_columns
from registry.domain.filing.columns import Headings
from registry.domain.filing.model import Note, Rules
from registry.domain.filing.reading import AS_WRITTEN, Reading
from registry.errors import Fault
from registry.tabular.filings import judge_row
from registry.tabular.sheet import FileNote, Row


@dataclass(frozen=True)
class PlaceRow:
    """One row: the place, or the faults that refuse it; ``notes`` list what was cleaned. ``position``: which row of the
    file it is, over all its sheets; ``sheet``: where more than one has places."""

    number: int
    place: ListPlace | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    position: int = 0
    sheet: str = ""


@dataclass(frozen=True)
class ListFile:
    """A list file: how many rows, the columns left out because nobody knows them, what else is said about the file, and
    the rows one by one."""

    total: int
    left_out: list[str]
    notes: tuple[FileNote, ...]
    rows: Iterator[PlaceRow]


def read_list(data: bytes, filename: str, state: ListState, rules: Rules, reading: Reading = AS_WRITTEN) -> ListFile:
    """Read a list file. Refuses the whole file when it cannot be read as a table of a list."""
    vocabulary = list_columns.VOCABULARY.mapped(reading.mapping)
    tables = tabular.read_tables(data, filename, vocabulary)
    headed = [(sheet, list_columns.resolve(sheet.columns, vocabulary)) for sheet in tables.sheets]

    is_several = len({sheet.name for sheet in tables.sheets if sheet.rows}) > 1

    def read_row(position: int, name: str, row: Row, headings: Headings) -> PlaceRow:
        place, faults, notes = parse_place(headings.cells(row.cells), headings, state, rules)
        row_faults, row_notes = judge_row(row, vocabulary, reading.confirmed)
        all_faults = tuple(dict.fromkeys((*row_faults, *faults)))
        all_notes = (*row_notes, *notes)
        kept = None if all_faults else place
        return PlaceRow(row.number, kept, all_faults, all_notes, position, name if is_several else "")

    found = ((sheet.name, row, headings) for sheet, headings in headed for row in sheet.rows)
    rows = (read_row(position, *parts) for position, parts in enumerate(found))
    left_out = list(dict.fromkeys(column for _, headings in headed for column in headings.left_out))
    return ListFile(tables.total, left_out, tables.notes, rows)
