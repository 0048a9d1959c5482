"""Find the tables in a sheet: title rows, blank rows and columns, notes below and totals are none of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

from registry.domain.filing.cells import pointer, text_faults
from registry.domain.filing.model import Note
from registry.domain.filing.templates import CHOICES_SHEET, NOTES_SHEET
from registry.domain.filing.vocabulary import Vocabulary, stated_unit
from registry.errors import Fault
from registry.refusals.content import DuplicateColumn, NoHeader
from registry.tabular import lines
from registry.tabular.grid import CELL_FAULTS, CELL_NOTES, DOUBTS, Book, Cell, Grid, column_letters, fill_merges
from registry.tabular.headings import complete_headings, join_headings, texts_of
from registry.tabular.sheet import FileNote, Row, Sheet, Tables, require_rows, require_width

ROWS_SEARCHED = 200
"""Filled rows in which the first headings are looked for."""
_REMEMBERED_MAX = 10_000
_MARKS = frozenset(("struck-through", "text-unseen"))
_LEFT_OUT = {
    "totals-row": "合计行，未读取",
    "note-row": "表外的说明或者签署，未读取",
    "section-row": "只有一格文字的分段或者落款，未读取",
    "hint-row": "表头之下的栏次、填写提示或者示例，未读取",
    "row-unfilled": "没有填写对象、文号、事实、金额、日期等内容，未读取",
}
"""What is said about the lines of a sheet that are no rows of its table."""


@dataclass
class _Table:
    """A table while its rows are read: headings by column and the row that they stand in. ``lines``: texts above,
    between and below its rows; ``apart``: rows that such a line calls revoked, void or the like; ``begun``: the first
    row of the part that is read."""

    grid: Grid
    headings: dict[int, str]
    first: int
    vocabulary: Vocabulary
    rows: list[tuple[int, dict[int, Cell]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    apart: set[int] = field(default_factory=set)
    is_apart: bool = False
    is_whole_apart: bool = False
    begun: int = 0

    def __post_init__(self) -> None:
        self.name_columns(self.first, self.headings)

    def name_columns(self, row: int, headings: dict[int, str]) -> None:
        """Take these headings, of which the last row is ``row``."""
        vocabulary = self.vocabulary
        fields = {column: vocabulary.meaning(heading).field for column, heading in headings.items()}
        self.first, self.headings = row, headings
        self.kept = frozenset(column for column, heading in headings.items() if vocabulary.keeps(heading))
        self.own = tuple(column for column, name in fields.items() if name in vocabulary.own)
        self.identifying = frozenset(column for column, name in fields.items() if name in vocabulary.identifying)

    @property
    def unit(self) -> str:
        """The unit of amounts that lines above or below state; two different ones are none that is read."""
        return "、".join(dict.fromkeys(filter(None, map(stated_unit, self.lines + self.grid.page_lines))))

    def add_line(self, text: str, *, is_note: bool, is_section: bool) -> None:
        """Heed a line that is no row: what it says of the rows above or below it."""
        self.lines.append(text)
        direction = lines.sets_apart(text, is_note=is_note)
        if direction == "above":
            self.apart |= {number for number, _ in self.rows[self.begun :]}
        if is_section or direction == "below":
            self.is_apart, self.begun = direction == "below", len(self.rows)


class _Finder:
    """The tables of one grid, from top to bottom."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        self.grid = grid
        self.vocabulary = vocabulary
        self.tables: list[_Table] = []
        self.notes: list[FileNote] = []
        self.wide: dict[tuple[int, int], int] = {}
        self._in_notes = False
        self._unfilled: list[int] = []
        self._key_spellings = set(vocabulary.key_headings)
        self._sound: set[str] = set()
        fill_merges(grid, self.wide)
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
            elif self.tables[-1].rows or not self._join(number, cells):
                self._read(number, cells)
        for table in self.tables:
            if table.is_apart and table.begun == len(table.rows):  # said at the end: of what stands above
                table.apart |= {number for number, _ in table.rows}
        self._name_unfilled()

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
        headings = texts_of(cells)
        self._in_notes = False
        last = self.tables[-1] if self.tables else None
        if last and headings == last.headings:
            self._leave_out("heading-repeated", "重复的表头，未读取", number)
            return
        if last and not last.rows and self._join(number, cells):
            return
        self._key_spellings |= {
            cell.text for cell in cells.values() if self.vocabulary.meaning(cell.text).field in self.vocabulary.keys
        }
        if last is None and number - 1 in self.grid.rows:
            upper, ends = texts_of(self.grid.rows[number - 1]), self._ends(number - 1)
            headings = complete_headings(headings, upper, ends, self.vocabulary)
        table = _Table(self.grid, headings, number, self.vocabulary)
        if last:
            table.lines, table.is_apart = list(last.lines), last.is_apart and last.begun == len(last.rows)
        elif above := [row for row in self.numbers if row < number]:
            self._leave_out("rows-above-heading", f"表头在第 {number} 行，其上 {len(above)} 行不属于表，未读取")
            for text in [cell.text for row in above for cell in self.grid.rows[row].values()]:
                table.lines.append(text)
                is_label = lines.may_be_note(text)
                table.is_apart |= lines.sets_apart(text, is_note=is_label) == "below"
        self.tables.append(table)

    def _join(self, number: int, cells: dict[int, Cell]) -> bool:
        """Join a second row of headings to the one directly above it."""
        table = self.tables[-1]
        joined = join_headings(table.headings, self._ends(table.first), cells, self.vocabulary)
        if joined is not None:
            table.name_columns(number, joined)
        return joined is not None

    def _ends(self, number: int) -> dict[int, int]:
        """The last column of each span over several columns in a row, by its first."""
        return {column: end for (row, column), end in self.wide.items() if row == number}

    def _read(self, number: int, cells: dict[int, Cell]) -> None:
        table = self.tables[-1]
        code = self._line_code(table, cells)
        self._in_notes = code == "note-row"
        if not code:
            table.rows.append((number, cells))
            if table.is_apart:
                table.apart.add(number)
            return
        text = " ".join(cell.text for cell in cells.values())
        table.add_line(text, is_note=code != "section-row", is_section=code == "section-row")
        if code == "row-unfilled":
            self._unfilled.append(number)
        else:
            self._leave_out(code, _LEFT_OUT[code], number)

    def _line_code(self, table: _Table, cells: Mapping[int, Cell]) -> str:
        """Why a line is no row of data; empty for one that is."""
        if lines.is_totals(cells, table.identifying):
            return "totals-row"
        first = next(iter(cells.values())).text
        if self._in_notes or lines.may_be_note(first):
            identifies = any(not lines.NOTE.match(cells[c].text) for c in table.identifying if c in cells)
            texts = [cell.text for cell in cells.values() if cell.text.strip()]
            if lines.is_note(texts, goes_on=self._in_notes, identifies=identifies):
                return "note-row"
        if table.own and not table.rows:
            texts = [cell.text.strip() for cell in cells.values() if cell.text.strip()]
            if lines.is_guide(texts, [cells[c].text for c in table.identifying if c in cells]):
                return "hint-row"
        is_filled = not table.own or any(
            column in cells and (cells[column].text.strip() or cells[column].findings) for column in table.own
        )
        if is_filled and len(cells) > 2:
            return ""
        return self._short_line_code(table, cells, is_filled=is_filled)

    def _short_line_code(self, table: _Table, cells: Mapping[int, Cell], *, is_filled: bool) -> str:
        """The same for a line of which hardly anything is filled in."""
        filled = {column: cell.text.strip() for column, cell in cells.items() if cell.text.strip()}
        if len(filled) == 1 and len(table.kept) > 1:
            ((column, text),) = filled.items()
            digits = sum(letter.isdigit() for letter in text)
            is_datum = column in table.identifying and (digits > 5 or (digits > 0 and text.endswith(("号", "號"))))
            is_narrow = is_filled and self.vocabulary.may_be_single
            if not text.isdigit() and not is_datum and lines.is_section(text, is_narrow=is_narrow):
                return "section-row"
        return "" if is_filled else "row-unfilled"

    def is_sound(self, text: str) -> bool:
        """Whether a text has no faults of its own; most cells repeat a few texts, of which it is remembered."""
        if text in self._sound:
            return True
        is_sound = not text_faults("", text)
        if is_sound and len(self._sound) < _REMEMBERED_MAX:
            self._sound.add(text)
        return is_sound

    def _leave_out(self, code: str, detail: str, number: int = 0) -> None:
        self.notes.append(FileNote(code, detail, self.grid.name, number))

    def _name_unfilled(self) -> None:
        """Name the rows that nobody filled in, those that follow each other as one."""
        runs: list[list[int]] = []
        for number in self._unfilled:
            if runs and runs[-1][1] == number - 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        for first, last in runs:
            span = f"至第 {last} 行" if last > first else ""
            self._leave_out("row-unfilled", f"{span}{_LEFT_OUT['row-unfilled']}", first)


class _Rows(Sequence[Row]):
    """The rows of a table, each judged when it is asked for: who only counts them does not wait for that."""

    def __init__(self, finder: _Finder, table: _Table) -> None:
        self._finder, self._table = finder, table

    def __len__(self) -> int:
        return len(self._table.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

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
    marks: set[str] = set()
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
                marks |= _MARKS.intersection(cell.findings)
            if finder.wide and (number, column) in finder.wide:
                _judge_width(finder, table, (number, column), faults)
            if column in table.grid.hidden_columns and text:
                notes.append(Note(pointer(heading), "column-hidden", CELL_NOTES["column-hidden"]))
        if text and not text.isspace():
            if is_kept and not finder.is_sound(text):
                faults += text_faults(heading, text)
            values[heading] = text
    doubts = ["row-hidden"] if number in table.grid.hidden_rows else []
    if marks:
        doubts += sorted(marks)
    is_apart = table.is_whole_apart or number in table.apart
    for column, text in table.grid.comments.get(number, ()):
        notes.append(Note(pointer(table.headings.get(column, "")), "cell-comment", CELL_NOTES["cell-comment"]))
        is_apart |= lines.states(text)
    if is_apart:
        doubts.append("row-set-apart")
    return Row(number, values, tuple(faults), tuple(notes), tuple(Fault("/", code, DOUBTS[code]) for code in doubts))


def _judge(vocabulary: Vocabulary, heading: str, cell: Cell, faults: list[Fault], notes: list[Note]) -> str:
    """Add what is to be said about a cell of a column that is kept; its text. A place in the list (序号) is often
    calculated and means nothing."""
    name, findings = vocabulary.meaning(heading).field, cell.findings
    if name == "ref":
        findings = tuple(code for code in findings if code != "formula-cell")
    if "partly-raised" in findings and name not in vocabulary.exact:
        findings = (*(code for code in findings if code != "partly-raised"), "raised-text")
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
    notes += [FileNote(code, detail, grid.name) for grid in book.grids for code, detail in grid.beside]
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
    is_only = len({finder.grid.name for finder, _ in tables}) == 1
    for finder, table in tables:
        table.is_whole_apart = finder.grid.is_apart or lines.sheet_is_apart(finder.grid.name, is_only=is_only)
    notes += [note for finder in filled for note in _comment_notes(finder.grid, finder.tables)]
    sheets = [_build_sheet(finder, table, book) for finder, table in tables]
    require_rows(sum(len(sheet.rows) for sheet in sheets))
    return Tables(sheets, tuple(notes))


def _comment_notes(grid: Grid, tables: Sequence[_Table]) -> Iterator[FileNote]:
    """Name the comments of a sheet that stand at no row of data: at headings, above, between and below the rows. What
    one says of a state or of a unit holds for the tables of the sheet."""
    at_rows = {number for table in tables for number, _ in table.rows}
    for number in sorted(grid.comments.keys() - at_rows) if tables else ():
        for column, text in sorted(grid.comments[number]):
            for table in tables:
                table.lines.append(text)
                table.is_whole_apart |= lines.states(text)
            detail = f"{column_letters(column)} 列：{CELL_NOTES['cell-comment']}"
            yield FileNote("cell-comment", detail, grid.name, number)


def _build_sheet(finder: _Finder, table: _Table, book: Book) -> Sheet:
    headings = list(table.headings.values())
    twice = dict.fromkeys(heading[:40] for heading in headings if headings.count(heading) > 1)
    if twice:
        raise DuplicateColumn("、".join(twice))
    require_width(len(headings))
    places = {heading: column for column, heading in table.headings.items()}
    headed = (table.grid.name, places, table.first)
    return Sheet(tuple(headings), _Rows(finder, table), book.format, book.encoding, *headed, table.unit)
