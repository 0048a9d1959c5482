"""Bidders' files as trading centres make them: everybody a person sees, and who is hidden, is asked; nobody is lost."""

import io
import random
from typing import Any

import pytest
import xlsxwriter

from registry.errors import Invalid
from registry.refusals.acts import PartiesUnreadable
from registry.tabular.parties import PartiesFile, read_parties
from tests.support.workbooks import SEEDS, as_csv
from tools.synthetic import uscc

NAMES = ("投标人名称", "供应商名称", "单位名称", "企业名称", "名称", "投标单位", "中标候选人名称", "供应商")
CODES = ("统一社会信用代码", "信用代码", "社会信用代码", "统一社会信用代码(18位)")


def drawn(draw: random.Random, start: int = 0) -> list[list[Any]]:
    """A table of bidders: headings, then rows of number, name and code."""
    count = draw.randint(2, 5)
    rows = [[n + 1, f"盐城投标{start + n}号建设有限公司", uscc("91320902", 5000 + start + n)] for n in range(count)]
    return [["序号", draw.choice(NAMES), draw.choice(CODES)], *rows]


def book(*tables: list[list[Any]], hidden: int = 0, merge: tuple[int, int, int] | None = None) -> bytes:
    """A workbook of these tables; ``merge`` is a column over two rows, as (column, first row, last row)."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        for number, table in enumerate(tables):
            sheet = made.add_worksheet(f"第{number + 1}包")
            for row, cells in enumerate(table):
                sheet.write_row(row, 0, cells)
        if hidden:
            sheet.set_row(hidden, None, None, {"hidden": True})
        if merge:
            column, first, last = merge
            sheet.merge_range(first, column, last, column, tables[-1][first][column])
    return data.getvalue()


def people(file: PartiesFile) -> list[tuple[str, str]]:
    """Who is asked about."""
    return [(row.cells["name"], row.cells["uscc"]) for row in file.rows if not row.faults]


def expected(*tables: list[list[Any]]) -> list[tuple[str, str]]:
    return [(row[1], row[2]) for table in tables for row in table[1:]]


@pytest.mark.parametrize("seed", SEEDS)
class TestEverybody:
    def test_on_every_sheet_is_asked_and_may_be_named_apart(self, seed: int) -> None:
        draw = random.Random(seed)
        tables = [drawn(draw, 10 * number) for number in range(draw.randint(2, 4))]
        file = read_parties(book(*tables), "")
        assert people(file) == expected(*tables)
        assert len({row.cells["ref"] for row in file.rows}) == len(file.rows)
        assert {row.sheet for row in file.rows} == {f"第{n + 1}包" for n in range(len(tables))}

    def test_in_a_hidden_row_is_asked_and_noted(self, seed: int) -> None:
        draw = random.Random(seed)
        table = drawn(draw)
        row = draw.randint(1, len(table) - 1)
        file = read_parties(book(table, hidden=row), "")
        assert people(file) == expected(table)
        assert [note.code for note in file.rows[row - 1].notes] == ["row-hidden"]

    def test_under_a_merged_cell_has_its_value(self, seed: int) -> None:
        draw = random.Random(seed)
        table = drawn(draw)
        heading = draw.choice(("所属", "所属投标人", "联合体牵头人序号"))
        for number, row in enumerate(table):
            row.append(heading if number == 0 else "")
        table[-2][3] = "1"
        if len(table) > 3:
            file = read_parties(book(table, merge=(3, len(table) - 2, len(table) - 1)), "")
            assert [row.cells.get("of") for row in file.rows[-2:]] == ["1", "1"]
        assert people(read_parties(book(table), "")) == expected(table)

    def test_between_title_note_and_total_is_asked_and_nobody_else(self, seed: int) -> None:
        draw = random.Random(seed)
        table = drawn(draw)
        above = [["附件1 投标人名单"], [], ["采购人：盐城市示例中心", "", "2026年11月"]][: draw.randint(1, 3)]
        below = [["合计", f"{len(table) - 1}家", ""], [], ["备注：以投标文件为准。"], ["制表人：样一", "审核人：样二"]]
        rows = [*above, *table, *below[: draw.randint(0, 4)]]
        for data in (book(rows), as_csv(rows), as_csv(rows, "gb18030", "\t")):
            assert people(read_parties(data, "")) == expected(table)

    def test_beside_unknown_columns_is_asked_unless_they_may_mean_something(self, seed: int) -> None:
        draw = random.Random(seed)
        table = drawn(draw)
        harmless = draw.choice(("联系人", "联系电话", "地址", "报价时间", "投标报价", "邮箱"))
        told = read_parties(book([[*row, harmless if not n else "x"] for n, row in enumerate(table)]), "")
        assert people(told) == expected(table)
        assert [note.code for note in told.notes] == ["column-left-out"]
        meaning = draw.choice(("联合体情况", "成员身份", "牵头方", "投标状态", "撤回情况", "参与角色类别"))
        rows = [[*row, meaning if not n else "x"] for n, row in enumerate(table)]
        with pytest.raises(Invalid):
            read_parties(book(rows), "")
        assert people(read_parties(book(rows), "", {meaning: "-"})) == expected(table)


def test_a_mapping_names_the_column_of_names() -> None:
    rows = [["参选主办方", "统一社会信用代码"], ["盐城甲有限公司", uscc("91320902", 1)]]
    with pytest.raises(PartiesUnreadable):
        read_parties(as_csv(rows), "")
    assert people(read_parties(as_csv(rows), "", {"参选主办方": "name"})) == [("盐城甲有限公司", rows[1][1])]
