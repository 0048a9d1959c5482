"""Files that were answered wrongly once, through the doors: what a person sees of them is what is taken."""

import json
import re
from pathlib import Path

import pytest

from registry import runtime, tabular
from registry.services.cases import penalty_import

FILES = Path(__file__).parent / "files"
PATH = "/api/v1/penalties/imports"


@pytest.fixture
def file(typed):
    """File a case as the clerk; what was printed."""

    def run(name, *options):
        return typed("file", "penalties", FILES / name, "--as", "clerk", "--sectors", "procurement", *options)[1]

    return run


@pytest.fixture
def check(typed, file, tmp_path):
    """Check a file of bidders against what was filed and verified before; verdicts by name, and what was printed."""
    file("c09_barred.csv")
    typed("penalties", "verify", "--all", "--as", "verifier")

    def run(name, *options):
        out = tmp_path / "receipt.json"
        words = ("check", FILES / name, "--sector", "procurement", "--out", out, "--as", "centre", *options)
        said = typed(*words)[1]
        lines = json.loads(out.read_bytes())["statement"]["lines"] if out.exists() else []
        return {line["name"]: line["verdict"] for line in lines}, said

    return run


def only_cells(name):
    """The cells of the only row of a file."""
    (row,) = tabular.read_table((FILES / name).read_bytes()).rows
    assert not row.faults
    return row.cells


class TestPenalties:
    def test_a_hidden_row_is_refused_until_it_is_confirmed(self, file):
        said = file("c32_hidden_row.xlsx")
        assert "1 filed, 1 refused, of 2 rows" in said
        assert re.search(r"row 3: fault row-hidden: ", said)
        again = file("c32_hidden_row.xlsx", "--confirm", "row-hidden")
        assert "row 3: note row-hidden" in again

    def test_a_number_format_gives_the_displayed_text(self, file, people):
        assert "1 filed, 0 refused" in file("c34_number_format.xlsx")
        with runtime.reading() as session:
            found = penalty_import.findings(session, 1)
        assert ("CF_WSH", "note", "number-format", "处罚", "H2") in {
            (one.column, one.kind, one.code, one.sheet, one.cell) for one in found
        }

    def test_a_document_number_that_became_a_date_is_a_fault_at_its_cell(self, desk):
        taken = desk.ask("POST", PATH, "clerk", data=(FILES / "c36.xlsx").read_bytes()).get_json()
        clerk = desk.people["clerk"].actor
        penalty_import.run_pending(runtime.perform, [(int(taken["id"]), clerk)])
        done = desk.get(f"/penalties/imports/{taken['id']}", "clerk").get_json()
        assert (done["filed"], done["refused"]) == (0, 1)
        faults = [one for one in done["findings"] if one["kind"] == "fault"]
        assert ("day-cell", "处罚", "H2") in [(one["code"], one["sheet"], one["cell"]) for one in faults]

    @pytest.mark.parametrize("name", ["workbook2.xlsx", "capital_ss.xlsx", "title_row.xlsx"])
    def test_odd_packages_and_title_rows_are_read(self, name):
        assert only_cells(name) == {
            "CF_XDR_MC": "盐城样例建设有限公司", "CF_JDRQ": "2026-11-20", "CF_NR_FK": "2", "CF_WSH": "盐〔2026〕1号",
        }  # fmt: skip

    def test_a_sum_is_read_to_the_digits_that_are_kept(self):
        assert only_cells("float17.xlsx")["CF_NR_FK"] == "3.3"


class TestBidders:
    def test_on_two_sheets_are_both_asked(self, check):
        verdicts, _ = check("c10_two_sheets.xlsx")
        assert verdicts == {"盐城清白建设有限公司": "no_record", "盐城受限301建设有限公司": "barred"}

    def test_under_a_merged_cell_are_answered_as_if_it_were_not_merged(self, check):
        merged, said = check("c11_merged_cells.xlsx")
        unmerged, _ = check("c11b_unmerged.xlsx")
        assert merged == unmerged
        assert merged["盐城牵头建设有限公司"] == merged["盐城受限302建设有限公司"] == "barred"
        assert "内容取自合并单元格" in said

    def test_in_a_hidden_row_are_asked_and_noted(self, check):
        verdicts, said = check("c12_hidden_row.xlsx")
        assert verdicts["盐城受限303建设有限公司"] == "barred"
        assert "第 3 行" in said
        assert "隐藏" in said

    def test_behind_a_text_guard_are_found(self, check):
        verdicts, said = check("c17_apostrophe.csv")
        assert verdicts == {"盐城受限304建设有限公司": "barred"}
        assert "已去除使内容成为文本的前缀" in said

    def test_keep_the_zeros_that_a_format_shows(self):
        assert only_cells("c15_leading_zeros.xlsx")["证件号码"] == "01234567"
