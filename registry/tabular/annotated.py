"""The answer to a filed file as a workbook: the person's own with every finding at its cell, or one of its table."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter

from registry import tabular
from registry.domain.filing import columns
from registry.tabular import workbook
from registry.tabular.cell_comments import AUTHOR
from registry.tabular.cell_styles import COLOURS
from registry.tabular.parts import Parts
from registry.tabular.remarks import MAX_COMMENTS, Remark, annotate
from registry.tabular.sheet import Sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WORDS = {True: "错误", False: "提示"}


@dataclass(frozen=True, slots=True)
class CellFinding:
    """A finding: ``row`` as the file's editor counts it, 0 for the whole file; ``column`` is its JSON pointer without
    the first stroke, empty for the whole row."""

    row: int
    column: str
    is_fault: bool
    code: str
    detail: str = field(repr=False)


@dataclass(frozen=True)
class WorkbookFile:
    """A workbook to hand back: its bytes, its file suffix and its media type."""

    data: bytes = field(repr=False)
    suffix: str
    media_type: str


def annotate_file(data: bytes, filename: str, findings: Iterable[CellFinding]) -> WorkbookFile:
    """The file that was read, with its findings. Refuses what ``read_table`` refuses.

    An XLSX or XLSM stays as it was but for the colours and comments; of any other format the table is written into a
    new workbook, every cell as text.
    """
    table = tabular.read_table(data, filename)
    if table.format != "xlsx":
        return WorkbookFile(_table_workbook(table, list(findings)), "xlsx", XLSX)
    place = workbook.heading_place(data)
    numbers = {name: number for number, name in enumerate(place.columns, place.column) if name}
    remarks = [
        Remark(place.sheet, finding.row or place.row, column, finding.is_fault, text)
        for finding in findings
        for column, text in [_locate(finding, numbers)]
    ]
    has_macros = Parts(data).has_macros
    return WorkbookFile(annotate(data, remarks), "xlsm" if has_macros else "xlsx", XLSM if has_macros else XLSX)


def _locate(finding: CellFinding, numbers: Mapping[str, int]) -> tuple[int, str]:
    """The column of a finding and its text; what concerns no column of the file stands at the first one."""
    text = f"{_WORDS[finding.is_fault]}：{finding.detail}（{finding.code}）"
    name = finding.column.replace("~1", "/").replace("~0", "~")
    if name in numbers:
        return numbers[name], text
    return min(numbers.values(), default=1), f"{columns.title(name)}：{text}" if name else text


def _table_workbook(table: Sheet, findings: Sequence[CellFinding]) -> bytes:
    """A workbook of a table: the rows of CSV where they were, records of XML and JSON below the headings."""
    offset = 0 if table.format == "csv" else 1
    numbers = {name: number for number, name in enumerate(table.columns, 1) if name}
    rows = {row.number + offset: row for row in table.rows if row.number + offset > 1}
    found: dict[tuple[int, int], list[CellFinding]] = {}
    for finding in findings:
        place = (finding.row + offset if finding.row else 1, _locate(finding, numbers)[0])
        found.setdefault(place, []).append(finding)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS | {"in_memory": True}) as book:
        text_format = book.add_format({"num_format": "@"})
        formats = {key: book.add_format({"num_format": "@", "bg_color": f"#{COLOURS[key][2:]}"}) for key in COLOURS}
        sheet = book.add_worksheet("报送内容")
        sheet.freeze_panes(1, 0)
        for name, column in numbers.items():
            sheet.write_string(0, column - 1, name, text_format)
        for number, row in rows.items():
            for name, text in row.cells.items():
                sheet.write_string(number - 1, numbers[name] - 1, text, text_format)
        for count, ((number, column), cell_findings) in enumerate(sorted(found.items())):
            name = table.columns[column - 1] if column <= len(table.columns) else ""
            text = name if number == 1 else rows[number].cells.get(name, "") if number in rows else ""
            cell_format = formats[any(finding.is_fault for finding in cell_findings)]
            sheet.write(number - 1, column - 1, text or None, cell_format)
            if count < MAX_COMMENTS:
                lines = dict.fromkeys(_locate(finding, numbers)[1] for finding in cell_findings)
                sheet.write_comment(number - 1, column - 1, "\n".join(lines), {"author": AUTHOR, "x_scale": 2})
    return out.getvalue()
