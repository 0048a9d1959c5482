"""Read XLS workbooks (BIFF8, as Excel 97 to 2003 and WPS write them, .et too) as a person sees them."""

import io
import os

import xlrd
from xlrd.compdoc import CompDoc

from registry.refusals.content import FileFormat, FileShape, FileTooLarge, FileUnreadable, TooManyRows
from registry.tabular import formats
from registry.tabular.beside import RuleStyle, add_comment, note_over, note_pages, note_rules
from registry.tabular.colours import BLACK, WHITE, is_unseen
from registry.tabular.grid import Book, Cell, Grid, Merge, text_cell
from registry.tabular.old_records import SheetRecords, scan_records
from registry.tabular.old_rules import OldRule
from registry.tabular.scan import LEAST_HEIGHT, LEAST_SIZE, LEAST_WIDTH, unescape
from registry.tabular.sheet import MAX_COLUMNS, MAX_ROWS
from registry.tabular.styles import PLAIN, Style, style_of

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_OLD_BYTES = 16 * 2**20


def read_old_workbook(data: bytes) -> Book:
    """Read every visible sheet. What is encrypted, or is another kind of compound file, is refused."""
    if len(data) > MAX_OLD_BYTES:
        raise FileTooLarge(f"XLS 文件超过 {MAX_OLD_BYTES // 2**20} MiB，请另存为 XLSX")
    stream = _workbook_stream(data)
    records = scan_records(stream)
    try:
        source = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        return _read_book(source, records)
    except (KeyboardInterrupt, SystemExit, FileShape, TooManyRows):
        raise
    except Exception:
        # The reader fails in many ways on damaged files; none of them is to reach the caller as something else.
        raise FileUnreadable("工作簿内容已损坏") from None


def _workbook_stream(data: bytes) -> bytes:
    try:
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a log that nobody reads
            document = CompDoc(data, logfile=nowhere, ignore_workbook_corruption=False)
            for name in ("Workbook", "Book"):
                memory, base, length = document.locate_named_stream(name)
                if memory:
                    return bytes(memory[base : base + length])
    except (KeyboardInterrupt, SystemExit):
        raise
    except Exception:
        if reason := formats.describe_old(data):
            raise FileFormat(reason) from None
        raise FileUnreadable("工作簿内容已损坏；如果有打开密码，请取消后另存为 XLSX") from None
    raise FileFormat(formats.describe_old(data) or "不是电子表格文件")


def _read_book(source: xlrd.Book, records: dict[int, SheetRecords]) -> Book:
    struck = [bool(font.struck_out) for font in source.font_list]
    raised = [bool(font.escapement) for font in source.font_list]
    styles = [
        style_of(
            format_record.format_key,
            {format_record.format_key: format_record.format_str},
            marks=("struck-through",) * ((xf.font_index < len(struck) and struck[xf.font_index]) or _is_crossed(xf))
            + ("text-unseen",) * _is_unseen(source, xf.font_index, xf, format_record.format_str),
            is_1904=source.datemode == 1,
        )
        for xf in source.xf_list
        for format_record in [source.format_map.get(xf.format_key) or source.format_map[0]]
    ]
    book = Book([], "xls")
    for number in range(source.nsheets):
        sheet = source.sheet_by_index(number)
        if sheet.visibility:
            book.hidden_sheets.append(sheet.name)
        else:
            book.grids.append(_read_sheet(sheet, styles, records.get(number, SheetRecords()), (struck, raised)))
    return book


def _read_sheet(
    sheet: xlrd.sheet.Sheet, styles: list[Style], records: SheetRecords, fonts: tuple[list[bool], list[bool]]
) -> Grid:
    grid = Grid(sheet.name)
    for row in range(sheet.nrows):
        cells = {}
        for column in range(sheet.row_len(row)):
            cell = _read_cell(sheet, row, column, styles, fonts)
            if cell is not None:
                is_formula = (row, column) in records.formulas
                cells[column + 1] = cell._replace(findings=("formula-cell",)) if is_formula else cell
        if cells:
            grid.rows[row + 1] = cells
            if row > MAX_ROWS:
                raise TooManyRows(f"超过 {MAX_ROWS} 行")
            if max(cells) > MAX_COLUMNS:
                raise FileShape(f"超过 {MAX_COLUMNS} 列")
    # So low a row, and so narrow a column, is hidden as well; the default of all rows may be hidden.
    for row, info in sheet.rowinfo_map.items():
        if info.hidden or (info.height or 0) < 20 * LEAST_HEIGHT:
            grid.hidden_rows.add(row + 1)
    grid.hidden_columns = {
        c + 1 for c, info in sheet.colinfo_map.items() if info.hidden or (info.width or 0) < 256 * LEAST_WIDTH
    }
    for (row, column), comment in sheet.cell_note_map.items():
        add_comment(grid, (row + 1, column + 1), comment.author, comment.text)
    note_over(grid, records.box_texts, records.pictures)
    note_pages(grid, records.page_texts)
    assert sheet.book is not None
    note_rules(grid, is_misleading=any(_misleads(sheet.book, rule) for rule in records.rules))
    grid.merges = [Merge(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    return grid


def _is_crossed(xf: xlrd.formatting.XF) -> bool:
    """Whether a line is drawn across cells of this format."""
    border = xf.border
    return bool(border and border.diag_line_style and (border.diag_down or border.diag_up))


def _is_unseen(source: xlrd.Book, number: int, xf: xlrd.formatting.XF, code: str) -> bool:
    """Whether texts in a font have the colour of their ground, or are too small; a number without a colour is that of
    the system."""
    if number < len(source.font_list) and 0 < source.font_list[number].height < 20 * LEAST_SIZE:
        return True
    font = source.font_list[number].colour_index if number < len(source.font_list) else 0x7FFF
    fill = xf.background
    if fill is None or fill.fill_pattern not in (0, 1):
        return False
    ground = fill.pattern_colour_index if fill.fill_pattern else 9
    ink, paper = (source.colour_map.get(index) for index in (font, ground))
    known = bytes(ink).hex() if ink else BLACK
    return is_unseen(known, bytes(paper).hex() if paper else WHITE, code)


def _misleads(source: xlrd.Book, rule: OldRule) -> bool:
    """Whether a conditional format makes another thing of what is stored."""
    numbers = (-1 if number is None else number for number in (rule.ink, rule.ground))
    colours = (source.colour_map.get(number) for number in numbers)
    ink, ground = (bytes(colour).hex() if colour else "" for colour in colours)
    code = rule.format_code or (f"#{rule.format_number}" if rule.format_number else "")
    return rule.has_no_value or RuleStyle(rule.is_struck, code, ink or BLACK, ground or WHITE).is_misleading


def _read_cell(
    sheet: xlrd.sheet.Sheet, row: int, column: int, styles: list[Style], fonts: tuple[list[bool], list[bool]]
) -> Cell | None:
    """``fonts``: which fonts are struck through, and which are raised or lowered."""
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    index = sheet.cell_xf_index(row, column)
    style = styles[index] if 0 <= index < len(styles) else PLAIN
    if kind == xlrd.XL_CELL_TEXT and value:
        cell = style.text(text_cell(unescape(value)))
        runs = [run for run in sheet.rich_text_runlist_map.get((row, column), ()) if run[0] < len(value)]
        if not runs:
            return cell
        assert sheet.book is not None
        return _judge_runs(cell, value, runs, sheet.book, sheet.book.xf_list[index], fonts)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return style.number(repr(float(value)))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return Cell("TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return Cell(xlrd.error_text_from_code.get(int(value), "#?"), findings=("error-cell",))
    return None


def _judge_runs(
    cell: Cell,
    value: str,
    runs: list[tuple[int, int]],
    source: xlrd.Book,
    xf: xlrd.formatting.XF,
    fonts: tuple[list[bool], list[bool]],
) -> Cell:
    """A text in runs, each as (start, font), with what is said of it. A run of blanks shows nothing."""
    bounds = [*([] if runs[0][0] == 0 else [(0, xf.font_index)]), *runs]
    ends = [*(start for start, _ in bounds[1:]), len(value)]
    seen = [font for (start, font), end in zip(bounds, ends, strict=True) if not value[start:end].isspace()]
    struck, raised = ({font < len(marked) and marked[font] for font in seen} for marked in fonts)
    findings = [code for code in cell.findings if code not in ("struck-through", "text-unseen")]
    if any(_is_unseen(source, font, xf, "") for font in seen):
        findings.append("text-unseen")
    if len(raised) > 1:
        findings.append("partly-raised")
    if True in struck:
        findings.append("partly-struck" if len(struck) > 1 else "struck-through")
    return cell._replace(findings=tuple(findings))
