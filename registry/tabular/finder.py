"""Find the tables in a sheet: title rows, blank rows and columns, notes below and totals are none of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from registry.domain.filing.cells import pointer, text_faults
from registry.domain.filing.model import Note
from registry.domain.filing.templates import CHOICES_SHEET, NOTES_SHEET
from registry.domain.filing.vocabulary import Vocabulary, stated_unit
from registry.errors import Fault
from registry.refusals.content import DuplicateColumn, NoHeader
from registry.tabular.grid import CELL_FAULTS, CELL_NOTES, DOUBTS, Book, Cell, Grid
from registry.tabular.sheet import FileNote, Row, Sheet, Tables, require_rows, require_width

ROWS_SEARCHED = 200
"""Filled rows in which the first headings are looked for."""
_TOTALS = re.compile(r"(?:本页|本月|本季度?|本年度?|以上|全部|金额)?[合总小共累]\s*[计數数](?:金额)?[:：]?")
_TOTALS_BEGIN = frozenset("本以全金合总小共累")
_COUNT = re.compile(r"共?\s*\d{1,6}\s*[件家户人条个起宗]?")
_NOTE = re.compile(
    r"\s*(?:[(（]?\s*(?:备\s*注|注|说\s*明|附\s*注|填表说明|填报说明|填写说明|使用说明|编制说明)\s*\d*[)）]?\s*(?:[:：.、]|$)"
    r"|[(（]?(?:填报|填表|制表|报送|审核|复核|审批|签发|经办|联系|单位负责|部门负责|分管|负责)(?:单位|人|日期|时间|电话|领导)[^:：]{0,6}[:：]"
    r"|(?:制表|审核|复核|审批|联系电话|电话|日期|填报单位)\s*[:：]"
    r"|(?:以上|共计?)\s*[^,，]{0,4}\d+\s*[条户家件起行人](?:记录|企业|单位|处罚|数据|投标人|供应商)?[。.]?\s*$"
    r"|[(（]?(?:单位)?[(（]?(?:盖章|公章|签章)|以下(?:空白|无正文)|※)"
)
_NUMBERED = re.compile(r"\s*[(（]?\d{1,2}[)）.、．]\s*\D")


@dataclass
class _Table:
    """A table while its rows are read: headings by column, the row that they stand in, the columns that are kept."""

    grid: Grid
    headings: dict[int, str]
    first: int
    kept: frozenset[int]
    unit: str = ""
    rows: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)


class _Finder:
    """The tables of one grid, from top to bottom."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.tables: list[_Table] = []
        self.notes: list[FileNote] = []
        self.wide: dict[tuple[int, int], int] = {}
        self._in_notes = False
        self._key_spellings = set(vocabulary.key_headings)
        _fill_merges(grid, self.wide)
        self.numbers = sorted(grid.rows)

    def find(self, *, is_forced: bool) -> None:
        """Read the tables; with ``is_forced`` the likeliest row is the heading row, known or not."""
        start = self._first_heading(is_forced=is_forced)
        if start is None:
            return
        for number in self.numbers[start:]:
            cells = self.grid.rows[number]
            if number == self.numbers[start] or self._is_heading(cells):
                self._open(number, cells)
            else:
                self._read(number, cells)

    def _first_heading(self, *, is_forced: bool) -> int | None:
        searched = self.numbers[:ROWS_SEARCHED]
        for place, number in enumerate(searched):
            if self._is_heading(self.grid.rows[number]):
                return place
        if not is_forced or not searched:
            return None
        best = max(range(len(searched)), key=lambda place: (self._known(self.grid.rows[searched[place]]), -place))
        return best if self._known(self.grid.rows[searched[best]]) > 1 else 0

    def _known(self, cells: Mapping[int, Cell]) -> int:
        return sum(bool(self.vocabulary.meaning(cell.text).field) for cell in cells.values())

    def _is_heading(self, cells: Mapping[int, Cell]) -> bool:
        # Of a long table every row is asked: only a row with a heading that has been seen, or is spelled as usual.
        if self.tables and self._key_spellings.isdisjoint([cell.text for cell in cells.values()]):
            return False
        texts = [cell.text for cell in cells.values() if cell.text and cell.kind == "text"]
        if not any(self.vocabulary.meaning(text).field in self.vocabulary.keys for text in texts):
            return False
        known = self._known(cells)
        return known >= self.vocabulary.least or known == len(texts) < self.vocabulary.least

    def _open(self, number: int, cells: dict[int, Cell]) -> None:
        """Begin a table at a row of headings; the same headings again are those of a printed page."""
        headings = _headings(cells)
        self._in_notes = False
        if self.tables and headings == self.tables[-1].headings:
            self._leave_out("heading-repeated", "重复的表头，未读取", number)
            return
        self._key_spellings |= {
            cell.text for cell in cells.values() if self.vocabulary.meaning(cell.text).field in self.vocabulary.keys
        }
        above = [row for row in self.numbers if row < number and row >= (self.tables[-1].first if self.tables else 0)]
        unit = ""
        if not self.tables:
            texts = [cell.text for row in above for cell in self.grid.rows[row].values()]
            unit = next(filter(None, map(stated_unit, texts)), "")
            if above:
                self._leave_out("rows-above-heading", f"表头在第 {number} 行，其上 {len(above)} 行不属于表，未读取")
        kept = frozenset(column for column, heading in headings.items() if self.vocabulary.keeps(heading))
        self.tables.append(_Table(self.grid, headings, number, kept, unit))

    def _read(self, number: int, cells: dict[int, Cell]) -> None:
        table = self.tables[-1]
        if self._is_totals(table, cells):
            self._leave_out("totals-row", "合计行，未读取", number)
        elif self._is_note(table, cells):
            self._in_notes = True
            self._leave_out("note-row", "表外的说明或者签署，未读取", number)
        else:
            self._in_notes = False
            table.rows.append((number, cells))

    def _leave_out(self, code: str, detail: str, number: int = 0) -> None:
        self.notes.append(FileNote(code, detail, self.grid.name, number))

    def _is_totals(self, table: _Table, cells: Mapping[int, Cell]) -> bool:
        if not any(
            cell.text.lstrip()[:1] in _TOTALS_BEGIN and _TOTALS.fullmatch(cell.text.strip()) for cell in cells.values()
        ):
            return False
        identifying = self.vocabulary.identifying
        return not any(
            self.vocabulary.meaning(table.headings.get(column, "")).field in identifying
            and not (_TOTALS.fullmatch(cell.text.strip()) or _COUNT.fullmatch(cell.text.strip()))
            and "merged-value" not in cell.findings
            and cell.kind == "text"
            for column, cell in cells.items()
        )

    def _is_note(self, table: _Table, cells: Mapping[int, Cell]) -> bool:
        """A note or a signature: every filled cell is worded like one, or goes on with a note begun before."""
        first = next(iter(cells.values())).text
        if not self._in_notes and not _NOTE.match(first):
            return False
        texts = [cell.text for cell in cells.values() if cell.text.strip()]
        if not texts:
            return False
        if all(_NOTE.match(text) for text in texts):
            return True
        goes_on = self._in_notes and len(texts) == 1 and bool(_NUMBERED.match(texts[0]) or "。" in texts[0])
        is_signed = len(cells) > 1 and bool(_NOTE.match(texts[0])) and not self._identifies(table, cells)
        return goes_on or is_signed

    def _identifies(self, table: _Table, cells: Mapping[int, Cell]) -> bool:
        return any(
            self.vocabulary.meaning(table.headings.get(column, "")).field in self.vocabulary.identifying
            and not _NOTE.match(cell.text)
            for column, cell in cells.items()
        )


def _headings(cells: Mapping[int, Cell]) -> dict[int, str]:
    return {column: " ".join(cell.text.split()) for column, cell in sorted(cells.items()) if cell.text.strip()}


def _fill_merges(grid: Grid, wide: dict[tuple[int, int], int]) -> None:
    """Give the value of a merged span to every row it covers that has something of its own; what stands unseen below
    it goes. ``wide``: the last column of the value of a span over several columns, by its row and first column."""
    for merge in grid.merges:
        anchor = grid.rows.get(merge.top, {}).get(merge.left)
        rows = range(merge.top, merge.bottom + 1) if merge.bottom - merge.top < len(grid.rows) else grid.rows
        for number in [row for row in rows if merge.top <= row <= merge.bottom and row in grid.rows]:
            cells = grid.rows[number]
            hidden = [column for column in cells if merge.left <= column <= merge.right]
            is_below = [c for c in hidden if (number, c) != (merge.top, merge.left) and cells[c].text]
            for column in hidden:
                del cells[column]
            if anchor is None or not (cells or number == merge.top):
                continue
            marks = ["merged-value"] if number > merge.top else []
            marks += ["merged-hidden"] if is_below else []
            cells[merge.left] = anchor._replace(findings=(*anchor.findings, *marks))
            if merge.right > merge.left:
                wide[number, merge.left] = merge.right
    for number, cells in list(grid.rows.items()):
        if not any(cell.text.strip() or cell.findings for cell in cells.values()):
            del grid.rows[number]


class _Rows(Sequence[Row]):
    """The rows of a table, each judged when it is asked for: who only counts them does not wait for that."""

    def __init__(self, finder: _Finder, table: _Table) -> None:
        self._finder, self._table = finder, table

    def __len__(self) -> int:
        return len(self._table.rows)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [_build_row(self._finder, self._table, *row) for row in self._table.rows[place]]
        return _build_row(self._finder, self._table, *self._table.rows[place])


def _build_row(finder: _Finder, table: _Table, number: int, cells: dict[int, Cell]) -> Row:
    """One row of a table; only what stands in a column that is kept is judged."""
    values: dict[str, str] = {}
    faults: list[Fault] = []
    notes: list[Note] = []
    is_struck = False
    for column, cell in cells.items():
        heading = table.headings.get(column)
        if heading is None:
            if cell.text.strip():
                faults.append(Fault("/", "cell-without-column", "有内容的单元格没有对应的表头"))
            continue
        text, is_kept = cell.text, column in table.kept
        if is_kept:
            if cell.findings or cell.kind != "text":
                text = _judge(finder.vocabulary, heading, cell, faults, notes)
                is_struck |= "struck-through" in cell.findings
            if finder.wide and (number, column) in finder.wide:
                _judge_width(finder, table, (number, column), faults)
            if column in table.grid.hidden_columns and text:
                notes.append(Note(pointer(heading), "column-hidden", CELL_NOTES["column-hidden"]))
        if text and not text.isspace():
            if is_kept:
                faults += text_faults(heading, text)
            values[heading] = text
    doubts = ["row-hidden"] if number in table.grid.hidden_rows else []
    doubts += ["struck-through"] if is_struck else []
    return Row(number, values, tuple(faults), tuple(notes), tuple(Fault("/", code, DOUBTS[code]) for code in doubts))


def _judge(vocabulary: Vocabulary, heading: str, cell: Cell, faults: list[Fault], notes: list[Note]) -> str:
    """Add what is to be said about a cell of a column that is kept; its text. A place in the list (序号) is often
    calculated and means nothing."""
    name, findings = vocabulary.meaning(heading).field, cell.findings
    if name == "ref":
        findings = tuple(code for code in findings if code != "formula-cell")
    if cell.kind == "day" and name and vocabulary.days and name not in vocabulary.days:
        findings = (*(code for code in findings if code != "day-partly-shown"), "day-cell")
    faults += [Fault(pointer(heading), code, CELL_FAULTS[code]) for code in findings if code in CELL_FAULTS]
    notes += [Note(pointer(heading), code, CELL_NOTES[code]) for code in findings if code in CELL_NOTES]
    if cell.kind == "number" and name in vocabulary.amounts:
        return re.sub(r"[,，¥￥\s]", "", cell.text)
    return cell.text


def _judge_width(finder: _Finder, table: _Table, place: tuple[int, int], faults: list[Fault]) -> None:
    """A fault when a merged value covers a second column that is kept: nobody knows whose it is."""
    number, column = place
    covered = range(column + 1, finder.wide[number, column] + 1)
    others = [table.headings[c] for c in covered if c in table.headings]
    if any(finder.vocabulary.keeps(heading) for heading in others):
        faults.append(Fault(pointer(table.headings[column]), "merged-columns", CELL_FAULTS["merged-columns"]))


def find_tables(book: Book, vocabulary: Vocabulary) -> Tables:
    """The tables of all visible sheets. Sheets without the headings are named in the notes; when no sheet has them,
    the likeliest row of the first filled one is taken, so that the refusal can say what is missing. Refuses
    ``NoHeader``."""
    finders = [_Finder(grid, vocabulary) for grid in book.grids]
    for finder in finders:
        finder.find(is_forced=False)
    filled = [finder for finder in finders if finder.numbers]
    if not filled:
        raise NoHeader("文件中没有内容")
    if not any(finder.tables for finder in filled):
        filled[0].find(is_forced=True)
    notes = [note for finder in filled for note in finder.notes]
    notes += [
        FileNote("sheet-left-out", "工作表中没有可识别的表头，未读取", finder.grid.name)
        for finder in filled
        if not finder.tables and finder.grid.name != NOTES_SHEET
    ]
    notes += [
        FileNote("sheet-hidden", "隐藏的工作表，未读取", name) for name in book.hidden_sheets if name != CHOICES_SHEET
    ]
    notes += [FileNote("sheet-left-out", "不是单元格工作表，未读取", name) for name in book.other_sheets]
    # Headings of two rows are found twice; the upper row has no data of its own.
    tables = [
        (finder, table)
        for finder in filled
        for place, table in enumerate(finder.tables, 1)
        if table.rows or place == len(finder.tables)
    ]
    sheets = [_build_sheet(finder, table, book) for finder, table in tables]
    require_rows(sum(len(sheet.rows) for sheet in sheets))
    return Tables(sheets, tuple(notes))


def _build_sheet(finder: _Finder, table: _Table, book: Book) -> Sheet:
    headings = list(table.headings.values())
    twice = dict.fromkeys(heading[:40] for heading in headings if headings.count(heading) > 1)
    if twice:
        raise DuplicateColumn("、".join(twice))
    require_width(len(headings))
    places = {heading: column for column, heading in table.headings.items()}
    headed = (table.grid.name, places, table.first)
    return Sheet(tuple(headings), _Rows(finder, table), book.format, book.encoding, *headed, table.unit)


def note_texts(notes: Iterable[FileNote]) -> list[str]:
    """What is said about a file, as lines for a person."""
    lines = []
    for note in notes:
        place = (f"工作表“{note.sheet}”" if note.sheet else "") + (f"第 {note.row} 行" if note.row else "")
        lines.append(f"{place}：{note.detail}" if place else note.detail)
    return lines
