"""Read places on a list from a file of that list: every row with its faults and notes."""

from collections.abc import Iterator
from dataclasses import dataclass

from registry import tabular
from registry.domain.cases.adopted_listing import ListPlace, ListState, parse_place
from registry.domain.filing import list_columns
from registry.domain.filing.model import Note, Rules
from registry.errors import Fault


@dataclass(frozen=True)
class PlaceRow:
    """One row: the place, or the faults that refuse it; ``notes`` list what was cleaned."""

    number: int
    place: ListPlace | None
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class ListFile:
    """A list file: how many rows, the columns left out because nobody knows them, and the rows one by one."""

    total: int
    left_out: list[str]
    rows: Iterator[PlaceRow]


def read_list(data: bytes, filename: str, state: ListState, rules: Rules) -> ListFile:
    """Read a list file. Refuses the whole file when it cannot be read as a table of a list."""
    sheet = tabular.read_table(data, filename)
    headings, left_out = list_columns.resolve(sheet.columns)

    def rows() -> Iterator[PlaceRow]:
        for row in sheet.rows:
            cells = {headings.fields[column]: text for column, text in row.cells.items() if column in headings.fields}
            place, faults, notes = parse_place(cells, headings, state, rules)
            all_faults = tuple(dict.fromkeys((*row.faults, *faults)))
            yield PlaceRow(row.number, None if all_faults else place, all_faults, tuple(notes))

    return ListFile(len(sheet.rows), left_out, rows())
