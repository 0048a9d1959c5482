"""Tables of headings and rows of text cells, as found in a file of any format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from registry.domain.filing.cells import pointer, text_faults
from registry.domain.filing.model import Note
from registry.errors import Fault
from registry.refusals.content import FileShape, NoHeader, TooManyRows
from registry.tabular.grid import column_letters

MAX_BYTES = 32 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as its editor shows it (a record's number in XML and JSON), its filled cells by heading.

    ``faults`` say which cells cannot be taken as they stand, for instance the result of a formula; ``doubts`` are
    faults until a person confirms the row, such as one that is hidden; ``notes`` refuse nothing.
    """

    number: int
    cells: dict[str, str] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    notes: tuple[Note, ...] = ()
    doubts: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class FileNote:
    """What is said about a file as a whole or about a row that is none of its table: ``row`` 0 is the file."""

    code: str
    detail: str
    sheet: str = ""
    row: int = 0


@dataclass(frozen=True)
class Sheet:
    """One table. ``format``: xlsx, xls, csv, xml or json. ``encoding``: utf-8 or gb18030; workbooks are always utf-8.

    ``name``: of the sheet in a workbook, else empty. ``places``: the column of each heading, counted from 1;
    ``heading_row``: the row they stand in. ``unit``: of amounts, as a line above the table states it.
    """

    columns: tuple[str, ...]
    rows: Sequence[Row] = field(repr=False)
    format: str
    encoding: str
    name: str = ""
    places: Mapping[str, int] = field(default_factory=dict)
    heading_row: int = 1
    unit: str = ""

    def cell(self, heading: str, row: int) -> str:
        """Where the cell of a heading stands in a row, such as C5; empty where the format has no such places."""
        column = self.places.get(heading)
        return f"{column_letters(column)}{row}" if column and row else ""


@dataclass(frozen=True)
class Tables:
    """All tables of a file, in order, and what is to be said about the file."""

    sheets: list[Sheet]
    notes: tuple[FileNote, ...] = ()

    @property
    def total(self) -> int:
        """How many rows there are."""
        return sum(len(sheet.rows) for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Record:
    """A row of XML or JSON before its checks: (column, text) pairs in file order, columns possibly named twice."""

    number: int
    cells: Sequence[tuple[str, str]]
    faults: tuple[Fault, ...] = ()


def build(records: Iterable[Record], kind: str, encoding: str) -> Sheet:
    """Check and collect records; the columns are whatever the records name."""
    rows: list[Row] = []
    headings: dict[str, None] = {}
    for record in records:
        row = _check_row(record)
        if row.cells or row.faults:
            rows.append(row)
        require_rows(len(rows))
        headings |= dict.fromkeys(column for column, _ in record.cells)
        require_width(len(headings))
    if not headings:
        raise NoHeader
    return Sheet(tuple(headings), rows, kind, encoding)


def _check_row(record: Record) -> Row:
    cells: dict[str, str] = {}
    faults = list(record.faults)
    for column, text in record.cells:
        if not text or text.isspace():
            continue
        if column in cells:
            faults.append(Fault(pointer(column), "field-twice", "同一行中重复出现"))
        faults += text_faults(column, text)
        cells[column] = text
    return Row(record.number, cells, tuple(faults))


def require_rows(count: int) -> None:
    """Refuse more rows than one file may have."""
    if count > MAX_ROWS:
        raise TooManyRows(f"超过 {MAX_ROWS} 行")


def require_width(count: int) -> None:
    """Refuse more columns than one file may have."""
    if count > MAX_COLUMNS:
        raise FileShape(f"超过 {MAX_COLUMNS} 列")


def note_texts(notes: Iterable[FileNote]) -> list[str]:
    """What is said about a file, as lines for a person."""
    lines = []
    for note in notes:
        place = (f"工作表“{note.sheet}”" if note.sheet else "") + (f"第 {note.row} 行" if note.row else "")
        lines.append(f"{place}：{note.detail}" if place else note.detail)
    return lines
