"""Whole workbooks drawn at random, many things at once, with a record of what was drawn."""

import datetime as dt
import random
from dataclasses import dataclass, field

from tests.support.workbooks import Column, Paper, any_row, draw_paper, workbook

_AMOUNTS = ("General", "0.00", "#,##0.00", "0.000000", "0", "#,##0", "0.0", "#,##0.00;[Red]-#,##0.00", "0.##", "000000",
            '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0.00%", '0"万元"', "0,", "0!.0,", "[>=100]0.0;0.00",
            "[Blue]0.00", '"罚"0.00', ";;;", "0.0,,", '0.00_);(0.00)')  # fmt: skip
_NUMBERS = ('"盐示财采罚〔2026〕"0"号"', "00000000", "0", "General", '"第"000"号"', "0.0", "#,##0", '0"号";;"无号"',
            "yyyy-mm-dd", "@", "000-000")  # fmt: skip
_DAYS = ("yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "dd/mm/yyyy", "yyyy-mm-dd", "yyyy/mm/dd",
         "yy-m-d",
         "m/d", 'm"月"d"日"', "yyyy/m", "mmm-yy", "h:mm")  # fmt: skip
_TEXTS = ('"注："@', "@", "General", '@"（略）"')
_OTHERS = ("内部编号", "经办人", "联系电话", "承办科室", "案件编号", "录入时间", "罚款币种", "状态")


@dataclass
class Mixed:
    """A workbook and what was drawn: where the headings and rows of each sheet stand, and for every cell that a merged
    span covers, as (sheet, row, column), the row of the cell whose value it has."""

    data: bytes
    heading_rows: dict[str, int] = field(default_factory=dict)
    data_rows: dict[str, list[int]] = field(default_factory=dict)
    merged: dict[tuple[str, int, int], int] = field(default_factory=dict)


def draw_workbook(draw: random.Random) -> Mixed:
    """A workbook of one to three sheets, each changed in several ways."""
    papers: list[Paper | list[list[str]]] = []
    for number in range(draw.choice((1, 1, 1, 2, 3))):
        paper = draw_paper(draw, start=number * 6)
        paper.sheet = f"批次{number + 1}"
        for change in draw.sample(_CHANGES, draw.randint(1, 5)):
            change(draw, paper)
        papers.append(paper)
    if draw.random() < 0.3:
        papers.insert(
            draw.randrange(len(papers) + 1), [["填写说明"], ["行政相对人名称", "必填"], ["罚款金额", "按决定书"]]
        )
    hidden = [0] if len(papers) > 1 and draw.random() < 0.1 else []
    mixed = Mixed(workbook(papers, hidden))
    for place, paper in enumerate(papers):
        if isinstance(paper, Paper) and place not in hidden:
            _record(mixed, paper)
    return mixed


def _record(mixed: Mixed, paper: Paper) -> None:
    top = len(paper.above) + 1
    mixed.heading_rows[paper.sheet] = top
    mixed.data_rows[paper.sheet] = [top + 1 + n for n in range(len(paper.seen))]
    places = {column.name: paper.left + n + 1 for n, column in enumerate(paper.columns)}
    for first, name, count in paper.merges:
        for row in range(first, first + count):
            mixed.merged[paper.sheet, top + 1 + row, places[name]] = top + 1 + first


def _format_amounts(draw: random.Random, paper: Paper) -> None:
    for row in range(len(paper.seen)):
        value = draw.choice((2, 20000, 0.5, 1234.5, 3.3000000000000003, 0.1 + 0.2, 99999, 12.3456, 0, 1e6, 20499, 0.05))
        paper.column("fine").cells[row] = (value, {"num_format": draw.choice(_AMOUNTS)})


def _format_numbers(draw: random.Random, paper: Paper) -> None:
    row = any_row(paper)
    value = draw.choice((draw.randint(1, 99_999), 46346, 20260001))
    paper.column("document_number").cells[row] = (value, {"num_format": draw.choice(_NUMBERS)})


def _format_days(draw: random.Random, paper: Paper) -> None:
    for row, seen in enumerate(paper.seen):
        value = seen.decided_on
        moment = dt.datetime.combine(value, dt.time(draw.choice((0, 0, 9)), 30 * draw.randint(0, 1)))
        paper.column("decided_on").cells[row] = (moment, {"num_format": draw.choice(_DAYS)})


def _format_texts(draw: random.Random, paper: Paper) -> None:
    paper.style(any_row(paper), draw.choice(("facts", "content", "basis")), num_format=draw.choice(_TEXTS))


def _merge(draw: random.Random, paper: Paper) -> None:
    if len(paper.seen) < 2:
        return
    first = draw.randrange(len(paper.seen) - 1)
    count = draw.randint(2, len(paper.seen) - first)
    taken = {name for _, name, _ in paper.merges}
    for name in draw.sample(("facts", "basis", "kinds", "content", "decided_on", "fine", "legal_representative"), 2):
        if name not in taken:
            paper.merges.append((first, name, count))


def _hide(draw: random.Random, paper: Paper) -> None:
    paper.hidden_rows.add(any_row(paper))
    if draw.random() < 0.5:
        paper.hidden_columns.add(draw.choice([column.name for column in paper.columns]))


def _strike(draw: random.Random, paper: Paper) -> None:
    row = any_row(paper)
    if draw.random() < 0.5:
        paper.style(row, draw.choice(("fine", "facts", "subject_name")), font_strikeout=True)
    else:
        paper.column("content").cells[row] = ([("罚款三万元", True), ("罚款二万元", False)], {})


def _surround(draw: random.Random, paper: Paper) -> None:
    paper.above = [["行政处罚信息表"], *([[]] * draw.randint(0, 2))]
    paper.left = draw.randint(0, 2)
    paper.below = [["合计", "", "", 3], [], ["备注：以决定书为准。"]][: draw.randint(0, 3)]
    paper.below = [[""] * paper.left + row for row in paper.below]


def _add_columns(draw: random.Random, paper: Paper) -> None:
    heading = draw.choice(_OTHERS)
    cells = [(draw.choice(("甲", "", 7, "2026-01-01")), {}) for _ in paper.seen]
    paper.columns.insert(draw.randrange(len(paper.columns) + 1), Column("other", heading, cells))


def _spell(draw: random.Random, paper: Paper) -> None:
    row = any_row(paper)
    codes = paper.column("uscc")
    codes.cells[row] = (draw.choice(("'{}", "{} ", "\t{}", '="{}"', "{}\n")).format(codes.cells[row][0]), {})
    paper.column("facts").cells[row] = (
        draw.choice(("多行\n文字", "全角，ＡＢ", "  前后空白  ", "a_x000D_b", "'引号")),
        {},
    )


def _calculate(draw: random.Random, paper: Paper) -> None:
    paper.column(draw.choice(("fine", "document_number", "facts"))).cells[any_row(paper)] = ("==1+1", {})


_CHANGES = (_format_amounts, _format_numbers, _format_days, _format_texts, _merge, _hide, _strike, _surround,
            _add_columns, _spell, _calculate)  # fmt: skip
