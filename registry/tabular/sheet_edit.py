"""Edit the XML of a worksheet where it stands: the style of single cells, and the reference to its comments' shapes."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from xml.parsers import expat

from registry.refusals.content import FileUnreadable
from registry.tabular.cell_styles import Styles
from registry.tabular.grid import column_letters
from registry.tabular.parts import parse_part, serialize_part

_TAG = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")
_STYLE = re.compile(rb"""\ss\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPANS = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']+)["']""")
_DATA = re.compile(rb"""<(?:[\w.-]+:)?sheetData(?:\s[^<>]*)?(?<!/)>""")
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_BEHIND_DRAWING = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
     "AlternateContent")
)  # fmt: skip
"""Elements that follow ``legacyDrawing`` in a worksheet (ISO/IEC 29500-1, 18.3.1.99)."""

Cell = tuple[int, int]


class SheetEdit:
    """The bytes of a worksheet and the changes to be made in them."""

    def __init__(self, content: bytes) -> None:
        match = _ENCODING.match(content)
        if content.startswith((b"\xff\xfe", b"\xfe\xff")) or (match and match[1].lower() not in (b"utf-8", b"utf8")):
            content = serialize_part(parse_part(content))
        self._content = content
        self._changes: list[tuple[int, int, bytes]] = []
        self._outline = _Outline(content)

    @property
    def drawing_id(self) -> str:
        """The relationship of the comments' shapes; empty when the sheet names none."""
        return self._outline.drawing_id

    def first_of_merged(self, cells: Iterable[Cell]) -> dict[Cell, Cell]:
        """Of these cells, those inside a merged range, with the first cell of their range."""
        places = sorted(set(cells))
        inside: dict[Cell, Cell] = {}
        for top, left, bottom, right in self._outline.merged:
            for place in places[bisect_left(places, (top, 0)) : bisect_left(places, (bottom + 1, 0))]:
                if left <= place[1] <= right:
                    inside[place] = (top, left)
        return inside

    def restyle(self, severity: Mapping[Cell, bool], styles: Styles) -> None:
        """Colour these cells, and take the colours of an earlier answer from all others."""
        restyler = _Restyler(self._content, self._outline, severity, styles)
        self._changes += restyler.changes

    def add_drawing(self, number: str, namespace: str) -> None:
        """Name the shapes of comments by their relationship."""
        prefix = self._outline.prefix
        tag = f'<{prefix}legacyDrawing xmlns:r="{namespace}" r:id="{number}"/>'.encode()
        self._changes.append((self._outline.drawing_place, self._outline.drawing_place, tag))

    def content(self) -> bytes:
        """The worksheet with its changes."""
        pieces, done = [], 0
        for start, end, replacement in sorted(self._changes, key=lambda change: change[:2]):
            pieces += [self._content[done:start], replacement]
            done = end
        return b"".join([*pieces, self._content[done:]])


class _Walk:
    """A walk through a worksheet that knows at which byte each element begins."""

    _deepest = 3
    """The depth to which elements are looked at; cells are at 3."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._enter
        self._parser.EndElementHandler = self._leave
        self._parser.StartDoctypeDeclHandler = self._doctype

    def run(self) -> None:
        try:
            self._parser.Parse(self._content, True)
        except (expat.ExpatError, ValueError):
            raise FileUnreadable("工作表内容已损坏") from None

    @property
    def _offset(self) -> int:
        return self._parser.CurrentByteIndex

    def _tag_end(self, start: int) -> int:
        match = _TAG.match(self._content, start)
        if match is None:
            raise FileUnreadable("工作表内容已损坏")
        return match.end()

    def _doctype(self, *_: object) -> None:
        raise FileUnreadable("工作表内容不正常")

    def _enter(self, name: str, attributes: dict[str, str]) -> None:
        depth = self._depth
        self._depth += 1
        if depth <= self._deepest:  # most elements are values inside cells
            self._start(name.rpartition(":")[2], depth, attributes)

    def _leave(self, name: str) -> None:
        self._depth -= 1
        if self._depth <= 2:
            self._end(name.rpartition(":")[2], self._depth)

    def _start(self, name: str, depth: int, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str, depth: int) -> None:
        raise NotImplementedError


class _Outline(_Walk):
    """Merged ranges, styles of columns, and where the reference to shapes stands or belongs."""

    _deepest = 2

    def __init__(self, content: bytes) -> None:
        first, last = _data_span(content)
        self._left_out = last - first
        super().__init__(content[:first] + content[last:])
        self.merged: list[tuple[int, int, int, int]] = []
        self.column_styles: list[tuple[int, int, int]] = []
        self.drawing_id = ""
        self.prefix = ""
        self.drawing_place = 0
        self.run()

    def _enter(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 0:
            self.prefix = name[: -len("worksheet")]
        super()._enter(name, attributes)

    def _start(self, name: str, depth: int, attributes: dict[str, str]) -> None:
        if name == "mergeCell" and depth == 2:
            self._merge(attributes.get("ref", ""))
        elif name == "col" and depth == 2 and "style" in attributes:
            self.column_styles.append(
                (_whole(attributes.get("min")), _whole(attributes.get("max")), _whole(attributes["style"]))
            )
        elif depth == 1:
            if name == "legacyDrawing":
                self.drawing_id = next((text for key, text in attributes.items() if key.endswith(":id")), "")
            if name in _BEHIND_DRAWING and not self.drawing_place:
                self.drawing_place = self._offset + self._left_out

    def _end(self, name: str, depth: int) -> None:  # noqa: ARG002
        if depth == 0 and not self.drawing_place:
            self.drawing_place = self._offset + self._left_out

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        start, end = cell_of(first), cell_of(last or first)
        if start and end:
            self.merged.append((*start, *end))


class _Restyler(_Walk):
    """Collects the changes that give cells their styles; cells and rows that are not there are added."""

    def __init__(self, content: bytes, outline: _Outline, severity: Mapping[Cell, bool], styles: Styles) -> None:
        super().__init__(content)
        self.changes: list[tuple[int, int, bytes]] = []
        self._outline, self._severity, self._styles = outline, severity, styles
        self._rows: dict[int, list[int]] = {}
        for row, column in sorted(severity):
            self._rows.setdefault(row, []).append(column)
        self._waiting = sorted(self._rows)
        self._row = self._column = self._row_style = 0
        self._row_start = 0
        self._columns: list[int] = []
        self._inserted: list[int] = []
        self.run()

    def _start(self, name: str, depth: int, attributes: dict[str, str]) -> None:
        if depth == 2 and name == "row":
            self._row = _whole(attributes.get("r")) or self._row + 1
            self._add_rows(self._row)
            self._columns = self._rows.get(self._row, []).copy()
            if self._waiting and self._waiting[0] == self._row:
                self._waiting.pop(0)
            self._column, self._inserted, self._row_start = 0, [], self._offset
            self._row_style = _whole(attributes.get("s")) if attributes.get("customFormat") in ("1", "true") else -1
        elif depth == 3 and name == "c" and (self._columns or self._styles.has_marks):
            self._restyle_cell(attributes)

    def _end(self, name: str, depth: int) -> None:
        if depth == 2 and name == "row" and self._columns:
            self._close_row()
        elif depth == 1 and name == "sheetData":
            self._add_rows(2**31)

    def _restyle_cell(self, attributes: dict[str, str]) -> None:
        place = cell_of(attributes.get("r", ""))
        self._column = place[1] if place else self._column + 1
        start = self._offset
        while self._columns and self._columns[0] < self._column:
            self._insert(self._columns.pop(0), start)
        severity = None
        if self._columns and self._columns[0] == self._column:
            severity = self._severity[self._row, self._columns.pop(0)]
        before = _whole(attributes.get("s"))
        after = self._styles.variant(before, severity)
        if after != before:
            end = self._tag_end(start)
            tag = _STYLE.sub(b"", self._content[start:end])
            name_end = re.match(rb"<[^\s/>]+", tag)
            assert name_end is not None
            changed = tag[: name_end.end()] + f' s="{after}"'.encode() + tag[name_end.end() :]
            self.changes.append((start, end, changed))

    def _insert(self, column: int, place: int) -> None:
        self.changes.append((place, place, self._new_cell(self._row, column, self._row_style)))
        if not self._inserted:
            self._drop_spans()
        self._inserted.append(column)

    def _drop_spans(self) -> None:
        """A new cell may lie outside the span that the row claims, which is only a hint."""
        end = self._tag_end(self._row_start)
        tag = self._content[self._row_start : end]
        if _SPANS.search(tag):
            self.changes.append((self._row_start, end, _SPANS.sub(b"", tag)))

    def _close_row(self) -> None:
        end = self._tag_end(self._row_start)
        tag = self._content[self._row_start : end]
        if tag.endswith(b"/>"):
            cells = b"".join(self._new_cell(self._row, column, self._row_style) for column in self._columns)
            name = f"{self._outline.prefix}row"
            opened = _SPANS.sub(b"", tag)[:-2] + b">"
            self.changes.append((self._row_start, end, opened + cells + f"</{name}>".encode()))
        else:
            for column in self._columns:
                self._insert(column, self._offset)
        self._columns = []

    def _add_rows(self, before: int) -> None:
        """Rows that have remarks and are not in the file, as one that only merged cells reach."""
        while self._waiting and self._waiting[0] < before:
            row = self._waiting.pop(0)
            cells = b"".join(self._new_cell(row, column, -1) for column in self._rows[row])
            prefix = self._outline.prefix
            content = f'<{prefix}row r="{row}">'.encode() + cells + f"</{prefix}row>".encode()
            self.changes.append((self._offset, self._offset, content))

    def _new_cell(self, row: int, column: int, row_style: int) -> bytes:
        style = row_style
        if style < 0:
            spans = self._outline.column_styles
            style = next((number for first, last, number in spans if first <= column <= last), 0)
        number = self._styles.variant(style, self._severity[row, column])
        return f'<{self._outline.prefix}c r="{column_letters(column)}{row}" s="{number}"/>'.encode()


def _data_span(content: bytes) -> tuple[int, int]:
    """Where the rows of a worksheet begin and end; nothing where they cannot be told from text."""
    opened, closed = _DATA.search(content), content.rfind(b"sheetData>")
    start = content.rfind(b"</", 0, closed)
    is_plain = opened is not None and opened.end() <= start and b"<![CDATA[" not in content and b"<!--" not in content
    return (opened.end(), start) if opened and is_plain else (0, 0)


def cell_of(reference: str) -> Cell | None:
    """The row and column, counted from 1, of a reference such as B5; None when it is none."""
    match = _CELL.fullmatch(reference)
    if not match:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
