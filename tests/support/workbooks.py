"""Files as clerks make them, drawn at random: each variant says what a person sees in it.

A variant is read right, or it is refused aloud; what is taken differently from what a person sees is silent, and wrong.
"""

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from registry.domain.filing.model import Filing
from tests.tabular.workbooks import changed
from tools.synthetic import uscc

SEEDS = range(24)
"""How many variants each kind has."""
_WORDS = "泽瑞辰益宏恒昌盛永丰久顺通达利源祥和嘉睿朗森垚淼喆堃翀骐骥燚鑫"
_TRADES = ("建设工程", "办公设备", "园林绿化", "市政养护", "信息技术", "消防工程")
HEADINGS: Mapping[str, Sequence[str]] = {
    "subject_name": (
        "行政相对人名称",
        "相对人名称",
        "当事人名称",
        "被处罚单位名称",
        "企业名称",
        "单位名称",
        "被处罚人",
    ),
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "统一社会信用代码（18位）", "企业统一社会信用代码"),
    "legal_representative": ("法定代表人", "法人代表", "负责人", "法定代表人（负责人）"),
    "document_number": ("行政处罚决定书文号", "文号", "处罚决定书文号", "决定书编号", "处罚文号", "处罚决定书号"),
    "facts": ("违法事实", "主要违法事实", "处罚事由", "案情"),
    "basis": ("处罚依据", "法律依据", "依据条款"),
    "kinds": ("处罚类别", "处罚种类", "处罚类型"),
    "content": ("处罚内容", "处罚结果", "处罚决定内容"),
    "decided_on": ("处罚决定日期", "处罚日期", "决定日期", "作出处罚决定日期"),
}
FINES = ("罚款金额（{}）", "罚款金额({})", "罚款（{}）", "罚款数额（单位：{}）", "罚款金额/{}", "*罚款金额（人民币{}）")


@dataclass(frozen=True)
class Seen:
    """What a person sees of one decision; ``fine_fen`` None when nobody can say."""

    name: str
    document_number: str
    decided_on: dt.date
    fine_fen: int | None


@dataclass(frozen=True)
class Variant:
    """A file, and what a person sees in it. With ``is_refused`` no row may be taken."""

    data: bytes
    seen: list[Seen]
    is_refused: bool = False
    confirmed: frozenset[str] = frozenset()


@dataclass
class Column:
    """A column of a clerk's sheet: heading, and a cell per row as (value, format)."""

    name: str
    heading: str
    cells: list[tuple[Any, dict[str, Any]]]


@dataclass
class Paper:
    """A clerk's table before it is written: decisions, columns in some order, and what stands around them."""

    draw: random.Random
    seen: list[Seen]
    columns: list[Column]
    above: list[list[Any]] = field(default_factory=list)
    below: list[list[Any]] = field(default_factory=list)
    left: int = 0
    merges: list[tuple[int, str, int]] = field(default_factory=list)
    """(first row, column, how many rows) of data, counted from 0."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    page: tuple[str, str] = ("", "")
    """Head and foot of the printed pages."""
    sheet: str = "处罚"

    def column(self, name: str) -> Column:
        """The column of a field."""
        return next(column for column in self.columns if column.name == name)

    def style(self, row: int, name: str, **special: Any) -> None:
        """Give a cell a format."""
        value, format_ = self.column(name).cells[row]
        self.column(name).cells[row] = (value, format_ | special)

    def see(self, row: int, **special: Any) -> None:
        """What a person sees of a row differs from what was drawn."""
        self.seen[row] = Seen(**(vars(self.seen[row]) | special))

    @property
    def grid(self) -> list[list[Any]]:
        """All values row by row, as a file of text has them."""
        rows = [[column.heading for column in self.columns]]
        rows += [[column.cells[n][0] for column in self.columns] for n in range(len(self.seen))]
        return [*self.above, *([""] * self.left + row for row in rows), *self.below]

    def variant(self, *, is_refused: bool = False, confirmed: frozenset[str] = frozenset()) -> Variant:
        """The table as a workbook of one sheet."""
        return Variant(workbook([self]), self.seen, is_refused, confirmed)


def workbook(papers: Sequence[Paper | list[list[Any]]], hidden: Sequence[int] = ()) -> bytes:
    """A workbook of these sheets; a list is a sheet of text around nothing."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"strings_to_formulas": False}) as book:
        formats: dict[str, Any] = {}
        for number, paper in enumerate(papers):
            if isinstance(paper, Paper):
                sheet = book.add_worksheet(paper.sheet)
                _write(book, sheet, paper, formats)
            else:
                sheet = book.add_worksheet(f"说明{number}")
                for row, cells in enumerate(paper):
                    sheet.write_row(row, 0, cells)
            if number in hidden:
                sheet.hide()
        next(sheet for n, sheet in enumerate(book.worksheets()) if n not in hidden).activate()
    return data.getvalue()


def _write(book: Any, sheet: Any, paper: Paper, formats: dict[str, Any]) -> None:
    def style(special: dict[str, Any]) -> Any:
        return formats.setdefault(str(sorted(special.items())), book.add_format(special)) if special else None

    for row, cells in enumerate(paper.above):
        sheet.write_row(row, 0, cells)
    top = len(paper.above)
    places = {column.name: paper.left + n for n, column in enumerate(paper.columns)}
    for column in paper.columns:
        sheet.write(top, places[column.name], column.heading)
        for row, (value, special) in enumerate(column.cells, top + 1):
            if isinstance(value, list):
                sheet.write_rich_string(row, places[column.name], *_runs(value, style))
            elif isinstance(value, str) and value.startswith("=="):
                sheet.write_formula(row, places[column.name], value[1:], style(special), 2)
            elif value != "":
                sheet.write(row, places[column.name], value, style(special))
    for first, name, count in paper.merges:
        value, special = paper.column(name).cells[first]
        place = places[name]
        rich = isinstance(value, list)
        sheet.merge_range(top + 1 + first, place, top + first + count, place, "" if rich else value, style(special))
        if rich:
            sheet.write_rich_string(top + 1 + first, place, *_runs(value, style))
    sheet.set_header(paper.page[0])
    sheet.set_footer(paper.page[1])
    for row in paper.hidden_rows:
        sheet.set_row(top + 1 + row, None, None, {"hidden": True})
    for name in paper.hidden_columns:
        sheet.set_column(places[name], places[name], None, None, {"hidden": True})
    for row, cells in enumerate(paper.below, top + 1 + len(paper.seen)):
        sheet.write_row(row, 0, cells)


def _runs(value: list[tuple[str, bool]], style: Callable[[dict[str, Any]], Any]) -> list[Any]:
    """Runs of rich text, given as (text, is struck)."""
    return [part for text, is_struck in value for part in (style({"font_strikeout": is_struck}), text)]


def draw_paper(draw: random.Random, count: int = 0, start: int = 0) -> Paper:
    """A table that has nothing special: columns in any order, headings in any of the usual words, sums in either
    unit."""
    unit = draw.choice(("元", "万元"))
    fen_per_unit = 100 if unit == "元" else 1_000_000
    seen, rows = [], []
    for number in range(start, start + (count or draw.randint(2, 5))):
        serial = draw.randint(0, 800) * 10 + number
        fen = draw.choice((200_000, 2_000_000, 1_234_500, 30_000_000))
        decided = dt.date(2026, draw.randint(1, 10), draw.randint(1, 28))
        name = f"盐城{''.join(draw.sample(_WORDS, 2))}{draw.choice(_TRADES)}有限公司"
        seen.append(Seen(name, f"盐示财采罚〔2026〕{serial}号", decided, fen))
        rows.append(
            {
                "subject_name": name,
                "uscc": uscc("91320902", 1000 + serial),
                "legal_representative": "样一",
                "document_number": seen[-1].document_number,
                "facts": f"投标文件雷同，编号{serial}。",
                "basis": "《中华人民共和国政府采购法》第七十七条第一款第（三）项",
                "kinds": "罚款",
                "content": f"罚款人民币{fen // 100}元。",
                "decided_on": draw.choice((decided.isoformat(), f"{decided:%Y/%m/%d}", f"{decided:%Y年%m月%d日}")),
                "fine": fen / fen_per_unit,
            }
        )
    headings = {name: draw.choice(words) for name, words in HEADINGS.items()}
    headings["fine"] = draw.choice(FINES).format(unit)
    names = list(headings)
    draw.shuffle(names)
    columns = [Column(name, headings[name], [(row[name], {}) for row in rows]) for name in names]
    return Paper(draw, seen, columns, sheet=draw.choice(("处罚", "Sheet1", "2026年 行政处罚", "a&b", "第一批")))


def any_row(paper: Paper) -> int:
    """A row of the table."""
    return paper.draw.randrange(len(paper.seen))


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The rows as a file of text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(
        [[f"{cell:g}" if isinstance(cell, float) else cell for cell in row] for row in rows]
    )
    return text.getvalue().encode(encoding)


def renamed(data: bytes, names: Mapping[str, str], edit: Callable[[str, bytes], bytes] | None = None) -> bytes:
    """The package with parts under other names, and their content edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(names.get(name, name), edit(name, content) if edit else content)
    return out.getvalue()


def with_prefix(data: bytes, prefix: str) -> bytes:
    """The package with every element of its worksheets under a namespace prefix."""

    def edit(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return content
        text = content.decode().replace("xmlns=", f"xmlns:{prefix}=")
        return re.sub(r"<(/?)(?=[A-Za-z])", rf"<\1{prefix}:", text).encode()

    return renamed(data, {}, edit)


def as_strict(data: bytes) -> bytes:
    """The package in the strict form of Open XML: other namespaces."""
    spaces = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def edit(_name: str, content: bytes) -> bytes:
        for old, new in spaces.items():
            content = content.replace(old, new)
        return content

    return renamed(data, {}, edit)


def seen_of(filing: Filing) -> Seen:
    """What was taken of a filing, to be compared with what a person saw."""
    return Seen(filing.subject.name, filing.document_number, filing.decided_on, filing.fine_fen)


__all__ = ["SEEDS", "Column", "Paper", "Seen", "Variant", "any_row", "as_csv", "as_strict", "changed", "draw_paper",
           "renamed", "seen_of", "with_prefix", "workbook"]  # fmt: skip
