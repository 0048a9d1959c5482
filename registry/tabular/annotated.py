"""The answer to a filed file as a workbook: the person's own with every finding at its cell, or one of its tables."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from registry import tabular
from registry.domain.filing import columns
from registry.domain.filing.vocabulary import Vocabulary
from registry.tabular.cell_comments import AUTHOR
from registry.tabular.cell_styles import COLOURS
from registry.tabular.parts import Parts
from registry.tabular.remarks import MAX_COMMENTS, Remark, annotate
from registry.tabular.sheet import Sheet, Tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WORDS = {True: "错误", False: "提示"}
_RECORDS = ("xml", "json")
"""Formats whose rows are numbered without a row of headings."""


@dataclass(frozen=True, slots=True)
class CellFinding:
    """A finding: ``row`` as the file's editor counts it, 0 for the whole sheet or file; ``column`` is its JSON pointer
    without the first stroke, empty for the whole row; ``sheet`` is empty where the file has only one."""

    row: int
    column: str
    is_fault: bool
    code: str
    detail: str = field(repr=False)
    sheet: str = ""


@dataclass(frozen=True)
class WorkbookFile:
    """A workbook to hand out: its bytes, its file suffix and its media type."""

    data: bytes = field(repr=False)
    suffix: str
    media_type: str


def annotate_file(
    data: bytes, filename: str, findings: Iterable[CellFinding], vocabulary: Vocabulary = tabular.ANY
) -> WorkbookFile:
    """The file with its findings at their cells; ``vocabulary`` is what it was read by. Refuses what ``read_tables``
    refuses.

    An XLSX or XLSM stays as it was but for the colours and comments; of any other format the tables are written into a
    new workbook, every cell as text.
    """
    tables = tabular.read_tables(data, filename, vocabulary)
    if tables.sheets[0].format != "xlsx":
        return WorkbookFile(_table_workbook(tables, list(findings)), "xlsx", XLSX)
    by_sheet = {sheet.name: sheet for sheet in reversed(tables.sheets)}
    remarks = []
    for finding in findings:
        name = finding.sheet or tables.sheets[0].name
        table = _table_of(tables, name, finding) or by_sheet.get(name)
        row = finding.row or (table.heading_row if table else 1)
        column, text = _locate(finding, table.places if table else {})
        remarks.append(Remark(name, row, column, finding.is_fault, text))
    has_macros = Parts(data).has_macros
    return WorkbookFile(annotate(data, remarks), "xlsm" if has_macros else "xlsx", XLSM if has_macros else XLSX)


def _table_of(tables: Tables, name: str, finding: CellFinding) -> Sheet | None:
    """The table of a sheet that a finding's row lies in: the last one whose headings stand above it."""
    above = [table for table in tables.sheets if table.name == name and table.heading_row <= finding.row]
    return above[-1] if above else None


def _locate(finding: CellFinding, places: Mapping[str, int]) -> tuple[int, str]:
    """The column of a finding and its text; what concerns no column of the file stands at the first one."""
    text = f"{_WORDS[finding.is_fault]}：{finding.detail}（{finding.code}）"
    name = finding.column.replace("~1", "/").replace("~0", "~")
    if name in places:
        return places[name], text
    return min(places.values(), default=1), f"{columns.title(name)}：{text}" if name else text


def _table_workbook(tables: Tables, findings: Sequence[CellFinding]) -> bytes:
    """A workbook of tables: the rows of CSV and XLS where they were, records of XML and JSON below the headings."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        plain = book.add_format({"num_format": "@"})
        formats = {key: book.add_format({"num_format": "@", "bg_color": f"#{COLOURS[key][2:]}"}) for key in COLOURS}
        sheets: dict[str, Any] = {}
        for table in tables.sheets:
            if table.name not in sheets:
                sheets[table.name] = book.add_worksheet(table.name or "报送内容")
            cells = _table_cells(table)
            _write_table(sheets[table.name], cells, plain)
            own = [finding for finding in findings if _is_of(tables, table, finding)]
            _write_findings(sheets[table.name], table, cells, own, formats)
    return out.getvalue()


def _is_of(tables: Tables, table: Sheet, finding: CellFinding) -> bool:
    name = finding.sheet or tables.sheets[0].name
    owner = _table_of(tables, name, finding) or next((each for each in tables.sheets if each.name == name), None)
    return table is (owner or tables.sheets[0])


def _places(table: Sheet) -> Mapping[str, int]:
    return table.places or {name: number for number, name in enumerate(table.columns, 1)}


def _row_of(table: Sheet, number: int) -> int:
    """The row in the new workbook of a row of the file, 0 being the headings."""
    return number + 1 if table.format in _RECORDS else number or table.heading_row


def _table_cells(table: Sheet) -> dict[tuple[int, int], str]:
    places = _places(table)
    headings = {(_row_of(table, 0), column): name for name, column in places.items()}
    return headings | {
        (_row_of(table, row.number), places[name]): text for row in table.rows for name, text in row.cells.items()
    }


def _write_table(sheet: Any, cells: Mapping[tuple[int, int], str], plain: Any) -> None:
    for (row, column), text in cells.items():
        sheet.write_string(row - 1, column - 1, text, plain)


def _write_findings(
    sheet: Any,
    table: Sheet,
    cells: Mapping[tuple[int, int], str],
    findings: Sequence[CellFinding],
    formats: Mapping[bool, Any],
) -> None:
    places = _places(table)
    found: dict[tuple[int, int], list[CellFinding]] = {}
    for finding in findings:
        place = (_row_of(table, finding.row), _locate(finding, places)[0])
        found.setdefault(place, []).append(finding)
    for count, (place, items) in enumerate(sorted(found.items())):
        row, column = place
        cell_format = formats[any(finding.is_fault for finding in items)]
        if cells.get(place):
            sheet.write_string(row - 1, column - 1, cells[place], cell_format)
        else:
            sheet.write_blank(row - 1, column - 1, None, cell_format)
        if count < MAX_COMMENTS:
            lines = dict.fromkeys(_locate(finding, places)[1] for finding in items)
            sheet.write_comment(row - 1, column - 1, "\n".join(lines), {"author": AUTHOR, "x_scale": 2})
