"""Read XLSX files: the first visible sheet with content, its values as the text that a person sees."""

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineWorkbook

from registry.domain.filing.cells import pointer
from registry.errors import Fault
from registry.refusals.content import FileUnreadable, NoHeader
from registry.tabular.package import Package
from registry.tabular.scan import SheetScan, TextLengths
from registry.tabular.sheet import Record, Sheet, build, heading, pairs

_EXACT = 10**15


def read_workbook(data: bytes) -> Sheet:
    """Read an XLSX workbook. A row with a formula is a fault: its stored result is not what was signed."""
    package = Package(data)
    name, scan = _find_filled_sheet(package)
    origin, grid = _load_values(data, name)
    rows = ((number, cells) for number, cells in enumerate(grid, origin[0] + 1) if any(c != "" for c in cells))
    for _, cells in rows:
        columns = heading([_cell_text(cell) for cell in cells])
        return build(_read_records(columns, rows, scan, origin[1]), columns, "xlsx", "utf-8")
    raise NoHeader


@dataclass(frozen=True)
class HeadingPlace:
    """Where the headings of a workbook stand: the sheet, their row, the column of the first, counted from 1."""

    sheet: str
    row: int
    column: int
    columns: list[str]


def heading_place(data: bytes) -> HeadingPlace:
    """Find the headings that ``read_workbook`` reads by; refuses what it refuses."""
    name, _ = _find_filled_sheet(Package(data))
    origin, grid = _load_values(data, name)
    for number, cells in enumerate(grid, origin[0] + 1):
        if any(cell != "" for cell in cells):
            return HeadingPlace(name, number, origin[1] + 1, heading([_cell_text(cell) for cell in cells]))
    raise NoHeader


def _find_filled_sheet(package: Package) -> tuple[str, SheetScan]:
    texts = TextLengths()
    shared = package.part("xl/sharedStrings.xml")
    if shared:
        texts.run(shared)
    for name, part in package.visible_sheets():
        scan = SheetScan(texts.lengths)
        content = package.part(part)
        if content:
            scan.run(content)
        if scan.filled:
            return name, scan
    raise NoHeader("工作簿中没有内容")


def _load_values(data: bytes, name: str) -> tuple[tuple[int, int], list[list[Any]]]:
    """The place of the first filled cell, counted from 0, and the rectangle of values from there."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name)
        return sheet.start or (0, 0), sheet.to_python()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the native reader is no Exception
        raise FileUnreadable("工作簿内容已损坏") from None


def _read_records(
    columns: list[str], rows: Iterator[tuple[int, list[Any]]], scan: SheetScan, left: int
) -> Iterator[Record]:
    bad_rows = {row for row, _ in scan.formulas | scan.errors}
    for number, cells in rows:
        named, faults = pairs(columns, [_cell_text(cell) for cell in cells])
        faults += tuple(_number_faults(columns, cells))
        if number in bad_rows:
            faults += tuple(_formula_faults(columns, number, scan, left))
        yield Record(number, named, faults)


def _number_faults(columns: list[str], cells: list[Any]) -> Iterator[Fault]:
    for column, value in zip(columns, cells, strict=False):
        if isinstance(value, (int, float)) and not -_EXACT < value < _EXACT:
            yield Fault(pointer(column), "number-not-text", "长数字应以文本格式填报，否则会丢失末位")


def _formula_faults(columns: list[str], number: int, scan: SheetScan, left: int) -> Iterator[Fault]:
    for index, column in enumerate(columns, left + 1):
        if (number, index) in scan.formulas:
            yield Fault(pointer(column), "formula-cell", "单元格是公式，应填写数值或文字本身")
        elif (number, index) in scan.errors:
            yield Fault(pointer(column), "error-cell", "单元格是错误值")


def _cell_text(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d") if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)
