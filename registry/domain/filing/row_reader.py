"""Read one row field by field and collect its faults and notes without stopping at the first."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from registry.domain.filing import alphabets, cells, placeholders
from registry.domain.filing.columns import REQUIRED, VOCABULARY, Headings
from registry.domain.filing.model import Note
from registry.domain.filing.vocabulary import LEFT_OUT
from registry.errors import Fault, Invalid
from registry.phrases import Phrase, joined

T = TypeVar("T")
_PLACEHOLDERS = frozenset(
    ("undefined", "null", "none", "nan", "n/a", "na", "无", "空", "/", "\\", "-", "--", "—", "——")
)
_PLACEHOLDER_MAX = max(map(len, _PLACEHOLDERS))
_SEPARATORS = re.compile(r"[;；|\n]")
_ERROR_VALUE = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|#+)")
_EXPONENT = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{1,3}")
_ACCEPTED_MAX = 24
_LABEL_MAX = 24
_NAME_LABELS = ("名称", "姓名", "全称", "名字")
"""Beside the headings: in front of a value they can only mean whose name it is."""
_LINKS = "-－—–_.:：、"
_UNREAD = re.compile(r"[\s()]")
_PERSONAL = frozenset(
    (
        "subject_name",
        "uscc",
        "business_registration",
        "organisation_code",
        "tax_registration",
        "institution_certificate",
        "social_certificate",
        "legal_representative",
        "legal_id_number",
        "id_number",
        "document_number",
    )
)
"""Cells that are another one's in every row, and may say who a person is: nothing of them is remembered."""
_REMEMBERED_MAX = 20_000


class RowMemory:
    """Readings of cells that come again from row to row of one table: the same authority, kind, day or basis.

    For rows that are read under the same headings, by the same rules, on the same day. It lasts as long as the table is
    read, and has nothing of the cells that say who somebody is.
    """

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], tuple[Any, tuple[Fault, ...], tuple[Note, ...]]] = {}

    def read(self, row: "RowReader", key: tuple[str, ...], read: Callable[[], T]) -> T:
        """What ``read`` returns; it is remembered with the faults and notes that it adds to the row."""
        faults, notes = len(row.faults), len(row.notes)
        value = read()
        if len(self.known) < _REMEMBERED_MAX:
            self.known[key] = (value, tuple(row.faults[faults:]), tuple(row.notes[notes:]))
        return value


class RowReader:
    """The cells of one row keyed by field, with the faults and notes collected so far."""

    def __init__(self, row: Mapping[str, str], headings: Headings, memory: RowMemory | None = None) -> None:
        self.headings = headings
        self.faults: list[Fault] = []
        self.notes: list[Note] = []
        self._memory = memory
        self._required = REQUIRED[headings.vocabulary]
        self._row = {name: self._recall_cell(name, text) for name, text in row.items()}

    def _recall_cell(self, name: str, text: str) -> str:
        if self._memory is None or name in _PERSONAL:
            return self._read_cell(name, text)
        return self._recall(self._memory, ("", name, text), lambda: self._read_cell(name, text))

    def _recall(self, memory: RowMemory, key: tuple[str, ...], read: Callable[[], T]) -> T:
        found = memory.known.get(key)
        if found is None:
            return memory.read(self, key, read)
        value, faults, notes = found
        self.faults += faults
        self.notes += notes
        return value  # type: ignore[no-any-return]  # what the same reader returned

    def once(self, reader: str, fields: tuple[str, ...], read: Callable[[], T]) -> T:
        """What ``read`` makes of the cells ``fields``; of the same cells in another row of the table it is remembered.

        ``read`` depends on these cells and on what is the same for the whole table, and ``reader`` names it. In a row
        with a fault it is always asked: what it says may depend on what was said before.
        """
        if self._memory is None or self.faults:
            return read()
        row = self._row
        return self._recall(self._memory, (reader, *[row.get(name, "") for name in fields]), read)

    def _read_cell(self, name: str, text: str) -> str:
        if not text:
            return ""
        if cells.is_forbidden(text) or len(text) > cells.MAX_CELL:
            self.faults += cells.text_faults(self.headings.name(name), text)
            return ""
        if "#" in text and _ERROR_VALUE.fullmatch(text.strip()):
            self.fault(name, "error-cell", "单元格是错误值，应填写实际内容")
            return ""
        if "+" in text and _EXPONENT.fullmatch(text.strip()):
            self.fault(name, "number-not-text", "长数字已变成科学记数法，末位已经丢失，应以文本格式填写原来的号码")
            return ""
        if placeholders.is_ditto(text):
            self.fault(name, "cell-refers-to-other", "只写了同上、〃 等，所指的行可能已经变动，应填写实际内容")
            return ""
        if "_x000" in text or "\r" in text:
            unescaped = cells.unescape_line_ends(text)
            if "_x000" in text and unescaped != text:
                self.note(name, "line-end", "换行标记 _x000D_ 已改为换行")
            text = unescaped
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
        if not self.faults:
            return False
        place = cells.pointer(self.headings.name(name))
        return any(fault.pointer == place for fault in self.faults)

    def raw(self, name: str) -> str:
        """The tidied cell, including placeholders."""
        return self._row.get(name, "")

    def text(self, name: str, *, required: bool | None = None, limit: int = cells.MAX_CELL) -> str:
        """The cell's text; placeholders read as empty. ``required`` defaults to the template."""
        text = self._row.get(name, "")
        if text and len(text) <= _PLACEHOLDER_MAX and text.lower() in _PLACEHOLDERS:
            self.note(name, "placeholder", "占位文字按空白处理")
            text = ""
        if not text:
            if (name in self._required if required is None else required) and not self.has_fault(name):
                self.fault(name, "required", "必填项为空")
        elif len(text) > limit:
            self.fault(name, "too-long", f"超过 {limit} 个字符")
        return text

    def organ_name(self, name: str, *, required: bool | None = None) -> str:
        """The name of an authority, a court or another unit; letters of two alphabets in it are a fault."""
        text = self.text(name, required=required, limit=200)
        if alphabets.mixes_letters(text):
            self.fault(name, alphabets.NAME_MIXED, alphabets.DETAIL)
        return text

    def optional(self, name: str, *, limit: int = cells.MAX_CELL) -> str | None:
        return self.text(name, required=False, limit=limit) or None

    def statement(self, name: str) -> str:
        """A text that tells what happened, why or what was decided; it is published as it stands."""
        text = self.text(name)
        if text and placeholders.says_nothing(text):
            self.fault(name, placeholders.SAYS_NOTHING, placeholders.DETAIL)
        return text

    def without_label(self, name: str, text: str) -> str:
        """The text without the heading of its own column in front of it (文号：…); with another's it is a fault."""
        if ":" not in text and "：" not in text:
            return text
        label, rest, field = labels_of(text)
        if field == name and rest:
            self.note(name, "label-removed", "已去除内容前面的栏目名称")
            return rest
        if field and field != name:
            self.fault(name, "cell-of-other-field", f"此处写的是{label}，不是本栏的内容")
        return text

    def word(self, name: str) -> str:
        """The tidied cell without the blanks that 分散对齐 leaves between the characters of a word."""
        return "".join(self.raw(name).split())

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
        text = self.text(name, required=required)
        day = self.parsed(name, text, cells.day)
        if day and cells.is_serial(text):
            self.note(name, "date-serial", f"按 Excel 日期序号读作 {day}，请核对")
        if day and cells.is_zoned(text):
            self.note(name, "date-zone", f"所写时刻不是北京时间，换算后是 {day}，请核对")
        return day

    def items(self, name: str) -> list[str]:
        """The items of a cell that lists several, separated by ；."""
        return [part.strip() for part in _SEPARATORS.split(self.text(name)) if part.strip()]

    def code_in(
        self, name: str, text: str, table: Mapping[str, str], code: str, words: Mapping[str, str] | None = None
    ) -> str | None:
        """Look up a cell's code, Chinese name, both together, or one of the other ``words`` for it, in a table.

        ``code`` is the code of the fault if it is unknown; the fault names what would be known.
        """
        found = code_of(text, table, words or {})
        if found is None:
            self.fault(name, code, f"不在代码表中，{accepted(table.items())}")
        return found


def labels_of(text: str) -> tuple[str, str, str]:
    """The heading that a text begins with, what follows its colon, and the field it means; empty without one."""
    if ":" not in text and "：" not in text:
        return "", text, ""
    label, _, rest = text.replace("：", ":", 1).partition(":")
    field = VOCABULARY.meaning(label.strip()).field if len(label) <= _LABEL_MAX else ""
    if not field and label.strip() in _NAME_LABELS:
        field = "subject_name"
    return label.strip(), rest.strip(), "" if field == LEFT_OUT else field


def code_of(text: str, table: Mapping[str, str], words: Mapping[str, str]) -> str | None:
    """The code that a text names: 111, 居民身份证, 111-居民身份证, 居民身份证（111）, or another word for it."""
    key = _comparable(text)
    for row_code, title in table.items():
        if key in (_comparable(row_code), _comparable(title)):
            return row_code
    for word, row_code in words.items():
        if key == _comparable(word) and row_code in table:
            return row_code
    for row_code in table:
        for rest in (
            _without(key, _comparable(row_code), str.removeprefix),
            _without(key, _comparable(row_code), str.removesuffix),
        ):
            if rest and rest != key and code_of(rest, {row_code: table[row_code]}, words) == row_code:
                return row_code
    return None


def beginning_of(text: str, table: Mapping[str, str], words: Mapping[str, str]) -> str | None:
    """The one code whose name, or another word for it, begins with a text of two characters or more."""
    key = _comparable(text)
    names = [*((title, code) for code, title in table.items()), *words.items()]
    found = {code for word, code in names if code in table and _comparable(word).startswith(key)}
    return found.pop() if len(key) > 1 and len(found) == 1 else None


def accepted(rows: Iterable[tuple[str, str]]) -> str:
    """What a cell may say, for a refusal: the names of a table with their codes."""
    named = [
        title if row_code == title else Phrase("%(name)s（%(origin)s）", name=title, origin=row_code)
        for row_code, title in rows
    ]
    first = joined(named[:_ACCEPTED_MAX], "、")
    return Phrase("可写：%(names)s 等" if len(named) > _ACCEPTED_MAX else "可写：%(names)s", names=first)


@lru_cache(maxsize=1024)
def _comparable(text: str) -> str:
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _UNREAD.sub("", folded).casefold()


def _without(key: str, part: str, remove: Callable[[str, str], str]) -> str:
    shorter = remove(key, part)
    return "" if shorter == key else shorter.strip(_LINKS)
