"""Lines that are no rows of data are left out and named; what they say of the rows around them is heeded."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlsxwriter

from registry.domain.filing.reading import Reading
from registry.tabular.filings import FilingsFile, ReadRow, read_filings
from tests.tabular.test_kinds import RULES_OF_FINANCE, TODAY
from tools.synthetic import uscc

HEADINGS = [
    "序号",
    "行政相对人名称",
    "统一社会信用代码",
    "处罚决定书文号",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额(万元)",
    "处罚决定日期",
    "处罚机关",
    "法定代表人",
]
FINE = HEADINGS.index("罚款金额(万元)")
Hook = Callable[[xlsxwriter.Workbook, Any], object]


def decision(number: int, **special: Any) -> list[Any]:
    """A row that is filed as it stands."""
    row = {
        "序号": str(number),
        "行政相对人名称": f"盐城沐箬{number}号建设有限公司",
        "统一社会信用代码": uscc("91320902", 7000 + number),
        "处罚决定书文号": f"盐示财采罚〔2026〕{number}号",
        "违法事实": f"在第{number}号项目中提供虚假情况。",
        "处罚依据": "《中华人民共和国政府采购法》第七十七条",
        "处罚类别": "罚款",
        "处罚内容": "罚款1.2万元。",
        "罚款金额(万元)": "1.2",
        "处罚决定日期": "2026-03-05",
        "处罚机关": "盐城市示例财政局",
        "法定代表人": "样一",
    }
    return list((row | special).values())


def book(rows: Sequence[Sequence[Any]], hook: Hook | None = None, **more: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of these rows, and of more sheets by name."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as made:
        for name, table in {"台账": rows, **more}.items():
            sheet = made.add_worksheet(name)
            for number, cells in enumerate(table):
                for column, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.write(number, column, cell[0], made.add_format(cell[1]))
                    elif cell != "":
                        sheet.write(number, column, cell)
            if hook and name == "台账":
                hook(made, sheet)
    return data.getvalue()


def read(data: bytes, *confirmed: str) -> tuple[FilingsFile, list[ReadRow]]:
    file = read_filings(data, "", RULES_OF_FINANCE, TODAY, Reading({}, frozenset(confirmed)))
    return file, list(file.rows)


def codes(row: ReadRow) -> list[str]:
    return [fault.code for fault in row.faults]


OF_STATE = [
    "以下为已撤销的处罚",
    "二、已撤回处罚",
    "下列处罚决定作废",
    "三、已修复",
    "以下处罚已失效",
    "已作废",
    "（二）已撤销",
    "撤销：",
    "以下不报",
    "以下勿报",
    "草稿",
    "示例：",
    "以下为示例",
    "四、历史数据",
    "已退出",
    "移出名单：",
    "测试数据",
    "以下为征求意见稿中的处罚",
    "拟处罚",
    "暂缓公示的处罚",
    "销案",
    "以下废止",
    "不予处罚决定",
    "以下为样例",
]
NOT_OF_STATE = [
    "一、工程建设类",
    "二、政府采购类",
    "亭湖区",
    "第一季度",
    "（一）罚款",
    "2026年1月",
    "以下为未撤销的处罚",
    "注：已撤销的处罚不在本表",
    "说明：已修复的请在备注注明",
    "备注：作废的应当删去",
    "A类",
    "盐城市示例财政局",
    "市本级",
    "第一批",
    "建设工程：",
    "三、历史文化街区",
    "填表说明：示例见附件",
    "注：不含已撤回的",
    "其他",
    "小型企业",
]


@pytest.mark.parametrize("line", OF_STATE)
def test_rows_below_a_line_of_state_are_doubts_until_confirmed(line: str) -> None:
    data = book([HEADINGS, decision(1), [line], decision(2), decision(3)])
    _, rows = read(data)
    assert [codes(row) for row in rows] == [[], ["row-set-apart"], ["row-set-apart"]]
    assert all(row.filing for row in read(data, "row-set-apart")[1])
    _, repeated = read(book([HEADINGS, decision(1), [line], HEADINGS, decision(2), ["一、其他"], decision(3)]))
    assert [codes(row) for row in repeated] == [[], ["row-set-apart"], []]


@pytest.mark.parametrize("line", NOT_OF_STATE)
def test_any_other_line_is_left_out_and_named_and_changes_nothing(line: str) -> None:
    for column in (0, 1):
        file, rows = read(book([HEADINGS, decision(1), [""] * column + [line], decision(2)]))
        assert [bool(row.filing) for row in rows] == [True, True], [row.faults for row in rows]
        assert [note.row for note in file.notes if note.code in ("section-row", "note-row")] == [3]


@pytest.mark.parametrize(
    "line", ["以上处罚均已撤销", "注：以上作废", "注：上述处罚已失效", "备注：以上为示例数据，作废"]
)
def test_a_line_below_speaks_of_the_rows_above(line: str) -> None:
    assert [codes(row) for row in read(book([HEADINGS, decision(1), decision(2), [line]]))[1]] == [
        ["row-set-apart"]
    ] * 2


SHEETS = [
    "已作废",
    "作废",
    "撤销",
    "已撤回",
    "草稿",
    "历史",
    "历史数据",
    "样表",
    "示例",
    "旧表",
    "备份",
    "勿用",
    "已移送",
    "待核实",
    "未审核",
    "2019年度（已过期）",
    "样本",
    "已修复",
    "不报",
    "勿报",
    "删除",
    "测试",
    "失效",
    "停用",
    "draft",
    "old",
    "废止",
    "征求意见",
    "存档",
    "模板",
]


@pytest.mark.parametrize("name", SHEETS)
def test_the_name_of_a_sheet_may_set_its_rows_apart(name: str) -> None:
    _, rows = read(book([HEADINGS, decision(1)], **{name: [HEADINGS, decision(2)]}))
    assert [codes(row) for row in rows] == [[], ["row-set-apart"]]


@pytest.mark.parametrize(
    "name", ["Sheet2", "第二批", "2026年", "政府采购", "亭湖区", "未撤销", "示例财政局", "处罚(2)", "建设", "副表"]
)
def test_another_name_does_not(name: str) -> None:
    assert all(row.filing for row in read(book([HEADINGS, decision(1)], **{name: [HEADINGS, decision(2)]}))[1])


UNITS = [
    "注：金额单位为元",
    "注：以上金额单位均为元",
    "单位：元",
    "备注：罚款金额以元为单位",
    "说明：金额均以元计",
    "注：金额按元填写",
    "计量单位：人民币元",
    "（金额单位：元）",
    "注：本表金额单位统一为元",
    "说明：本表数据以元为单位",
]


@pytest.mark.parametrize("line", UNITS)
@pytest.mark.parametrize("is_above", [True, False])
def test_a_unit_stated_anywhere_contradicts_or_settles(line: str, is_above: bool) -> None:
    def rows(heading: str, fine: str) -> list[ReadRow]:
        headings = [*HEADINGS[:FINE], heading, *HEADINGS[FINE + 1 :]]
        table = [headings, decision(1, **{"罚款金额(万元)": fine})]
        return read(book([[line], *table] if is_above else [*table, [line]]))[1]

    assert codes(rows("罚款金额(万元)", "1.2")[0]) == ["unit-not-stated"]
    (row,) = rows("罚款金额", "12000")
    assert row.filing and row.filing.fine_fen == 1_200_000
    (row,) = rows("罚款金额(元)", "12000")
    assert row.filing and row.filing.fine_fen == 1_200_000


@pytest.mark.parametrize("line", ["单位：元/万元", "金额单位：万元、元", "单位：万元或元"])
def test_two_units_are_none(line: str) -> None:
    headings = [*HEADINGS[:FINE], "罚款金额", *HEADINGS[FINE + 1 :]]
    _, (row,) = read(book([[line], headings, decision(1)]))
    assert codes(row) == ["unit-not-stated"]


GUIDES = [
    [str(n) for n in range(1, 13)],
    ["甲", "乙", *map(str, range(1, 11))],
    [f"({n})" for n in range(1, 13)],
    list("ABCDEFGHIJKL"),
    ["栏次", *map(str, range(1, 12))],
    ["必填"] * 12,
    ["选填", "必填，完整名称", "必填，18位", *["必填"] * 9],
    [
        "",
        "全称",
        "18位",
        "如：盐示罚〔2026〕1号",
        "不超过500字",
        "请写明条款",
        "下拉选择",
        "文本",
        "数字",
        "格式YYYY-MM-DD",
        "请填全称",
        "必填",
    ],
    ["示例", *decision(9)[1:]],
    ["例：", *decision(8)[1:]],
    ["（样例）", *decision(7)[1:]],
]
FEET = [
    ["合计：2家"],
    ["共2条"],
    ["总计", "2家"],
    ["小计", "", "", "", "", "", "", "", "2.4"],
    ["合计：24000元"],
    ["共计2件，24000元"],
    ["盐城市示例财政局"],
    ["2026年11月28日"],
    ["二〇二六年十一月二十八日"],
    ["（此页无正文）"],
    ["第1页 共1页"],
    ["第 1 页"],
    ["以上共2条"],
    ["3"],
    ["", "", "", "", "", "", "", "", "", "", "盐城市示例财政局"],
    ["4", "", "", "", "", "", "罚款", "", "", "", "盐城市示例财政局"],
    ["以下空白"],
    ["填表人：样一", "", "审核人：样二"],
    ["盐城市示例财政局（章）"],
    ["——"],
]


@pytest.mark.parametrize("line", GUIDES)
def test_a_guide_below_the_headings_is_no_row(line: list[Any]) -> None:
    file, rows = read(book([HEADINGS, line, decision(1)]))
    assert ([bool(row.filing) for row in rows], next(note.code for note in file.notes)) == ([True], "hint-row")


@pytest.mark.parametrize("line", FEET)
@pytest.mark.parametrize("times", [1, 3])
def test_what_stands_below_the_rows_is_none_of_them(line: list[str], times: int) -> None:
    file, rows = read(book([HEADINGS, decision(1), decision(2), *[line] * times]))
    assert [bool(row.filing) for row in rows] == [True, True], rows[-1]
    assert {note.code for note in file.notes} & {"totals-row", "note-row", "section-row", "row-unfilled"}


@pytest.mark.parametrize("missing", [name for name in HEADINGS if name not in ("序号", "处罚机关", "法定代表人")])
def test_a_row_that_lacks_something_is_never_left_out(missing: str) -> None:
    for kept in ([missing], []):
        special = {name: "" for name in HEADINGS if (name != missing if kept else name == missing)}
        _, rows = read(book([HEADINGS, decision(1), decision(2, **special), decision(3)]))
        if not kept or missing in ("行政相对人名称", "统一社会信用代码", "处罚决定书文号"):
            assert [row.number for row in rows] == [2, 3, 4]


PAIRS = [
    ("处罚金额", ["罚款(万元)", "没收(元)"], {"fine_fen": 1_200_000, "confiscated_fen": 50_000}),
    ("罚没款", ["罚款金额(万元)", "没收金额(元)"], {"fine_fen": 1_200_000, "confiscated_fen": 50_000}),
    ("罚没情况", ["罚款(万元)", "没收违法所得(元)"], {"fine_fen": 1_200_000, "confiscated_fen": 50_000}),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
@pytest.mark.parametrize("is_merged", [True, False])
@pytest.mark.parametrize("is_tall", [True, False])
@pytest.mark.parametrize("place", [1, FINE])
def test_headings_of_two_rows_are_joined(pair: tuple[Any, ...], is_merged: bool, is_tall: bool, place: int) -> None:
    group, lower, expected = pair
    upper = [name for name in HEADINGS if name != "罚款金额(万元)"]
    row = [cell for name, cell in zip(HEADINGS, decision(1), strict=True) if name != "罚款金额(万元)"]
    upper[place:place], row[place:place] = [group, ""], ["1.2", "500"]
    below = ["" if not is_tall else text for text in upper]
    below[place : place + 2] = lower

    def merge(_: Any, sheet: Any) -> None:
        if is_merged:
            sheet.merge_range(0, place, 0, place + 1, group)

    _, (read_row,) = read(book([upper, below, row], merge))
    assert read_row.filing, read_row.faults
    assert {name: getattr(read_row.filing, name) for name in expected} == expected


@pytest.mark.parametrize("group", ["当事人信息", "当事人基本情况", "被处罚人情况", "行政相对人", "企业基本信息"])
@pytest.mark.parametrize("is_deep", [True, False])
def test_headings_below_groups_of_information_are_the_partys(group: str, is_deep: bool) -> None:
    """名称 means nothing by its own words; with a third row of headings the unit stands in that."""
    above, lower = ["序号", group, "", "处罚信息"], ["", "名称", *HEADINGS[2:]]
    if is_deep:
        lower[FINE] = "罚款金额"
    rows = [above, lower, *([[*[""] * FINE, "（万元）"]] if is_deep else []), decision(1), decision(2)]

    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1 + is_deep, 0, "序号")
        sheet.merge_range(0, 1, 0, 2, group)
        sheet.merge_range(0, 3, 0, 11, "处罚信息")
        for place, heading in enumerate(lower) if is_deep else ():
            if place not in (0, FINE):
                sheet.merge_range(1, place, 2, place, heading)

    _, found = read(book(rows, merge))
    assert [row.filing and row.filing.fine_fen for row in found] == [1_200_000] * 2
    assert found[0].filing and found[0].filing.subject.name == decision(1)[1]


@pytest.mark.parametrize("unit", ["元", "（元）", "(人民币元)", "单位：元", "【元】"])
@pytest.mark.parametrize("is_merged", [True, False])
def test_a_unit_below_its_heading_is_heeded(unit: str, is_merged: bool) -> None:
    headings = [*HEADINGS[:FINE], "罚款金额", *HEADINGS[FINE + 1 :]]

    def merge(_: Any, sheet: Any) -> None:
        for place, heading in enumerate(headings) if is_merged else ():
            if place != FINE:
                sheet.merge_range(0, place, 1, place, heading)

    row = decision(1, **{"罚款金额(万元)": "12000"})
    _, (found,) = read(book([headings, [*[""] * FINE, unit], row], merge))
    assert found.filing and found.filing.fine_fen == 1_200_000


@pytest.mark.parametrize("group", ["法定代表人", "委托代理人", "联系人", "项目负责人", "经办人", "变更前", "撤销后"])
def test_a_group_of_another_person_is_never_read_as_the_party(group: str) -> None:
    upper, row = [*HEADINGS, group, ""], [*decision(1), "样一", "320981199912310005"]
    below = [*[""] * len(HEADINGS), "姓名", "身份证号"]
    try:
        _, (read_row,) = read(book([upper, below, row], lambda _, s: s.merge_range(0, 12, 0, 13, group)))
    except Exception as refusal:
        assert getattr(refusal, "code", "") in ("unknown-column", "duplicate-column")
        return
    assert read_row.filing and read_row.filing.subject.id_number is None


@pytest.mark.parametrize(("value", "fen"), [(12000, 1_200_000), (100_000, 10_000_000), (0, 0), (10_005, 1_000_500)])
@pytest.mark.parametrize("code", ["[DBNum2][$-804]General", '[DBNum1]General"元整"', "[DBNum2]G/通用格式"])
def test_a_sum_shown_in_chinese_numerals_counts_in_yuan(value: int, fen: int, code: str) -> None:
    for heading in ("罚款金额(元)", "罚款金额(万元)"):
        headings = [heading if name == "罚款金额(万元)" else name for name in HEADINGS]
        row = decision(1, **{"罚款金额(万元)": (value, {"num_format": code}), "处罚内容": "罚款。"})
        (found,) = read(book([headings, row]))[1]
        assert found.filing is None or found.filing.fine_fen == fen
        assert found.filing or (value < 10_000 and "unit-not-stated" in [fault.code for fault in found.faults])
