"""Read the parts of an XLSX workbook as streams: shared texts, and what a person sees of a worksheet.

A small file can take any amount of memory: a shared text is named by any number of cells, a cell may stand in the last
row. The streams count as they go and stop at the first thing that is too much.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.parsers import expat

from lxml import etree

from registry.refusals.content import FileShape, FileTooLarge, FileUnreadable, TooManyRows
from registry.tabular.colours import BLACK, WHITE, colour, is_unseen
from registry.tabular.grid import MAX_FOUND, Cell, Grid, Merge, column_letters, text_cell
from registry.tabular.sheet import MAX_COLUMNS, MAX_ROWS
from registry.tabular.styles import WHITE_RUN, Style, day_cell, style_at

MAX_TEXT = 128 * 2**20
MAX_TEXTS = MAX_ROWS * MAX_COLUMNS
MAX_MERGES = 100_000

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_IGNORED = frozenset(("rPh", "phoneticPr"))
_OF_TEXTS = frozenset(("r", "t", "strike", "vertAlign", "color", "sz"))
_OF_SPANS = ("array", "dataTable")
_TRUE = ("1", "true", "on")
_PAGE_TEXTS = frozenset(("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"))
LEAST_HEIGHT, LEAST_WIDTH, LEAST_SIZE = 2.0, 0.5, 3.0
"""Height of a row in points, width of a column in characters, size of a font in points: in less nothing can be read."""
_TEXTS_KEPT = 10_000
"""Texts in the cells themselves that are remembered as they are displayed: most columns repeat a few."""


class _Stream:
    """An XML stream that ends at the first document type declaration."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, ValueError):
            raise FileUnreadable("工作表内容已损坏") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError

    def _data(self, text: str) -> None:
        raise NotImplementedError

    def _doctype(self, *_: object) -> None:
        raise FileUnreadable("工作表内容不正常")


class _RichText:
    """A text in runs of which some may be struck through or unseen; readings (拼音) beside it are none of it."""

    def __init__(self, first: str = "") -> None:
        self._pieces = [first]
        self._struck: set[bool] = set()
        self._raised: set[bool] = set()
        self._unseen: set[str] = set()
        self._run_is_struck = self._run_is_raised = False
        self._run_unseen = ""
        self._ignored = 0
        self._is_open = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _IGNORED:
            self._ignored += 1
        elif tag == "t":
            self._is_open = not self._ignored
        elif tag == "r":
            self._run_is_struck = self._run_is_raised = False
            self._run_unseen = ""
        elif tag == "color" and is_unseen(colour(attributes, BLACK), WHITE):
            self._run_unseen = WHITE_RUN
        elif tag == "sz" and is_below(attributes.get("val", ""), LEAST_SIZE):
            self._run_unseen = "text-unseen"
        elif tag == "strike":
            self._run_is_struck = attributes.get("val", "1").lower() in _TRUE
        elif tag == "vertAlign":
            self._run_is_raised = attributes.get("val", "baseline") != "baseline"

    def data(self, text: str) -> None:
        if self._is_open:
            self._pieces.append(text)
            if not text.isspace():
                self._struck.add(self._run_is_struck)
                self._raised.add(self._run_is_raised)
                self._unseen.add(self._run_unseen)

    def end(self, tag: str) -> None:
        if tag == "t":
            self._is_open = False
        elif tag in _IGNORED:
            self._ignored -= 1

    def cell(self) -> Cell:
        """The text as a cell."""
        cell = text_cell(unescape("".join(self._pieces)))
        if len(self._raised) > 1:
            cell = cell._replace(findings=(*cell.findings, "partly-raised"))
        if unseen := sorted(filter(None, self._unseen)):
            cell = cell._replace(findings=(*cell.findings, *unseen))
        if True not in self._struck:
            return cell
        return cell._replace(findings=(*cell.findings, "partly-struck" if len(self._struck) > 1 else "struck-through"))


class SharedTexts(_Stream):
    """The shared texts of a workbook as cells, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[Cell] = []
        self._text: _RichText | None = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "si":
            self._text = _RichText()
            if len(self.cells) >= MAX_TEXTS:
                raise FileTooLarge("文字过多")
        elif self._text is not None:
            self._text.start(tag, attributes)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "si" and self._text is not None:
            self.cells.append(self._text.cell())
            self._text = None
        elif self._text is not None:
            self._text.end(tag)

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._text.data(text)


class SheetScan(_Stream):
    """A worksheet as a person sees it: ``grid``. ``rules``: the styles of its conditional formats, by number;
    ``rule_styles``: those that it brings itself, as newer programs write; ``has_rule_without_value``: bars or signs
    stand for values; ``page_texts``: heads and feet of its printed pages, with their codes."""

    def __init__(self, name: str, texts: Sequence[Cell], styles: Sequence[Style]) -> None:
        super().__init__()
        self.grid = Grid(name)
        self._texts, self._styles = texts, styles
        self._style_of: dict[str, Style] = {}
        self._shown: dict[tuple[str, str], Cell] = {}
        self._row = self._column = self._size = self._found = 0
        self._cells: dict[int, Cell] = {}
        self._kind = self._style = self._digits = ""
        self._value: list[str] | None = None
        self._stored = ""
        self._rich: _RichText | None = None
        self._is_formula = self._rows_are_hidden = False
        self._calculated: list[Merge] = []
        self.rules: set[int] = set()
        self.rule_styles: list[etree._Element] = []
        self.has_rule_without_value = False
        self._rule_style: etree.TreeBuilder | None = None
        self.page_texts: dict[str, str] = {}

    def run(self, content: bytes) -> None:
        super().run(content)
        for span in self._calculated:  # the cells that one formula fills have only its results
            rows = range(span.top, span.bottom + 1) if span.bottom - span.top < len(self.grid.rows) else self.grid.rows
            for cells in [
                self.grid.rows[row] for row in rows if row in self.grid.rows and span.top <= row <= span.bottom
            ]:
                for column in [column for column in cells if span.left <= column <= span.right]:
                    cells[column] = cells[column]._replace(findings=("formula-cell",))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if self._rule_style is not None:
            self._start_style(self._rule_style, tag, attributes)
        elif tag == "c":
            self._start_cell(attributes)
        elif tag == "v":
            self._value = []
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            self._is_formula = True
            if attributes.get("t") in _OF_SPANS:
                self._add_span(attributes.get("ref", ""), self._calculated)
        elif self._kind == "inlineStr" and (tag in _OF_TEXTS or tag in _IGNORED):
            self._start_inline(tag, attributes)
        elif tag != "is":
            self._start_other(tag, attributes)

    def _start_other(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "col":
            self._hide_columns(attributes)
        elif tag == "cfRule":
            self._add_rule(attributes.get("dxfId", ""))
        elif tag == "dxf":
            self._rule_style = etree.TreeBuilder()
            self._start_style(self._rule_style, tag, attributes)
        elif tag in ("dataBar", "iconSet"):
            self.has_rule_without_value |= attributes.get("showValue", "1").lower() not in _TRUE
        elif tag == "mergeCell":
            self._add_span(attributes.get("ref", ""), self.grid.merges)
        elif tag == "sheetFormatPr":
            self._rows_are_hidden = attributes.get("zeroHeight", "0").lower() in _TRUE
        elif tag in _PAGE_TEXTS:
            self._value = []

    @staticmethod
    def _start_style(builder: etree.TreeBuilder, tag: str, attributes: Mapping[str, str]) -> None:
        stated: dict[str | bytes, str | bytes] = {}
        stated.update(attributes)
        builder.start(tag, stated)

    def _start_inline(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A text in the cell itself: mostly one piece, else runs."""
        if tag == "t" and self._rich is None:
            self._value = []
            return
        if self._rich is None:
            self._rich = _RichText(self._stored)
        self._rich.start(tag, attributes)

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else self._row + 1
        self._column, self._digits = 0, str(self._row)
        if self._row in self.grid.rows:
            # Spreadsheets repair such a file, each in its own way: one of the two rows was not seen.
            raise FileUnreadable(f"工作表中第 {self._row} 行出现了两次，请用电子表格软件打开后重新保存")
        self._cells = {}
        hidden = attributes.get("hidden", "1" if self._rows_are_hidden and "ht" not in attributes else "0")
        if hidden.lower() in _TRUE or is_below(attributes.get("ht", ""), LEAST_HEIGHT):
            self.grid.hidden_rows.add(self._row)

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        if letters and reference[len(letters) :] == self._digits:
            self._column = _column_number(letters)
        elif match := _REFERENCE.fullmatch(reference):
            self._column = _column_number(match[1])
            self._row, self._digits = int(match[2]), match[2]
            self._cells = self.grid.rows.get(self._row) or {}
        elif reference:
            raise FileUnreadable("工作表内容已损坏")
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._stored, self._rich, self._is_formula = "", None, False

    def _data(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)
        elif self._rich is not None:
            self._rich.data(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if self._rule_style is not None:
            self._rule_style.end(tag)
            if tag == "dxf":
                self.rule_styles.append(self._rule_style.close())
                self._rule_style = None
        elif tag == "c":
            if self._stored or self._rich is not None or self._is_formula:
                self._put(self._show())
            self._rich, self._kind = None, ""
        elif self._value is not None:
            if tag in ("v", "t"):
                self._stored, self._value = "".join(self._value), None
            elif tag in _PAGE_TEXTS:
                self.page_texts[tag], self._value = "".join(self._value), None
        elif self._rich is not None:
            self._rich.end(tag)

    def _show(self) -> Cell:
        """The cell as it is displayed."""
        stored = self._stored
        style = self._style_of.get(self._style)
        if style is None:
            style = self._style_of[self._style] = style_at(self._styles, self._style)
        if self._kind == "s":
            cell = style.text(self._shared(stored))
        elif self._rich is not None:
            cell = style.text(self._rich.cell())
        elif self._kind == "n":
            cell = style.number(stored) if stored.strip() else Cell("", "number")
        elif self._kind == "e":
            cell = Cell(stored, findings=("error-cell",))
        elif self._kind == "b":
            cell = Cell("TRUE" if stored.strip() in _TRUE else "FALSE")
        elif self._kind == "d":
            cell = day_cell(stored.strip().removesuffix("Z"))
        else:
            cell = self._show_text(style, stored)
        return cell._replace(findings=("formula-cell",)) if self._is_formula else cell

    def _show_text(self, style: Style, stored: str) -> Cell:
        """A text in the cell itself; one text is one cell, so that what is known of it once is known of all."""
        key = (self._style, stored)
        cell = self._shown.get(key)
        if cell is None:
            cell = style.text(text_cell(unescape(stored)))
            if len(self._shown) < _TEXTS_KEPT:
                self._shown[key] = cell
        return cell

    def _shared(self, stored: str) -> Cell:
        index = stored.strip()
        if not (index.isascii() and index.isdigit() and len(index) < 9 and int(index) < len(self._texts)):
            raise FileUnreadable("工作表引用了不存在的文字")
        return self._texts[int(index)]

    def _put(self, cell: Cell) -> None:
        if not cell.text and not cell.findings:
            return
        if self._row > MAX_ROWS + 100:
            raise TooManyRows(f"超过 {MAX_ROWS} 行")
        if self._column > MAX_COLUMNS:
            raise FileShape(f"超过 {MAX_COLUMNS} 列")
        if not self._cells:
            self.grid.rows[self._row] = self._cells
        elif self._column in self._cells:
            place = f"{column_letters(self._column)}{self._row}"
            raise FileUnreadable(f"工作表中单元格 {place} 出现了两次，请用电子表格软件打开后重新保存")
        self._cells[self._column] = cell
        self._size += len(cell.text)
        if self._size > MAX_TEXT:
            raise FileTooLarge("展开后的文字过多")
        if cell.findings:
            self._found += 1
            if self._found > MAX_FOUND:
                raise FileShape("公式或错误值过多")

    def _hide_columns(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden", "0").lower() in _TRUE or is_below(attributes.get("width", ""), LEAST_WIDTH):
            first, last = (int(text) if text.isdigit() else 0 for text in map(attributes.get, ("min", "max"), ("", "")))
            self.grid.hidden_columns |= set(range(first, min(last, MAX_COLUMNS) + 1))

    def _add_rule(self, number: str) -> None:
        if number.isascii() and number.isdigit() and len(number) < 6:
            self.rules.add(int(number))

    def _add_span(self, reference: str, spans: list[Merge]) -> None:
        first, _, last = reference.partition(":")
        corners = [_REFERENCE.fullmatch(corner) for corner in (first, last or first)]
        if corners[0] is None or corners[1] is None:
            raise FileUnreadable("工作表内容已损坏")
        (left, top), (right, bottom) = ((_column_number(m[1]), int(m[2])) for m in corners if m)
        spans.append(Merge(top, left, bottom, right))
        if len(spans) > MAX_MERGES:
            raise FileShape("合并单元格或者数组公式过多")


def unescape(text: str) -> str:
    """A text without the escapes of characters that XML cannot hold (_x000D_), its line ends as one character."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def is_below(size: str, least: float) -> bool:
    """Whether a stated size is less than the least that can be read."""
    try:
        return bool(size) and float(size) < least
    except ValueError:
        return False


@lru_cache(256)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
