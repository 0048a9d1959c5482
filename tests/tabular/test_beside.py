"""What a person does not see, or sees beside the cells, is never taken silently; foreign formats are named."""

import io
import json
import re
import zipfile
from typing import Any

import pytest

from registry.domain.filing import columns
from registry.errors import Refusal
from registry.refusals.content import FileFormat, FileUnreadable
from registry.tabular import read_tables
from registry.tabular.cell_comments import AUTHOR
from tests.support.workbooks import as_csv
from tests.tabular.test_layout import HEADINGS, book, codes, decision, read
from tests.tabular.workbooks import SHEET, changed, sheet_of

UNSEEN: list[dict[str, Any]] = [
    {"font_color": "white"},
    {"font_color": "#FFFFFF"},
    {"font_color": "#FEFEFE"},
    {"font_color": "#F5F5F5"},
    {"font_color": "#FFFFF0"},
    {"font_color": "red", "bg_color": "red"},
    {"font_color": "#4472C4", "bg_color": "#4472C4"},
    {"font_color": "#FFFF00", "bg_color": "#FFFF05"},
    {"font_color": "black", "bg_color": "black"},
    {"bg_color": "#000000"},
    {"font_color": "#D9D9D9", "bg_color": "#D9D9D9"},
    {"font_color": "#00B050", "bg_color": "#00B050"},
    {"font_color": "white", "bg_color": "white"},
    {"font_color": "#FAFAFA", "bg_color": "#FFFFFF"},
    {"num_format": "[White]@"},
    {"num_format": "[白色]@"},
    {"num_format": "[Color2]General"},
    {"font_color": "#101010", "bg_color": "#050505"},
    {"font_color": "#C00000", "bg_color": "#C00005"},
    {"font_color": "#7030A0", "bg_color": "#7030A0"},
    {"font_size": 1},
    {"font_size": 2.5},
]
SEEN: list[dict[str, Any]] = [
    {"font_color": "white", "bg_color": "#4472C4"},
    {"font_color": "red"},
    {"bg_color": "yellow"},
    {"font_color": "#808080"},
    {"font_color": "#595959"},
    {"bold": True},
    {"font_size": 6},
    {"border": 1},
    {"font_color": "white", "bg_color": "black"},
    {"num_format": "[Red]@"},
    {"font_color": "#A6A6A6"},
    {"bg_color": "#D9D9D9"},
    {"font_color": "#0563C1"},
    {"font_color": "white", "bg_color": "green"},
]


def column(name: str) -> int:
    return HEADINGS.index(name)


@pytest.mark.parametrize("style", UNSEEN)
@pytest.mark.parametrize("name", ["行政相对人名称", "处罚决定书文号", "处罚类别"])
def test_a_text_of_the_colour_of_its_ground_is_a_doubt(style: dict[str, Any], name: str) -> None:
    row = decision(1)
    data = book([HEADINGS, [*row[: column(name)], (row[column(name)], style), *row[column(name) + 1 :]], decision(2)])
    assert [codes(each) for each in read(data)[1]] == [["text-unseen"], []]
    assert all(each.filing for each in read(data, "text-unseen")[1])


@pytest.mark.parametrize("style", [{"font_color": "#FFFFFF"}, {"font_color": "#FAFAFA"}, {"font_size": 1}])
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("ground", ["", "#4472C4"])
def test_a_part_of_a_text_that_is_not_seen_is_a_doubt(style: dict[str, Any], is_first: bool, ground: str) -> None:
    def hook(made: Any, sheet: Any) -> None:
        faint = made.add_format(style)
        parts = [faint, "盐城", "沐箬建设有限公司"] if is_first else ["盐城沐箬建设有限公司", faint, "分公司"]
        sheet.write_rich_string(
            1, column("行政相对人名称"), *parts, made.add_format({"bg_color": ground} if ground else {})
        )

    rows = read(book([HEADINGS, decision(1), decision(2)], hook))[1]
    is_seen = bool(ground) and "font_size" not in style
    assert [codes(row) for row in rows] == [[] if is_seen else ["text-unseen"], []]


def test_cells_that_an_array_formula_fills_are_formulas() -> None:
    hook = lambda _, s: s.write_array_formula(1, column("罚款金额(万元)"), 3, column("罚款金额(万元)"), "{=A2:A4}")  # noqa: E731
    rows = read(book([HEADINGS, *map(decision, (1, 2, 3, 4))], hook))[1]
    assert [codes(row) for row in rows] == [["formula-cell"]] * 3 + [[]]


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_cell_with_a_line_across_it_is_a_doubt(kind: int) -> None:
    row, style = decision(1), {"diag_type": kind, "diag_border": 1}
    place = column("行政相对人名称")
    data = book([HEADINGS, [*row[:place], (row[place], style), *row[place + 1 :]], decision(2)])
    assert [codes(each) for each in read(data)[1]] == [["struck-through"], []]


@pytest.mark.parametrize("style", SEEN)
def test_another_colour_is_none(style: dict[str, Any]) -> None:
    assert all(row.filing for row in read(book([HEADINGS, [(cell, style) for cell in decision(1)]]))[1])


@pytest.mark.parametrize("height", [0, 0.1, 0.25, 0.5, 0.75, 1, 1.5])
def test_a_row_too_low_to_be_read_is_hidden(height: float) -> None:
    _, rows = read(book([HEADINGS, decision(1), decision(2)], lambda _, s: s.set_row(2, height)))
    assert [codes(row) for row in rows] == [[], ["row-hidden"]]
    _, rows = read(book([HEADINGS, decision(1)], lambda _, s: (s.set_row(1, 5), s.set_column(0, 11, 1))))
    assert rows[0].filing and not [note for note in rows[0].notes if note.code == "column-hidden"]


@pytest.mark.parametrize("width", [0, 0.05, 0.1, 0.2, 0.3])
def test_a_column_too_narrow_to_be_read_is_hidden(width: float) -> None:
    extra = re.sub(r"<sheetData>", f'<cols><col min="3" max="3" width="{width}"/></cols><sheetData>', "<sheetData>")
    data = book([HEADINGS, decision(1)])
    sheet = zipfile.ZipFile(io.BytesIO(data)).read(SHEET).decode()
    _, rows = read(changed(data, {SHEET: sheet.replace("<sheetData>", extra).encode()}))
    assert "column-hidden" in [note.code for note in rows[0].notes]


@pytest.mark.parametrize("kind", ["superscript", "subscript"])
@pytest.mark.parametrize(
    "name", ["罚款金额(万元)", "处罚决定日期", "行政相对人名称", "统一社会信用代码", "处罚决定书文号"]
)
@pytest.mark.parametrize("mark", ["2", "①", "注"])
def test_a_raised_character_in_an_exact_cell_is_a_fault(kind: str, name: str, mark: str) -> None:
    def hook(made: Any, sheet: Any) -> None:
        raised = made.add_format({"font_script": 1 if kind == "superscript" else 2})
        sheet.write_rich_string(1, column(name), decision(1)[column(name)], raised, mark)
        sheet.write_rich_string(2, column("违法事实"), "占地100m", raised, "2", "，提供虚假情况。")

    rows = read(book([HEADINGS, decision(1), decision(2)], hook))[1]
    assert "partly-raised" in codes(rows[0])
    assert rows[1].filing and "raised-text" in [note.code for note in rows[1].notes]


@pytest.mark.parametrize(
    "text", ["此条作废，勿报", "已撤销", "已修复", "不要报送", "已撤回", "草稿", "作废", "勿报", "测试数据", "已删除"]
)
@pytest.mark.parametrize("name", ["序号", "行政相对人名称", "处罚决定日期"])
def test_a_comment_is_named_and_one_of_state_is_a_doubt(text: str, name: str) -> None:
    def read_with(comment: str, author: str = "样一") -> Any:
        hook = lambda _, s: s.write_comment(1, column(name), comment, {"author": author})  # noqa: E731
        return read(book([HEADINGS, decision(1), decision(2)], hook))[1]

    rows = read_with(text)
    assert [codes(row) for row in rows] == [["row-set-apart"], []]
    assert "cell-comment" in [note.code for note in rows[0].notes]
    harmless = read_with("已与当事人核对")
    assert harmless[0].filing and "cell-comment" in [note.code for note in harmless[0].notes]
    assert "cell-comment" not in [note.code for note in read_with("作废", AUTHOR)[0].notes]


@pytest.mark.parametrize("place", [(0, 0), (1, 1), (1, 5), (2, 12), (3, 2), (6, 3), (9, 20)])
def test_a_comment_that_stands_at_no_row_is_named_and_heeded(place: tuple[int, int]) -> None:
    rows = [["报送情况"], [], HEADINGS, [], decision(1), decision(2), ["合计"]]

    def read_with(text: str, author: str = "样一") -> tuple[list[str], list[list[str]]]:
        file, found = read(book(rows, lambda _, s: s.write_comment(*place, text, {"author": author})))
        assert all(note.row == place[0] + 1 for note in file.notes if note.code == "cell-comment")
        return [note.code for note in file.notes], [codes(row) for row in found]

    notes, faults = read_with("请逐项核对")
    assert "cell-comment" in notes and faults == [[], []]
    notes, faults = read_with("此表已作废")
    assert "cell-comment" in notes and faults == [["row-set-apart"]] * 2
    assert read_with("金额单位：元")[1] == [["unit-not-stated"]] * 2
    notes, faults = read_with("此表已作废", AUTHOR)
    assert "cell-comment" not in notes and faults == [[], []]


def test_text_boxes_and_striking_rules_are_named() -> None:
    def codes_of(hook: Any) -> tuple[list[str], list[list[str]]]:
        file, rows = read(book([HEADINGS, decision(1)], hook))
        return [note.code for note in file.notes], [codes(row) for row in rows]

    notes, faults = codes_of(lambda _, s: s.insert_textbox("C3", "以上作废"))
    assert "text-box-left-out" in notes and faults == [["row-set-apart"]]
    notes, faults = codes_of(lambda _, s: s.insert_textbox("C3", "请核对"))
    assert "text-box-left-out" in notes and faults == [[]]

    def rule(special: dict[str, Any]) -> Any:
        return lambda made, sheet: sheet.conditional_format(
            "A2:M2", {"type": "formula", "criteria": "=TRUE", "format": made.add_format(special)}
        )

    for special in (
        {"font_strikeout": True},
        {"font_color": "#FFFFFF"},
        {"font_color": "#FF0000", "bg_color": "#FF0000"},
        {"bg_color": "#000000"},
        {"num_format": '0.0,,"万"'},
        {"num_format": 10},
        {"num_format": ";;;"},
    ):
        assert "conditional-format-left-out" in codes_of(rule(special))[0]
    for special in ({"font_color": "#9C0006", "bg_color": "#FFC7CE"}, {"bold": True}, {"bg_color": "#FFFF00"}):
        assert "conditional-format-left-out" not in codes_of(rule(special))[0]


@pytest.mark.parametrize("newer", [False, True])
def test_bars_and_signs_in_place_of_values_are_named(newer: bool) -> None:
    bar = {"type": "data_bar", "data_bar_2010": newer}
    signs = {"type": "icon_set", "icon_style": "3_arrows"}
    for rule, is_named in (
        (bar, False),
        ({**bar, "bar_only": True}, True),
        (signs, False),
        ({**signs, "icons_only": True}, True),
    ):
        file, _ = read(book([HEADINGS, decision(1)], lambda _, s, rule=rule: s.conditional_format("H2:H9", rule)))
        assert ("conditional-format-left-out" in [note.code for note in file.notes]) is is_named


@pytest.mark.parametrize(
    ("style", "is_named"), [("<font><strike/></font>", True), ('<font><color rgb="FFFF0000"/></font>', False)]
)
def test_styles_that_a_sheet_brings_itself_are_heeded(style: str, is_named: bool) -> None:
    data = book([HEADINGS, decision(1)])
    rule = (
        '<extLst><ext xmlns:x14="urn:x"><x14:conditionalFormattings><x14:conditionalFormatting>'
        f'<x14:cfRule type="expression"><x14:dxf>{style}</x14:dxf></x14:cfRule>'
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"
    )
    sheet = zipfile.ZipFile(io.BytesIO(data)).read(SHEET).decode().replace("</worksheet>", rule)
    file, rows = read(changed(data, {SHEET: sheet.encode()}))
    assert rows[0].filing
    assert ("conditional-format-left-out" in [note.code for note in file.notes]) is is_named


def printed(head: str, foot: str = "") -> Any:
    def hook(_: Any, sheet: Any) -> None:
        sheet.set_header(head)
        sheet.set_footer(foot)

    return hook


@pytest.mark.parametrize("form", ["{}", "&L{}", "&C&14{}&R&D", '&R&"宋体,常规"&KFF0000{}', "&L行政处罚表&R&8{}"])
@pytest.mark.parametrize("is_foot", [True, False])
def test_what_printed_pages_say_is_heeded(form: str, is_foot: bool) -> None:
    def read_with(text: str) -> tuple[list[str], list[list[str]]]:
        texts = ("", form.format(text)) if is_foot else (form.format(text), "")
        file, rows = read(book([HEADINGS, decision(1), decision(2)], printed(*texts)))
        return [note.code for note in file.notes], [codes(row) for row in rows]

    for state in (
        "草稿",
        "样表",
        "此表作废",
        "DRAFT",
        "讨论稿",
        "测试数据",
        "Sample",
        "征求意见稿",
        "示例",
        "样本",
        "送审稿",
    ):
        notes, faults = read_with(state)
        assert "page-text" in notes and faults == [["row-set-apart"]] * 2, state
    for unit in ("单位：元", "金额单位：千元", "（单位:人民币元）"):  # the heading of the column says 万元
        notes, faults = read_with(unit)
        assert "page-text" in notes and faults == [["unit-not-stated"]] * 2, unit
    for harmless in ("单位：万元", "盐城市示例财政局", "第 &P 页，共 &N 页", "一式两份，一份存档", "&F", "&&"):
        assert read_with(harmless)[1] == [[], []], harmless


@pytest.mark.parametrize("number", range(2, 12))
@pytest.mark.parametrize("is_row", [True, False])
def test_a_row_or_cell_that_stands_twice_refuses_the_file(number: int, is_row: bool) -> None:
    def cell(place: str, text: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    rows = [[cell(f"A{n}", "名称"), cell(f"B{n}", "备注")] for n in range(1, 12)]
    if not is_row:
        rows[number - 1].append(cell(f"A{number}", "另一家"))
    lines = [f'<row r="{n}">{"".join(cells)}</row>' for n, cells in enumerate(rows, 1)]
    if is_row:
        lines.append(lines[number - 1])
    with pytest.raises(FileUnreadable):
        read_tables(changed(book([["x"]]), {SHEET: sheet_of("".join(lines))}), "", columns.VOCABULARY)


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
FOREIGN = [
    (b"%PDF-1.7", "PDF"),
    (b"\x89PNG\r\n", "图片"),
    (b"\xff\xd8\xff\xe0", "图片"),
    (b"GIF89a", "图片"),
    (b"Rar!\x1a", "压缩"),
    (b"7z\xbc\xaf\x27", "压缩"),
    (b"\x1f\x8b\x08", "压缩"),
    (rb"{\rtf1", "RTF"),
    (b"<html><table><tr><td>a", "网页"),
    (b"\xef\xbb\xbf<!DOCTYPE HTML PUBLIC>", "网页"),
    (b"<table border=1>\n<tr><th>a", "网页"),
    (b"<meta charset=utf-8><table>", "网页"),
    (b"\r\n<style>td{}</style><table>", "网页"),
    (b"MIME-Version: 1.0\r\nContent-Type: multipart", "网页"),
    (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
    (b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">', "ODS"),
    (package(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_dot_xml=b"<a/>"), "ODS"),
    (package(word__document_dot_xml=b"<a/>"), "Word"),
    (package(ppt__presentation_dot_xml=b"<a/>"), "演示"),
    (package(a_dot_xlsx=b"x"), "压缩包"),
    (package(b__c_dot_csv=b"x"), "压缩包"),
    (package(OFD_dot_xml=b"x"), "OFD"),
    (package(xl__workbook_dot_bin=b"x"), "XLSB"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "加密"),
    (OLE + "WordDocument".encode("utf-16-le"), "Word"),
]


@pytest.mark.parametrize(("data", "word"), FOREIGN, ids=[word + str(n) for n, (_, word) in enumerate(FOREIGN)])
def test_a_foreign_format_is_named(data: bytes, word: str) -> None:
    with pytest.raises(FileFormat) as refused:
        read(data)
    assert word in refused.value.detail and re.search("请|另存|解压", refused.value.detail)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "gb18030"])
@pytest.mark.parametrize("delimiter", [*"\t,;|", *"，；^"])
def test_text_of_any_usual_kind_is_read(encoding: str, delimiter: str) -> None:
    text = as_csv([HEADINGS, decision(1)], "utf-8", delimiter).decode()
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert [bool(row.filing) for row in read((mark + text).encode(encoding))[1]] == [True]


BAD = [
    "是否撤销",
    "是否已撤回",
    "是否作废",
    "是否失效",
    "是否修复",
    "撤销标志",
    "是否删除",
    "是否涉密",
    "是否变更",
    "是否有异议",
]
GOOD = ["是否公示", "是否公开", "是否有效", "是否生效", "有效标志"]


@pytest.mark.parametrize("heading", BAD + GOOD)
@pytest.mark.parametrize("form", ["xlsx", "csv", "json", "xml"])
def test_a_column_of_yes_or_no_faults_only_rows_that_say_otherwise(heading: str, form: str) -> None:
    fine, wrong = (
        (("否", "N", "0", ""), ("是", "Y", "1", "部分")) if heading in BAD else (("是", "1", ""), ("否", "0", "部分"))
    )
    table = [[*decision(n), answer] for n, answer in enumerate((*fine, *wrong), 1)]
    headings = [*HEADINGS, heading]
    if form == "json":
        data = json.dumps([dict(zip(headings, row, strict=True)) for row in table]).encode()
    elif form == "xml":
        names = [re.sub(r"[()]", "", name) for name in headings]
        body = "".join(
            "<r>" + "".join(f"<{n}>{c}</{n}>" for n, c in zip(names, row, strict=True)) + "</r>" for row in table
        )
        data = f"<rs>{body}</rs>".encode()
    else:
        data = book([headings, *table]) if form == "xlsx" else as_csv([headings, *table])
    try:
        rows = read(data)[1]
    except Refusal as refusal:
        pytest.fail(f"{refusal.code} {refusal.detail}")
    assert [codes(row) for row in rows] == [[]] * len(fine) + [["row-flagged"]] * len(wrong)
