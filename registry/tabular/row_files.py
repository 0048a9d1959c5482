"""Write and read the files of rows that are exchanged with platforms: CSV, XLSX and XML, every cell as it is.

What a clerk files is read as a person sees it (``read_tables``); what a program wrote is read as it stands, because its
rows carry a hash. The same guards hold: sizes, encodings, bombs, entities, formula cells.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from lxml import etree

from registry.domain.filing import cells
from registry.errors import Fault
from registry.refusals.content import FileEncoding, FileFormat, FileShape, FileTooLarge, FileUnreadable, NoHeader
from registry.tabular import markup, workbook
from registry.tabular.grid import CELL_FAULTS, Grid
from registry.tabular.sheet import MAX_BYTES, MAX_COLUMNS, require_rows, require_width

_XML_ROOT, _XML_ROW = "rows", "row"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class FileRow:
    """One row: its filled cells by heading, and faults of cells that cannot be taken as they stand."""

    cells: dict[str, str]
    faults: tuple[Fault, ...] = ()


def write_rows(columns: Sequence[str], rows: Sequence[Mapping[str, str]], file_type: str) -> bytes:
    """The bytes of a file of rows: UTF-8 with a byte order mark for CSV, text cells only for XLSX."""
    writer = {"csv": _write_csv, "xlsx": _write_xlsx, "xml": _write_xml}[file_type]
    return writer(columns, rows)


def read_rows(data: bytes, file_type: str) -> list[FileRow]:
    """Read a file of rows. Refuses the whole file (subclasses of ``Invalid``) when it is not of its type, has another
    encoding, or is larger than a file may be."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"超过 {MAX_BYTES // 2**20} MiB")
    if file_type == "csv":
        return _read_csv(data)
    if file_type == "xlsx":
        if not data.startswith(b"PK\x03\x04"):
            raise FileFormat("不是 XLSX 文件")
        return _read_grids(workbook.read_workbook(data).grids)
    _utf8(data)
    return [FileRow(row.cells, row.faults) for row in markup.read_xml(data).rows]


def _write_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _write_xlsx(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("rows")
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, text)
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(columns):
                if row.get(column):
                    sheet.write_string(number, place, row[column], text)
    return out.getvalue()


def _write_xml(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    root = etree.Element(_XML_ROOT)
    for row in rows:
        element = etree.SubElement(root, _XML_ROW)
        for column in columns:
            if row.get(column):
                etree.SubElement(element, column).text = row[column]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _utf8(data: bytes) -> str:
    """The text of a file of this exchange, which is UTF-8 from beginning to end."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileEncoding("交换文件应为 UTF-8") from None


def _read_csv(data: bytes) -> list[FileRow]:
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(_utf8(data), newline=""), strict=True)
    try:
        lines = [line for line in reader if line]
    except csv.Error:
        raise FileUnreadable("引号不完整或格式错误") from None
    return _rows_of(lines)


def _rows_of(lines: Sequence[Sequence[str]]) -> list[FileRow]:
    if not lines:
        raise NoHeader
    columns = lines[0]
    require_width(len(columns))
    require_rows(len(lines) - 1)
    if len(set(columns)) < len(columns) or not all(columns):
        raise FileShape("表头为空或重复")
    if any(len(line) > len(columns) for line in lines[1:]):
        raise FileShape("行的列数多于表头")
    return [_file_row(dict(zip(columns, line, strict=False))) for line in lines[1:]]


def _file_row(row: Mapping[str, str], found: Sequence[Fault] = ()) -> FileRow:
    filled = {column: text for column, text in row.items() if text}
    faults = [fault for column, text in filled.items() for fault in cells.text_faults(column, text)]
    return FileRow(filled, (*found, *faults))


def _read_grids(grids: Sequence[Grid]) -> list[FileRow]:
    """The rows of the one sheet with cells; the first row is that of the headings."""
    filled = [grid for grid in grids if grid.rows]
    if len(filled) != 1:
        raise FileShape("工作簿应有且只有一张有内容的工作表")
    grid = filled[0]
    first, *numbers = sorted(grid.rows)
    headings = {column: cell.text for column, cell in grid.rows[first].items()}
    if len(set(headings.values())) < len(headings) or len(headings) > MAX_COLUMNS:
        raise FileShape("表头为空或重复")
    require_rows(len(numbers))
    rows = []
    for number in numbers:
        cells_of_row = grid.rows[number]
        if cells_of_row.keys() - headings.keys():
            raise FileShape("行的列数多于表头")
        faults = [
            Fault(f"/{headings[column]}", code, CELL_FAULTS[code])
            for column, cell in cells_of_row.items()
            for code in cell.findings
            if code in CELL_FAULTS
        ]
        if number in grid.hidden_rows:
            faults.append(Fault("", "row-hidden", "此行是隐藏的"))
        rows.append(_file_row({headings[column]: cell.text for column, cell in cells_of_row.items()}, faults))
    return rows
