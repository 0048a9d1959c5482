"""registry departments, file and penalties, as an officer types them."""

import openpyxl
import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.queries.node import account_lookup
from registry.services.node import accounts
from tests.services.cases.test_penalty_import import firms, table
from tests.support.desk import head
from tests.support.filings import filing


def department(code):
    """How a department stands."""
    with runtime.reading() as session:
        held = account_lookup.department(session, code)
        return held.name, held.authority_code, held.sectors, held.districts


class TestDepartmentsSet:
    def test_leaves_what_is_not_said(self, typed):
        new = accounts.NewDepartment("ward", "甲", "supervisor", "11320900MA0T000010", ("works",), ("320902",))
        runtime.perform(SYSTEM, lambda work: accounts.ensure_department(work, new).id)
        assert typed("departments", "set", "ward", "--name", "乙")[0] == 0
        assert department("ward") == ("乙", "11320900MA0T000010", ["works"], ["320902"])

    def test_takes_the_code_away_when_it_is_empty(self, typed):
        assert typed("departments", "set", "finance", "--name", "甲", "--authority-code", "")[0] == 0
        assert department("finance") == ("甲", None, ["*"], ["*"])

    def test_makes_a_new_one_without_limits(self, typed):
        assert typed("departments", "set", "new", "--name", "甲")[0] == 0
        assert department("new") == ("甲", None, ["*"], ["*"])


class TestFilePenalties:
    def test_with_a_report_nobody_can_write_files_nothing(self, typed, tmp_path, desk):
        path = tmp_path / "a.csv"
        path.write_bytes(table(firms(2)))
        words = ("file", "penalties", path, "--as", "clerk", "--report")
        code, said = typed(*words, tmp_path / "nowhere" / "r.xlsx")
        assert (code, "--report" in said) == (2, True)
        assert desk.get("/penalties", "clerk").get_json()["items"] == []
        assert typed(*words, tmp_path / "r.xlsx")[0] == 0
        assert (tmp_path / "r.xlsx").exists()

    @pytest.mark.parametrize("dry", [[], ["--dry-run"]])
    def test_gives_the_file_back_with_its_findings(self, typed, tmp_path, dry):
        rows = firms(2)
        rows[1]["fine"] = "x"
        path, out = tmp_path / "a.csv", tmp_path / "out.xlsx"
        path.write_bytes(table(rows))
        code, output = typed("file", "penalties", path, "--as", "clerk", "--annotated", out, *dry)
        assert (code, str(out) in output) == (1, True)
        cell = openpyxl.load_workbook(out).active.cell(3, list(rows[0]).index("fine") + 1)
        assert (cell.value, "amount-malformed" in cell.comment.text) == ("x", True)

    @pytest.mark.parametrize("dry", [[], ["--dry-run"]])
    def test_refuses_an_unknown_sector(self, typed, tmp_path, dry):
        path = tmp_path / "a.csv"
        path.write_bytes(table(firms(1)))
        code, said = typed("file", "penalties", path, "--as", "clerk", "--sectors", "shipping", *dry)
        assert (code, "sector-unknown" in said) == (1, True)


class TestPenalties:
    @pytest.mark.parametrize(
        "words", [("verify", "--import", 10**20), ("verify", "--import", 0), ("list", "--limit", 10**20)]
    )
    def test_refuse_numbers_no_store_has(self, typed, words):
        code, said = typed("penalties", words[0], "--as", "verifier", *words[1:])
        assert (code, "range" in said) == (2, True)

    def test_verify_a_record_typed_twice_once(self, typed, desk):
        record = desk.filed(filing())
        code, said = typed("penalties", "verify", record, record, "--as", "verifier")
        assert (code, "1 published, 0 refused" in said, head(desk)) == (0, True, 1)

    def test_verify_everything_of_an_import(self, typed, tmp_path, desk):
        path = tmp_path / "a.csv"
        path.write_bytes(table(firms(3)))
        typed("file", "penalties", path, "--as", "clerk")
        assert "3 published" in typed("penalties", "verify", "--import", 1, "--as", "verifier")[1]


class TestNamesRebuild:
    def test_says_how_many_names_are_indexed(self, typed, desk):
        desk.published(filing(subject_name="盐城瀚澜建设有限公司"))
        assert typed("names", "rebuild") == (0, "1 names indexed\n")
        assert typed("ledger", "verify")[0] == 0
