"""Read one row field by field and collect its faults and notes without stopping at the first."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from registry.domain.filing import cells
from registry.domain.filing.columns import REQUIRED, Headings
from registry.domain.filing.model import Note
from registry.errors import Fault, Invalid

T = TypeVar("T")
_PLACEHOLDERS = frozenset(
    ("undefined", "null", "none", "nan", "n/a", "na", "无", "空", "/", "\\", "-", "--", "—", "——")
)
_SEPARATORS = re.compile(r"[;；|\n]")


class RowReader:
    """The cells of one row keyed by field, with the faults and notes collected so far."""

    def __init__(self, row: Mapping[str, str], headings: Headings) -> None:
        self.headings = headings
        self.faults: list[Fault] = []
        self.notes: list[Note] = []
        self._required = REQUIRED[headings.vocabulary]
        self._row = {name: self._read_cell(name, text) for name, text in row.items()}

    def _read_cell(self, name: str, text: str) -> str:
        if faults := cells.text_faults(self.headings.name(name), text):
            self.faults += faults
            return ""
        tidied = cells.tidy(text)
        if tidied != text.strip():
            self.note(name, "half-width", "全角字母、数字或空格已改为半角")
        return tidied

    def fault(self, name: str, code: str, detail: str) -> None:
        """Add a fault, which refuses the row. ``detail`` never quotes the cell: it may hold an ID number."""
        self.faults.append(Fault(cells.pointer(self.headings.name(name)), code, detail))

    def note(self, name: str, code: str, detail: str) -> None:
        self.notes.append(Note(cells.pointer(self.headings.name(name)), code, detail))

    def has_fault(self, name: str) -> bool:
        place = cells.pointer(self.headings.name(name))
        return any(fault.pointer == place for fault in self.faults)

    def raw(self, name: str) -> str:
        """The tidied cell, including placeholders."""
        return self._row.get(name, "")

    def text(self, name: str, *, required: bool | None = None, limit: int = cells.MAX_CELL) -> str:
        """The cell's text; placeholders read as empty. ``required`` defaults to the template."""
        text = self.raw(name)
        if text.lower() in _PLACEHOLDERS:
            self.note(name, "placeholder", "占位文字按空白处理")
            text = ""
        if not text:
            if (name in self._required if required is None else required) and not self.has_fault(name):
                self.fault(name, "required", "必填项为空")
        elif len(text) > limit:
            self.fault(name, "too-long", f"超过 {limit} 个字符")
        return text

    def optional(self, name: str, *, limit: int = cells.MAX_CELL) -> str | None:
        return self.text(name, required=False, limit=limit) or None

    def parsed(self, name: str, text: str, parse: Callable[[str], T]) -> T | None:
        """The result of ``parse`` for a text that is not empty; its refusal becomes a fault of the field."""
        if not text:
            return None
        try:
            return parse(text)
        except Invalid as refusal:
            self.fault(name, refusal.code, refusal.title)
            return None

    def day(self, name: str, *, required: bool | None = None) -> dt.date | None:
        return self.parsed(name, self.text(name, required=required), cells.day)

    def items(self, name: str) -> list[str]:
        """The items of a cell that lists several, separated by ；."""
        return [part.strip() for part in _SEPARATORS.split(self.text(name)) if part.strip()]

    def code_in(self, name: str, text: str, table: Mapping[str, str], code: str) -> str | None:
        """Look up a cell's code or Chinese name in a table; ``code`` is the code of the fault if it is unknown."""
        if text.upper() in table:
            return text.upper()
        for row_code, title in table.items():
            if text in (row_code, title):
                return row_code
        self.fault(name, code, "不在代码表中")
        return None
