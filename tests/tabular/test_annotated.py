"""The answer to a file is the file: findings at their cells, and nothing else of it changed."""

import io
import json
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.tabular import read_table
from registry.tabular.annotated import CellFinding, annotate_file
from registry.tabular.cell_comments import AUTHOR
from registry.tabular.cell_styles import COLOURS
from registry.tabular.remarks import Remark, annotate
from tests.tabular.workbooks import SHEET, changed, sheet_of, workbook

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)
TOUCHED = re.compile(r"\[Content_Types\]|styles|comments|vmlDrawing|worksheets/sheet1\.xml|worksheets/_rels/sheet1")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rich_workbook():
    """What a clerk's workbook may have: formats, widths, merged cells, lists, a picture, a chart, a second sheet."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("报送")
        bold = book.add_format({"bold": True, "bg_color": "#C6EFCE", "border": 1})
        money = book.add_format({"num_format": '0.00"万元"'})
        sheet.write_row(0, 0, ["名称", "代码", "金额", "备注"], bold)
        sheet.write_row(1, 0, ["甲公司", "91", 1.5])
        sheet.write_row(2, 0, ["乙公司"])
        sheet.write_number(2, 2, 3, money)
        sheet.merge_range("A4:A6", "丙公司", bold)
        sheet.write_formula(3, 2, "=1+1")
        sheet.write_comment(1, 1, "科长说：核对", {"author": "科长"})
        sheet.set_column("C:C", 23, money)
        sheet.data_validation("B2:B10", {"validate": "list", "source": ["a", "b"]})
        sheet.conditional_format("C2:C9", {"type": "cell", "criteria": ">", "value": 2, "format": bold})
        sheet.insert_image("F2", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=报送!$C$2:$C$3"})
        sheet.insert_chart("F5", chart)
        other = book.add_worksheet("说明")
        other.write(0, 0, "填写说明", bold)
        other.hide()
    return data.getvalue()


def parts(data):
    """The content of every part by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def coloured(sheet):
    """The cells with a colour of ours, and which it is."""
    words = {colour: {True: "fault", False: "note"}[key] for key, colour in COLOURS.items()}
    return {
        cell.coordinate: words[cell.fill.fgColor.rgb]
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in words
    }


def comments(sheet):
    """The comments by cell."""
    return {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}


def opened(data):
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(data))


class TestOwnWorkbook:
    def test_has_colour_and_comment_at_each_finding(self):
        found = [Remark("报送", 2, 2, True, "代码 <不> & 对"), Remark("报送", 3, 4, False, "没有备注")]
        sheet = opened(annotate(rich_workbook(), found))["报送"]
        assert coloured(sheet) == {"B2": "fault", "D3": "note"}
        assert set(comments(sheet)) == {"B2", "D3"}
        assert "科长说：核对" in comments(sheet)["B2"]
        assert "代码 <不> & 对" in comments(sheet)["B2"]
        assert "没有备注" in comments(sheet)["D3"]

    def test_is_otherwise_what_it_was(self):
        before = rich_workbook()
        after = annotate(before, [Remark("报送", 2, 2, True, "a"), Remark("报送", 3, 3, False, "b")])
        old, new = parts(before), parts(after)
        assert {name for name in old if old[name] != new.get(name)} <= {name for name in old if TOUCHED.search(name)}
        was, now = opened(before), opened(after)
        for name in was.sheetnames:
            for row in was[name].iter_rows():
                for cell in row:
                    other = now[name][cell.coordinate]
                    assert (cell.value, cell.number_format, cell.font.b) == (
                        other.value,
                        other.number_format,
                        other.font.b,
                    )
            assert was[name].merged_cells.ranges == now[name].merged_cells.ranges
            assert was[name].column_dimensions["C"].width == now[name].column_dimensions["C"].width
            assert was[name].sheet_state == now[name].sheet_state
            assert str(was[name].data_validations.dataValidation) == str(now[name].data_validations.dataValidation)

    def test_of_a_merged_range_has_it_at_the_first_cell(self):
        sheet = opened(annotate(rich_workbook(), [Remark("报送", 4, 1, True, "x"), Remark("报送", 6, 1, True, "y")]))[
            "报送"
        ]
        assert coloured(sheet) == {"A4": "fault"}
        assert "第4行：x" in comments(sheet)["A4"]
        assert "第6行：y" in comments(sheet)["A4"]

    def test_mended_and_answered_again_has_only_what_is_left(self):
        first = annotate(rich_workbook(), [Remark("报送", 2, 2, True, "旧"), Remark("报送", 3, 3, True, "旧")])
        sheet = opened(annotate(first, [Remark("报送", 3, 3, False, "新")]))["报送"]
        assert coloured(sheet) == {"C3": "note"}
        assert set(comments(sheet)) == {"B2", "C3"}
        assert "旧" not in "".join(comments(sheet).values())
        assert comments(sheet)["B2"].strip() == "科长说：核对"
        shapes = [text for name, text in parts(annotate(first, [])).items() if name.endswith(".vml")]
        assert shapes[0].count(b"<v:shape ") == 1

    def test_saved_by_another_program_in_between_is_known_again(self):
        first = annotate(workbook([["名称"], ["甲"]]), [Remark("Sheet1", 2, 1, True, "旧")])
        out = io.BytesIO()
        opened(first).save(out)
        sheet = opened(annotate(out.getvalue(), []))["Sheet1"]
        assert (coloured(sheet), comments(sheet)) == ({}, {})

    def test_without_a_styles_part_gets_one(self):
        bare = changed(workbook([["名称"], ["甲"]]), {SHEET: sheet_of('<row r="1"><c r="A1"><v>1</v></c></row><row/>')})
        content = parts(bare)
        relations = content["xl/_rels/workbook.xml.rels"]
        content["xl/_rels/workbook.xml.rels"] = re.sub(rb"<Relationship [^>]*styles[^>]*/>", b"", relations)
        content["[Content_Types].xml"] = re.sub(rb"<Override [^>]*styles[^>]*/>", b"", content["[Content_Types].xml"])
        del content["xl/styles.xml"]
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            for name, text in content.items():
                package.writestr(name, text)
        sheet = opened(
            annotate(out.getvalue(), [Remark("Sheet1", 1, 1, True, "x"), Remark("Sheet1", 2, 3, False, "y")])
        )
        assert coloured(sheet["Sheet1"]) == {"A1": "fault", "C2": "note"}

    @pytest.mark.parametrize("prefix", ["", "x:"])
    @pytest.mark.parametrize(
        "rows",
        [
            '<@row r="1" spans="1:1"><@c r="A1" t="str"><@v>名称</@v></@c></@row><@row r="3"><@c r="B3"/></@row>',
            '<@row><@c t="str"><@v>名称</@v></@c></@row><@row/><@row><@c/><@c/></@row>',
        ],
    )
    def test_of_any_writer_is_coloured(self, prefix, rows):
        tag = prefix.rstrip(":")
        space = f'xmlns:{tag}="{MAIN}"' if tag else f'xmlns="{MAIN}"'
        content = f"<@worksheet {space}><@sheetData>{rows}</@sheetData><@pageMargins left='0.7' right='0.7' "
        content += "top='0.7' bottom='0.7' header='0.3' footer='0.3'/></@worksheet>"
        data = changed(workbook([["x"]]), {SHEET: content.replace("@", prefix).encode()})
        places = [(1, 1), (2, 2), (3, 1), (3, 2), (3, 4), (7, 1)]
        sheet = opened(annotate(data, [Remark("Sheet1", *place, True, "x") for place in places]))["Sheet1"]
        assert set(coloured(sheet)) == {"A1", "B2", "A3", "B3", "D3", "A7"} == set(comments(sheet))
        assert sheet["A1"].value == "名称"

    def test_with_macros_keeps_them(self):
        data = parts(workbook([["名称"], ["甲"]]))
        data["xl/vbaProject.bin"] = b"macros"
        data["[Content_Types].xml"] = data["[Content_Types].xml"].replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as package:
            for name, text in data.items():
                package.writestr(name, text)
        answer = annotate_file(out.getvalue(), "a.xlsm", [CellFinding(2, "名称", True, "x", "y")])
        assert answer.suffix == "xlsm"
        assert parts(answer.data)["xl/vbaProject.bin"] == b"macros"

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 999), st.text("甲=<a", min_size=1))] * 3), min_size=1),
        st.dictionaries(st.tuples(st.integers(1, 9), st.integers(1, 30)), st.booleans(), max_size=12),
    )
    def test_holds_the_same_values_and_just_these_colours(self, rows, places):
        data = io.BytesIO()
        with xlsxwriter.Workbook(data, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
        before = data.getvalue()
        after = annotate(before, [Remark("Sheet1", *place, is_fault, "x") for place, is_fault in places.items()])
        was, now = opened(before)["Sheet1"], opened(after)["Sheet1"]
        assert [[cell.value for cell in row] for row in was.iter_rows()] == [
            [now[cell.coordinate].value for cell in row] for row in was.iter_rows()
        ]
        wanted = {now.cell(*place).coordinate: "fault" if is_fault else "note" for place, is_fault in places.items()}
        assert coloured(now) == wanted


class TestFile:
    def test_findings_stand_at_their_columns(self):
        rows = [["名称", "金额(万元)/元"], ["甲", "x"]]
        found = [
            CellFinding(2, "金额(万元)~1元", True, "amount-malformed", "金额写法不对"),
            CellFinding(2, "kinds", True, "required", "必填项为空"),
            CellFinding(0, "", False, "file", "整个文件"),
        ]
        sheet = opened(annotate_file(workbook(rows), "a.xlsx", found).data)["Sheet1"]
        assert coloured(sheet) == {"B2": "fault", "A2": "fault", "A1": "note"}
        assert "处罚类别" in comments(sheet)["A2"]

    def test_reads_again_as_the_same_table(self):
        data = workbook([["名称", "代码"], ["甲", "0123"], ["乙", "x"]])
        after = annotate_file(data, "a.xlsx", [CellFinding(3, "代码", True, "x", "y")]).data
        before, again = read_table(data), read_table(after)
        assert (again.columns, list(again.rows)) == (before.columns, list(before.rows))

    @pytest.mark.parametrize(
        ("data", "row"),
        [
            ("名称,代码\n甲,=1+1\n\n乙,'+2\n".encode("gb18030"), 2),
            (json.dumps([{"名称": "甲", "代码": "=1+1"}]).encode(), 1),
            ("<r><a><名称>甲</名称><代码>=1+1</代码></a><a><名称>乙</名称></a></r>".encode(), 1),
        ],
    )
    def test_of_another_format_becomes_a_workbook_of_text(self, data, row):
        answer = annotate_file(data, "a.csv", [CellFinding(row, "代码", True, "x", "不是代码")])
        sheet = opened(answer.data).active
        assert [cell.value for cell in sheet[1]] == ["名称", "代码"]
        assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
        assert coloured(sheet) == {"B2": "fault"}
        assert "不是代码" in comments(sheet)["B2"]
        assert sheet["B2"].comment.author == AUTHOR
        assert sheet["A2"].number_format == "@"
