"""Scan a worksheet before it is loaded: how far it reaches, and which cells are formulas.

A loader fills the whole rectangle up to the last cell and copies a shared text into every cell that names it,
so a small file can take any amount of memory. The scan is a stream and keeps nothing but counts.
"""

import re
from functools import lru_cache
from xml.parsers import expat

from registry.refusals.content import FileShape, FileTooLarge, FileUnreadable, TooManyRows
from registry.tabular.sheet import MAX_COLUMNS, MAX_ROWS

MAX_TEXT = 128 * 2**20
MAX_TEXTS = MAX_ROWS * MAX_COLUMNS
MAX_FOUND = 200_000

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


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


class TextLengths(_Stream):
    """The length of each shared text, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)
            if len(self.lengths) > MAX_TEXTS:
                raise FileTooLarge("文字过多")

    def _end(self, name: str) -> None:
        pass

    def _data(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)


class SheetScan(_Stream):
    """``formulas`` and ``errors``: cells as (row, column), counted from 1. ``filled``: any content."""

    def __init__(self, lengths: list[int]) -> None:
        super().__init__()
        self.formulas: set[tuple[int, int]] = set()
        self.errors: set[tuple[int, int]] = set()
        self.filled = False
        self._lengths = lengths
        self._row = self._column = self._text = 0
        self._kind = ""
        self._index = ""
        self._in_value = False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._cell(attributes.get("r", ""), attributes.get("t", ""))
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isascii() and number.isdigit() else self._row + 1
            self._column = 0
        elif tag in ("v", "is", "f"):
            self._content(tag)

    def _cell(self, reference: str, kind: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match:
            letters, digits = match.groups()
            self._column = _column_number(letters)
            self._row = int(digits)
        else:
            self._column += 1
        self._kind = kind

    def _content(self, tag: str) -> None:
        if self._row > MAX_ROWS + 1:
            raise TooManyRows(f"超过 {MAX_ROWS} 行")
        if self._column > MAX_COLUMNS:
            raise FileShape(f"超过 {MAX_COLUMNS} 列")
        self.filled = True
        if tag == "f" or self._kind == "e":
            (self.formulas if tag == "f" else self.errors).add((self._row, self._column))
            if len(self.formulas) + len(self.errors) > MAX_FOUND:
                raise FileShape("公式或错误值过多")
        self._in_value, self._index = tag == "v" and self._kind == "s", ""

    def _data(self, text: str) -> None:
        if self._in_value:
            self._index += text
        else:
            self._text += len(text)

    def _end(self, name: str) -> None:
        if self._in_value and name.endswith("v"):
            self._in_value = False
            self._count_shared()

    def _count_shared(self) -> None:
        index = self._index.strip()
        if not (index.isascii() and index.isdigit() and len(index) < 9 and int(index) < len(self._lengths)):
            raise FileUnreadable("工作表引用了不存在的文字")
        self._text += self._lengths[int(index)]
        if self._text > MAX_TEXT:
            raise FileTooLarge("展开后的文字过多")


@lru_cache(256)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
