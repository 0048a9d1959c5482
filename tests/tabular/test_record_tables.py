"""Tables that are given out hold what they were given, and nothing that a spreadsheet calculates."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tabular import record_tables
from registry.tabular.record_tables import CsvTable, XlsxTable

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
rows = st.lists(st.lists(text, min_size=3, max_size=3), max_size=5)


def written(make, lines):
    out = io.BytesIO()
    table = make(out)
    for cells in lines:
        table.write(cells)
    table.close()
    return out.getvalue()


class TestCsv:
    @given(lines=rows)
    def test_holds_the_cells_and_guards_those_that_look_like_formulas(self, lines):
        data = written(CsvTable, lines)
        assert data.startswith(b"\xef\xbb\xbf")
        read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert read == [[f"'{cell}" if cell.startswith(FORMULAS) else cell for cell in line] for line in lines]

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "＝1", "\r=1"])
    def test_of_a_formula_is_text(self, cell):
        assert f"'{cell}".encode() in written(CsvTable, [[cell]])


class TestXlsx:
    @given(lines=rows)
    def test_holds_text_only(self, lines):
        book = openpyxl.load_workbook(
            io.BytesIO(written(lambda out: XlsxTable(out, "表"), [["甲", "乙", "丙"], *lines]))
        )
        sheet = book["表"]
        cells = list(sheet.iter_rows(min_row=2, max_col=3)) if lines else []
        for row, line in zip(cells, lines, strict=False):
            assert [cell.value or "" for cell in row] == line
            assert {cell.data_type for cell in row if cell.value} <= {"s", "inlineStr"}

    def test_of_a_formula_is_text(self):
        book = openpyxl.load_workbook(io.BytesIO(written(lambda out: XlsxTable(out, "表"), [["甲"], ["=1+1"]])))
        assert (book["表"]["A2"].value, book["表"]["A2"].data_type) == ("=1+1", "s")

    def test_goes_on_on_another_sheet_when_one_is_full(self, monkeypatch):
        monkeypatch.setattr(record_tables, "ROWS_MAX", 3)
        data = written(lambda out: XlsxTable(out, "表"), [["甲"], *([str(number)] for number in range(5))])
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
            ["甲", "0", "1"], ["甲", "2", "3"], ["甲", "4"]
        ]  # fmt: skip
