"""Table of headings and rows of text cells, as read from a file of any format."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registry.domain.filing.cells import pointer, text_faults
from registry.errors import Fault
from registry.refusals.content import DuplicateColumn, FileShape, NoHeader, TooManyRows

MAX_BYTES = 32 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as its editor shows it (a record's number in XML and JSON), its filled cells.

    ``faults`` say which cells cannot be taken as they stand, for instance the result of a formula.
    """

    number: int
    cells: dict[str, str] = field(repr=False)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """``format``: xlsx, csv, xml or json. ``encoding``: utf-8 or gb18030; xlsx is always utf-8."""

    columns: tuple[str, ...]
    rows: list[Row] = field(repr=False)
    format: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row before its checks: (column, text) pairs in file order, columns possibly named twice."""

    number: int
    cells: Sequence[tuple[str, str]]
    faults: tuple[Fault, ...] = ()


def build(records: Iterable[Record], columns: Sequence[str], kind: str, encoding: str) -> Sheet:
    """Check and collect the records. ``columns`` is the heading row; none means whatever the records name."""
    rows: list[Row] = []
    headings = dict.fromkeys(columns)
    for record in records:
        row = _check_row(record)
        if row.cells or row.faults:
            rows.append(row)
        if len(rows) > MAX_ROWS:
            raise TooManyRows(f"超过 {MAX_ROWS} 行")
        if not columns:
            headings |= dict.fromkeys(column for column, _ in record.cells)
            _check_width(headings)
    if not headings:
        raise NoHeader
    return Sheet(tuple(headings), rows, kind, encoding)


def heading(cells: Sequence[str]) -> list[str]:
    """Parse the heading row, without the empty columns at its end."""
    columns = [cell.strip() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    if not any(columns):
        raise NoHeader
    named = [column for column in columns if column]
    if len(set(named)) < len(named):
        twice = dict.fromkeys(column[:40] for column in named if named.count(column) > 1)
        raise DuplicateColumn("、".join(twice))
    _check_width(columns)
    return columns


def pairs(columns: Sequence[str], cells: Sequence[str]) -> tuple[list[tuple[str, str]], tuple[Fault, ...]]:
    """Pair a row's cells with their headings; a fault if a filled cell has no heading. Short rows end early."""
    named = [(column, text) for column, text in zip(columns, cells, strict=False) if column]
    stray = [text for column, text in zip(columns, cells, strict=False) if not column and text.strip()]
    if stray or any(text.strip() for text in cells[len(columns) :]):
        return named, (Fault("/", "cell-without-column", "有内容的单元格没有对应的表头"),)
    return named, ()


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


def _check_width(columns: Iterable[str]) -> None:
    if sum(1 for _ in columns) > MAX_COLUMNS:
        raise FileShape(f"超过 {MAX_COLUMNS} 列")
