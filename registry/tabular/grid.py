"""What a person sees of a sheet: displayed text by row and column, merged spans, what is hidden or struck through."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_FOUND = 200_000
"""Findings about single cells in one file; more is no table that anybody meant to file."""

CELL_FAULTS: Mapping[str, str] = {
    "formula-cell": "单元格是公式，应填写数值或文字本身",
    "error-cell": "单元格是错误值",
    "number-not-text": "长数字应以文本格式填写，否则会丢失末位",
    "display-rounded": "显示的数与存储的数不同（格式作了舍入），请改为显示全部位数或者改正数值",
    "display-hidden": "单元格有内容而没有显示出来（数字格式隐藏了它）",
    "display-unknown": "单元格的数字格式不能识别，请改为常规或者文本格式",
    "day-partly-shown": "日期没有显示完整的年月日，请改为完整的日期格式",
    "day-other-calendar": "日期按民国纪年、佛历、农历等其他历法显示，与存储的日期不同，请改为公历的完整日期格式",
    "day-cell": "单元格是日期，不是原来的文字；请以文本格式填写",
    "partly-raised": "单元格中有上标或者下标的字符，不能确定是否属于内容，请删去或者改为普通文字",
    "partly-struck": "单元格中部分文字有删除线，请删去或者取消删除线",
    "merged-columns": "合并单元格跨了几列，不能确定内容属于哪一列",
}
"""Faults of cells: what is stored is not what a person saw, or nobody knows which."""
CELL_NOTES: Mapping[str, str] = {
    "number-format": "文字由单元格的数字格式产生，按显示的文字读取",
    "number-shortened": "长数字以科学记数法显示，按存储的全部数字读取",
    "text-guard": "已去除使内容成为文本的前缀或公式写法",
    "merged-value": "内容取自合并单元格",
    "merged-hidden": "合并单元格之下另有不显示的内容，未读取",
    "raised-text": "单元格中有上标或者下标的字符，按普通文字读取",
    "cell-comment": "单元格有批注，未读取",
    "column-hidden": "内容所在的列是隐藏的",
}
"""Notes about cells: read as displayed."""
DOUBTS: Mapping[str, str] = {
    "row-hidden": "此行是隐藏的或者被筛选掉的，看不到；确认报送请取消隐藏，或者注明已确认",
    "text-unseen": "此行有内容的字体颜色与底色相同，看不到；确认报送请改变颜色，或者注明已确认",
    "struck-through": "此行的内容有删除线；确认报送请取消删除线，或者注明已确认",
    "row-set-apart": "表名、上下文字、批注或页眉页脚写明已撤销、作废、草稿、示例等；确认报送请改正，或者注明已确认",
}
"""What may mean that a row was not meant: a person has to confirm it."""

_FORMULA_GUARD = re.compile(r'="([^"]*)"')
_GUARDS = frozenset(("", "'", "=", "\t", " "))
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Cell(NamedTuple):
    """A filled cell. ``text`` is what is displayed; a day that is displayed whole is in ISO form.

    ``kind``: ``text``, ``number`` or ``day``. ``findings``: codes of the tables above.
    """

    text: str
    kind: str = "text"
    findings: tuple[str, ...] = ()


class Merge(NamedTuple):
    """A merged span, first and last row and column, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Grid:
    """One sheet: cells by row and column, counted from 1. ``is_apart``: a text over it says that its rows are void;
    ``comments``: column and text, by row; ``beside``: codes and details of what lies over it and is not read;
    ``page_lines``: what its printed pages say above and below of a unit or a state."""

    name: str = ""
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    is_apart: bool = False
    comments: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    beside: list[tuple[str, str]] = field(default_factory=list)
    page_lines: list[str] = field(default_factory=list)


@dataclass
class Book:
    """A file: its visible sheets, and the names of those that are hidden or hold no cells."""

    grids: list[Grid]
    format: str
    encoding: str = "utf-8"
    hidden_sheets: list[str] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)


def text_cell(text: str) -> Cell:
    """A cell of text, without what keeps a spreadsheet from taking it for a number: '0123, ="0123", a tab before it."""
    if text[:1] not in _GUARDS and text[-1:] != "\t":
        return Cell(text)
    bare = text.strip("\t")
    guarded = _FORMULA_GUARD.fullmatch(bare.strip())
    if guarded:
        return Cell(guarded[1], findings=("text-guard",))
    if bare.startswith("'") and len(bare) > 1 and "'" not in bare[1:]:
        return Cell(bare[1:], findings=("text-guard",))
    return Cell(bare)


def column_letters(column: int) -> str:
    """The letters of a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = _LETTERS[rest] + letters
    return letters


def fill_merges(grid: Grid, wide: dict[tuple[int, int], int]) -> None:
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
