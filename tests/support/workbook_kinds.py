"""Kinds of faults in clerks' files, each drawn in many variants (``tests.support.workbooks``)."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace

from tests.support.workbooks import (
    Column,
    Paper,
    Seen,
    Variant,
    any_row,
    as_csv,
    as_strict,
    draw_paper,
    renamed,
    with_prefix,
    workbook,
)

_TITLES = ("附件2 行政处罚信息表", "盐城市示例财政局2026年行政处罚情况统计表", "行政处罚信息公示表（政府采购）")
_NOTES = (
    "备注：本表由填报单位负责解释。",
    "注：1.金额以决定书为准。",
    "说明：空白处表示没有。",
    "填表人：样一    审核人：样二",
)
# (stored, format, displayed number or None): in the column's own unit; None is a display that nobody may take.
_AMOUNT_FORMATS = (
    (2.0, "0.00", "2"), (2.5, "#,##0.000000", "2.5"), (20000, "0!.0,", "2"), (12345, "#,##0", "12345"),
    (1234567.0, "#,##0.00", "1234567"), (3.456, "0.0", None), (0.02, "0%", None), (2, ";;;", None),
    (20499, "0,", None), (25000, '0"."0,', "2.5"), (3.3000000000000003, "General", "3.3"),
    (0.1 + 0.2, "General", "0.3"), (5e-2, "General", "0.05"), (2, "000000", "2"),
    (1234.5, '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ', "1234.5"),
    (7, '"约"0', None), (1.005, "0.00", None), (20000, "[>=10000]0!.0,;0", "2"), (300, "[>=10000]0!.0,;0", "300"),
    (2, "0 ?/?", None), (2.0, "0.00E+00", None), (123, "#,##0.00;[Red]-#,##0.00", "123"),
    (2000000, "0.0,,", "2"), (2, "[DBNum2]0", None), (-2, "0.0;[Red]0.0", None), (-2, "¥0;¥0", None),
)  # fmt: skip
_DAY_FORMATS = ("yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "dd/mm/yyyy", "yy-m-d",
                "yyyy-mm-dd h:mm", '[DBNum1][$-804]yyyy"年"m"月"d"日";@')  # fmt: skip
_OTHER_CALENDARS = ("[$-404]e.m.d", "[$-404]e/m/d", '[$-404]e"年"m"月"d"日"', "[$-411]ge.m.d",
                    '[$-411]ggge"年"m"月"d"日"', "[$-D07041E]d/m/yyyy", "[$-107041E]dd/mm/yyyy", "[$-130000]yyyy/m/d",
                    "bbbb-mm-dd", "[$-ja-JP-x-gannen]e/m/d", "[$-1060401]dd/mm/yyyy", "[$-6]gg e m d",
                    "[$-30411]yyyy/m/d")  # fmt: skip
_OF_THIS_CALENDAR = ("[$-804]e/m/d", "e.m.d", "[$-409]yyyy-mm-dd", "[$-404]yyyy/m/d", "[$-F800]yyyy-mm-dd",
                     "[$-zh-CN]yyyy/m/d", "[$-1000804]yyyy-mm-dd", '[$-804]e"年"m"月"d"日"')  # fmt: skip
_DAY_FORMATS_IN_PART = (
    'yyyy-mm-dd"（拟）"',
    'yyyy"年"m"月"d"日作废"',
    "m/d",
    'm"月"d"日"',
    'yyyy"年"m"月"',
    "h:mm",
    "yyyy",
    "mmm-yy",
)


def amount_formats(draw: random.Random, seed: int) -> Variant:
    """A number format shows another number than is stored: scaled, rounded, hidden, in words."""
    paper, row = draw_paper(draw), 0
    stored, code, shown = _AMOUNT_FORMATS[seed % len(_AMOUNT_FORMATS)]
    fine = paper.column("fine")
    fine.heading = draw.choice(("罚款金额（元）", "罚款金额（万元）"))
    per_unit = 100 if "（元" in fine.heading else 1_000_000
    row = any_row(paper)
    for other, seen in enumerate(paper.seen):
        fine.cells[other] = ((seen.fine_fen or 0) / per_unit, {})
    fine.cells[row] = (stored, {"num_format": code})
    paper.see(row, fine_fen=None if shown is None else round(float(shown) * per_unit))
    return paper.variant()


def text_formats(draw: random.Random, seed: int) -> Variant:
    """A format puts words around a number, or pads it; or a document number has become a date."""
    paper = draw_paper(draw)
    row, value = any_row(paper), draw.randint(1, 999)
    code, text = draw.choice(
        (
            ('"盐示财采罚〔2026〕"0"号"', f"盐示财采罚〔2026〕{value}号"),
            ('"盐财罚〔2026〕第"000"号"', f"盐财罚〔2026〕第{value:03d}号"),
            ("00000000", f"{value:08d}"),
            ("\\盐\\财\\罚0\\号", f"盐财罚{value}号"),
            ('"〔2026〕"@', None),
            ("yyyy-mm-dd", ""),
        )
    )
    number = paper.column("document_number")
    if text is None:
        number.cells[row] = (f"{value}号", {"num_format": code})
        text = f"〔2026〕{value}号"
    elif not text:
        number.cells[row] = (dt.date(2026, 11, 1 + seed % 28), {"num_format": code})
    else:
        number.cells[row] = (value, {"num_format": code})
    paper.see(row, document_number=text or "-", fine_fen=paper.seen[row].fine_fen if text else None)
    return paper.variant()


def days(draw: random.Random, seed: int) -> Variant:
    """Dates as dates: shown whole in any format, or only in part."""
    paper = draw_paper(draw)
    column = paper.column("decided_on")
    formats = _DAY_FORMATS + _DAY_FORMATS_IN_PART
    for row, seen in enumerate(paper.seen):
        code = formats[(seed + row) % len(formats)]
        column.cells[row] = (seen.decided_on, {"num_format": code})
        if code in _DAY_FORMATS_IN_PART:
            paper.see(row, fine_fen=None)
    return paper.variant()


def calendars(draw: random.Random, seed: int) -> Variant:
    """Dates that are shown by another calendar: years of the Republic or of an era, Buddhist, lunar, Hijri."""
    paper = draw_paper(draw)
    column = paper.column("decided_on")
    for row, seen in enumerate(paper.seen):
        codes = _OTHER_CALENDARS if row % 2 == seed % 2 else _OF_THIS_CALENDAR
        column.cells[row] = (seen.decided_on, {"num_format": codes[seed % len(codes)]})
        if codes is _OTHER_CALENDARS:
            paper.see(row, fine_fen=None)
    return paper.variant()


def printed_pages(draw: random.Random, seed: int) -> Variant:
    """Heads and feet of the printed pages that state the unit, or that it is all a draft; and harmless ones."""
    paper = draw_paper(draw)
    unit = draw.choice(("元", "万元"))
    fine = paper.column("fine")
    fine.heading = draw.choice(("罚款金额", "罚款"))
    fine.cells = [((seen.fine_fen or 0) / (100 if unit == "元" else 1_000_000), {}) for seen in paper.seen]
    stated = draw.choice(("单位：{}", "金额单位：{}", "（单位:人民币{}）")).format(unit)
    line = draw.choice(('&C&"宋体,常规"&14行政处罚情况表&R{}', "&L{}&R&P/&N", "&R{}", "{}", "&L&8打印于&D&C{}")).format(
        stated
    )
    if seed % 2:
        state = draw.choice(
            ("草稿", "样表", "此表作废", "DRAFT", "讨论稿", "测试数据", "Sample", "征求意见稿", "示例", "样本")
        )
        harmless = draw.choice(("&C{}&R&P", "&L{}", '&R&"黑体,加粗"&KFF0000{}')).format(state)
        for row in range(len(paper.seen)):
            paper.see(row, fine_fen=None)
    else:
        harmless = draw.choice(("&C第 &P 页，共 &N 页", "盐城市示例财政局", "&L&F&R&D", "", "一式两份&R存档", "&A"))
    paper.page = (line, harmless) if draw.random() < 0.5 else (harmless, line)
    return paper.variant()


def names(draw: random.Random, seed: int) -> Variant:
    """One cell that names a firm and somebody else, or a firm by its former name."""
    paper = draw_paper(draw)
    row = any_row(paper)
    column = paper.column("subject_name")
    name = paper.seen[row].name
    written = (
        "{}、样一", "{}及其法定代表人", "{} 法人样一", "{}法定代表人样一", "{}，样一", "{}和样一", "{} 样一", "{}/样一",
        "{}与其负责人样一", "{}；负责人：样一", "原江苏省{}", "{}暨样一",
    )  # fmt: skip
    if seed % 2:
        column.cells[row] = (written[seed // 2 % len(written)].format(name), {})
        paper.see(row, fine_fen=None)
    else:
        usual = ("{}盐都分公司", "{}（盐城）", "原野{}", "酒店业主{}", "{} 东门分公司", "厂长{}")
        paper.see(row, name=usual[seed // 2 % len(usual)].format(name))
        column.cells[row] = (paper.seen[row].name, {})
    return paper.variant()


def merged(draw: random.Random, _seed: int) -> Variant:
    """One cell over several rows gives its value to all of them."""
    paper = draw_paper(draw, count=draw.randint(3, 6))
    first = draw.randrange(len(paper.seen) - 1)
    count = draw.randint(2, len(paper.seen) - first)
    for name in draw.sample(("facts", "basis", "kinds", "content", "decided_on", "fine", "subject_name"), 3):
        value = paper.column(name).cells[first]
        for row in range(first + 1, first + count):
            # What stands below a merged cell is stored by some programs and seen by nobody.
            paper.column(name).cells[row] = (value[0] if name != "facts" else "看不见的内容", {})
            special = {"subject_name": "name", "decided_on": "decided_on", "fine": "fine_fen"}.get(name)
            if special:
                paper.see(row, **{special: getattr(paper.seen[first], special)})
        paper.merges.append((first, name, count))
    if any(name == "subject_name" for _, name, _ in paper.merges):
        codes = paper.column("uscc")
        for row in range(first + 1, first + count):
            codes.cells[row] = codes.cells[first]
    return paper.variant()


def hidden(draw: random.Random, seed: int) -> Variant:
    """Hidden rows are refused until they are confirmed; hidden columns are read."""
    paper = draw_paper(draw)
    rows = {any_row(paper)}
    paper.hidden_rows = rows
    paper.hidden_columns = set(draw.sample(("legal_representative", "basis", "kinds"), 1))
    is_confirmed = seed % 3 == 0
    if not is_confirmed:
        for row in rows:
            paper.see(row, fine_fen=None)
    return paper.variant(confirmed=frozenset(("row-hidden",)) if is_confirmed else frozenset())


def struck(draw: random.Random, seed: int) -> Variant:
    """Struck-through cells, rows and parts of a text."""
    paper = draw_paper(draw)
    row = any_row(paper)
    if seed % 3 == 0:
        for name in HEAD:
            paper.style(row, name, font_strikeout=True)
    elif seed % 3 == 1:
        paper.style(row, draw.choice(HEAD), font_strikeout=True)
    else:
        name = draw.choice(("content", "facts", "document_number"))
        paper.column(name).cells[row] = ([("罚款三万元", True), ("罚款二万元", False)], {})
    paper.see(row, fine_fen=None)
    return paper.variant()


HEAD = ("subject_name", "document_number", "fine", "decided_on")


def layout(draw: random.Random, seed: int) -> Variant:
    """Title rows, blank rows and columns, 序号, notes and totals around the table."""
    paper = draw_paper(draw)
    _surround(paper, draw)
    if seed % 2:
        order = Column("no", draw.choice(("序号", "序 号", "No.")), [(n + 1, {}) for n in range(len(paper.seen))])
        paper.columns.insert(0, order)
    if seed % 4 == 3:
        paper.columns.insert(draw.randrange(len(paper.columns)), Column("gap", "", [("", {})] * len(paper.seen)))
    return paper.variant()


def _surround(paper: Paper, draw: random.Random) -> None:
    paper.above = [[draw.choice(_TITLES)]] + [[]] * draw.randint(0, 2)
    if draw.random() < 0.5:
        paper.above.append(["填报单位：盐城市示例财政局", "", "", "2026年11月"])
    paper.left = draw.randint(0, 2)
    if draw.random() < 0.6:
        paper.below.append([draw.choice(("合计", "总计", "合  计", "小计："))] + [""] * 3 + [len(paper.seen)])
    paper.below += [[]] * draw.randint(0, 2) + [[text] for text in draw.sample(_NOTES, draw.randint(0, 2))]
    paper.below = [[""] * paper.left + row for row in paper.below]


def units(draw: random.Random, seed: int) -> Variant:
    """Sums under headings with and without unit, or with the unit above the table."""
    paper = draw_paper(draw)
    fine = paper.column("fine")
    unit = draw.choice(("元", "万元"))
    per_unit = 100 if unit == "元" else 1_000_000
    fine.cells = [((seen.fine_fen or 0) / per_unit, {}) for seen in paper.seen]
    if seed % 3 == 0:
        fine.heading = draw.choice(("罚款金额", "罚款", "罚款数额"))
        for row in range(len(paper.seen)):
            paper.see(row, fine_fen=None)
    elif seed % 3 == 1:
        fine.heading = draw.choice(("罚款金额", "罚款"))
        paper.above = [
            [draw.choice(_TITLES)],
            ["", "", draw.choice(("单位：{}", "金额单位：{}", "（单位:人民币{}）")).format(unit)],
        ]
    else:
        fine.heading = draw.choice(
            ("罚款金额（{}）", "罚款金额（单位：{}）", "罚款_{}", "罚款{}", "罚款金额（人民币，{}）")
        ).format(unit)
    return paper.variant()


def unknown_columns(draw: random.Random, seed: int) -> Variant:
    """Columns that nobody knows: harmless ones are left out, others are asked about."""
    paper = draw_paper(draw)
    harmless = (
        "内部编号",
        "经办人",
        "联系电话",
        "案件编号",
        "录入日期",
        "承办科室",
        "地址",
        "立案日期",
        "送达方式",
        "注册资本情况",
    )
    meaning = (
        "罚款币种",
        "案件状态",
        "公示状态",
        "撤销情况",
        "公开范围",
        "限制期限",
        "所属行业",
        "联合体情况",
        "结案金额",
        "执行截止日",
    )
    words = harmless if seed % 2 else meaning
    heading = words[seed // 2 % len(words)]
    column = Column("other", heading, [(draw.choice(("甲", "A-1", "=ROW()", 7, "")), {}) for _ in paper.seen])
    paper.columns.insert(draw.randrange(len(paper.columns) + 1), column)
    return paper.variant(is_refused=not seed % 2)


def sheets(draw: random.Random, seed: int) -> Variant:
    """Two sheets of decisions, explanation sheets before, between and behind, hidden sheets."""
    first, second = draw_paper(draw, start=0), draw_paper(draw, start=6)
    first.sheet, second.sheet = "第一批", "第二批"
    for paper in (first, second):
        if draw.random() < 0.5:
            _surround(paper, draw)
    explained = [["填写说明"], ["字段", "含义"], ["行政相对人名称", "必填"], ["罚款金额", "以万元计"]]
    papers: list[Paper | list[list[str]]] = [first, second]
    papers.insert(draw.randrange(3), explained)
    is_hidden = seed % 4 == 0
    hidden_sheets = [papers.index(second)] if is_hidden else []
    return Variant(workbook(papers, hidden_sheets), first.seen + ([] if is_hidden else second.seen))


def text_files(draw: random.Random, seed: int) -> Variant:
    """CSV: marks of the byte order, encodings, delimiters, guards; cut and foreign encodings are refused."""
    paper = draw_paper(draw)
    if seed % 2:
        _surround(paper, draw)
        paper.left = 0
    codes = paper.column("uscc")
    guard = draw.choice(("{}", "'{}", '="{}"', "\t{}", "{}\t"))
    codes.cells = [(guard.format(value), {}) for value, _ in codes.cells]
    delimiter = draw.choice(",;\t")
    encodings = ("utf-8", "utf-8-sig", "doubled", "gb18030", "cut", "big5", "sep", "private")
    encoding = encodings[seed % len(encodings)]
    if encoding == "big5":
        for column in paper.columns:
            column.heading = "名稱"
        rows = [
            ["行政相對人名稱", "統一社會信用代碼", "處罰決定書文號"],
            ["鹽城測試建設有限公司", "91320902MA0T000001", "一號"],
        ]
        return Variant(as_csv(rows, "big5", delimiter), paper.seen, is_refused=True)
    if encoding == "private":
        paper.column("facts").cells[0] = ("自造字", {})
        data = as_csv(paper.grid, "gb18030", delimiter).replace("自造字".encode("gb18030"), b"\xaa\xa1\xaa\xa2")
        return Variant(data, paper.seen, is_refused=True)
    if encoding == "cut":
        data = as_csv(paper.grid, "utf-8", delimiter)
        place = data.index("雷同".encode())
        return Variant(data[: place + 1] + data[place + 3 :], paper.seen, is_refused=True)
    data = as_csv(paper.grid, "gb18030" if encoding == "gb18030" else "utf-8", delimiter)
    starts = {"utf-8-sig": b"\xef\xbb\xbf", "doubled": b"\xef\xbb\xbf" * 2, "sep": f"sep={delimiter}\r\n".encode()}
    return Variant(starts.get(encoding, b"") + data, paper.seen)


def packages(draw: random.Random, seed: int) -> Variant:
    """Packages that other programs write: names, capitals, slashes, namespaces, strict."""
    paper = draw_paper(draw)
    data = workbook([paper])
    if seed % 5 == 0:
        data = as_strict(data)
    elif seed % 5 == 1:
        data = with_prefix(data, draw.choice(("x", "main", "ns0")))
    elif seed % 5 == 2:
        data = renamed(data, {"xl/sharedStrings.xml": draw.choice(("xl/SharedStrings.xml", "xl/SHAREDSTRINGS.XML"))})
    elif seed % 5 == 3:
        other = draw.choice(("xl/workbook2.xml", "xl/book.xml", "xl/Workbook.xml"))
        names = {"xl/workbook.xml": other, "xl/_rels/workbook.xml.rels": f"xl/_rels/{other[3:]}.rels"}
        data = renamed(data, names, lambda _name, content: content.replace(b"xl/workbook.xml", other.encode()))
    else:
        names = {name: name.replace("/", "\\") for name in ("xl/worksheets/sheet1.xml", "xl/styles.xml")}
        data = renamed(data, names)
    return Variant(data, paper.seen)


def formulas(draw: random.Random, seed: int) -> Variant:
    """Formulas where a value belongs are refused; in 序号 and columns that are left out they mean nothing."""
    paper = draw_paper(draw)
    row = any_row(paper)
    numbers = Column("no", "序号", [("==ROW()-1", {}) for _ in paper.seen])
    paper.columns.insert(0, numbers)
    if seed % 2:
        paper.column(draw.choice(("fine", "document_number", "content"))).cells[row] = ("==1+1", {})
        paper.see(row, fine_fen=None)
    return paper.variant()


def repeated_headings(draw: random.Random, seed: int) -> Variant:
    """The headings again on every printed page, or another table below in another order."""
    first, second = draw_paper(draw, start=0), draw_paper(draw, start=6)
    if seed % 2:
        second.columns = [replace(second.column(column.name), heading=column.heading) for column in first.columns]
        per_unit = [100 if "万" not in paper.column("fine").heading else 1_000_000 for paper in (first, first)]
        second.column("fine").cells = [((seen.fine_fen or 0) / per_unit[0], {}) for seen in second.seen]
    first.below = second.grid
    seen: list[Seen] = first.seen + second.seen
    return Variant(workbook([first]), seen)


KINDS: tuple[Callable[[random.Random, int], Variant], ...] = (
    amount_formats, text_formats, days, calendars, printed_pages, names, merged, hidden, struck, layout, units,
    unknown_columns, sheets, text_files, packages, formulas, repeated_headings,
)  # fmt: skip
