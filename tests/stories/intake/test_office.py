"""An office's own workbook, as it is: filed in one go by command and by API, only its truly bad row refused."""

import re

import pytest

from registry import runtime
from registry.models import ColumnMapping
from registry.queries.cases import column_mappings
from registry.services.cases import penalty_import
from tests.support.processes import ROOT
from tests.tabular.workbooks import workbook
from tools.synthetic import uscc

OFFICE = ROOT / "samples" / "penalties_office.xlsx"
PATH = "/api/v1/penalties/imports"
HEADINGS = (
    "当事人名称",
    "统一社会信用代码",
    "法定代表人",
    "文号",
    "违法事实",
    "处罚依据",
    "处罚种类",
    "处罚内容",
    "罚款金额",
    "处罚日期",
)


@pytest.fixture
def clerk(people):
    return people["clerk"].actor


def small_table(*more, fine=20000):
    """A workbook of one decision; ``more`` are further columns as (heading, cell)."""
    firm = ["盐城亭湖示甲建设工程有限公司", uscc("91320902", 7), "样一"]
    facts = ["盐示财采罚〔2026〕7号", "投标文件雷同。", "《中华人民共和国政府采购法》第七十七条"]
    row = [*firm, *facts, "罚款", "罚款人民币贰万元。", fine, "2026-10-20"]
    return workbook([[*HEADINGS, *(heading for heading, _ in more)], [*row, *(cell for _, cell in more)]])


class TestOffice:
    def test_is_filed_by_command_with_only_its_bad_row_refused(self, typed):
        code, said = typed("file", "penalties", OFFICE, "--as", "clerk", "--sectors", "procurement")
        assert (code, said.splitlines()[-1]) == (1, "import 1: 24 filed, 1 refused, of 25 rows")
        assert re.findall(r"^row (\d+) (\S+): fault (\S+):", said, re.MULTILINE) == [
            ("16", "统一社会信用代码", "uscc-check-character")
        ]
        assert "file 填表说明: note sheet-left-out" in said
        assert "内部编号" in said

    def test_is_filed_by_the_api_in_one_go_with_what_every_row_repeats_from_the_account(self, desk):
        query = {"sectors": "procurement"}
        taken = desk.ask("POST", PATH, "clerk", data=OFFICE.read_bytes(), query_string=query).get_json()
        penalty_import.run_pending(runtime.perform, [(int(taken["id"]), desk.people["clerk"].actor)])
        done = desk.get(f"/penalties/imports/{taken['id']}", "clerk").get_json()
        assert (done["filed"], done["refused"]) == (24, 1)
        faults = [one for one in done["findings"] if one["kind"] == "fault"]
        assert [(one["sheet"], one["cell"]) for one in faults] == [("处罚台账", "D16")]
        filing = desk.get("/penalties", "clerk").get_json()["items"][0]["filing"]
        assert (filing["authority_name"], filing["authority_code"]) == ("盐城市示例财政局", "11320900MA0T000010")
        assert (filing["source_name"], filing["source_code"]) == ("盐城市示例财政局", "11320900MA0T000010")
        (told,) = [one for one in done["findings"] if one["code"] == "department-default"]
        assert (told["row"], told["sheet"]) == (0, "处罚台账")
        assert "处罚机关" in told["detail"]


class TestMapping:
    def test_answers_an_unstated_unit_once_for_the_department(self, typed, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_bytes(small_table())
        words = ("file", "penalties", path, "--as", "clerk", "--sectors", "procurement")
        assert "fault unit-not-stated" in typed(*words)[1]
        assert typed(*words, "--map", "罚款金额=fine:元")[0] == 0
        path.write_bytes(small_table(fine=30000))
        said = typed(*words, "--dry-run")[1]
        assert "unit-not-stated" not in said
        assert typed(*words, "--map", "罚款金额=", "--dry-run")[1].count("unit-not-stated") == 1

    def test_settles_a_column_that_may_change_the_meaning(self, desk):
        data = small_table(("案件状态", "已结案"))
        refused = desk.ask("POST", PATH, "clerk", data=data)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "unknown-column")
        assert "案件状态" in refused.get_json()["detail"]
        query = {"mapping": "案件状态=-;罚款金额=fine:元", "sectors": "procurement"}
        taken = desk.ask("POST", PATH, "clerk", data=data, query_string=query)
        assert taken.status_code == 202
        again = desk.ask("POST", PATH, "second-clerk", data=data, query_string={"sectors": "procurement"})
        assert again.status_code == 202
        other = desk.ask("POST", PATH, "other-clerk", data=data)
        assert other.status_code == 422

    def test_refuses_a_meaning_that_no_column_has(self, desk):
        for mapping in ("罚款金额=fine:美元", "罚款金额=colour", "罚款金额", "=fine"):
            answer = desk.ask("POST", PATH, "clerk", data=small_table(), query_string={"mapping": mapping})
            assert (answer.status_code, answer.get_json()["code"]) == (422, "query-refused"), mapping
        answer = desk.ask("POST", PATH, "clerk", data=small_table(), query_string={"confirm": "everything"})
        assert [one["pointer"] for one in answer.get_json()["errors"]] == ["/confirm"]

    def test_is_kept_under_the_heading_as_it_is_compared_and_forgotten_when_empty(self, clerk):
        def state(**mapping):
            options = penalty_import.Options(("procurement",), mapping=mapping)
            runtime.perform(clerk, lambda work: penalty_import.store_import(work, small_table(), "a.xlsx", options).id)
            with runtime.reading() as session:
                rows: list[ColumnMapping] = column_mappings.of_department(session, clerk.department_id, "penalty")
                return {row.heading_key: (row.meaning, row.stated_by) for row in rows}

        assert state(**{"罚款金额 ": "fine:元"}) == {"罚款金额": ("fine:元", clerk.account_id)}
        assert state(罚款金额="fine:万元") == {"罚款金额": ("fine:万元", clerk.account_id)}
        assert state(罚款金额="") == {}
