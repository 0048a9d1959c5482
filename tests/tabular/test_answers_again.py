"""The workbook that answers a bidders' file can be filled on and checked again."""

import io

import openpyxl
import pytest

from registry.domain.labels import ROLES
from registry.tabular import answers
from registry.tabular.parties import read_parties
from tools.synthetic import uscc


def answer(number, role="bidder", **special):
    """A line of a receipt as the result workbook has it."""
    code = {} if "id_last4" in special else {"uscc": uscc("91320902", 600_000 + number)}
    line = {"row": number + 1, "ref": str(number), "role": role, "name": f"盐城示例{number}公司", "check": 1, **code}
    return line | {"verdict": "barred", "reasons": [{"code": "measure-in-force", "record": "0" * 32}], **special}


def workbook(lines):
    """The result workbook of these lines."""
    out = io.BytesIO()
    answers.write(out, lines, [("状态", "finished")])
    return out.getvalue()


class TestResultWorkbook:
    @pytest.mark.parametrize("role", list(ROLES))
    def test_is_read_as_the_parties_it_answered(self, role):
        file = read_parties(workbook([answer(1), answer(2, role, of="1")]), "result.xlsx")
        assert [row.faults for row in file.rows] == [(), ()]
        assert file.rows[1].cells == {
            "ref": "2",
            "role": role,
            "name": "盐城示例2公司",
            "uscc": uscc("91320902", 600_002),
            "of": "1",
        }

    def test_of_a_person_wants_the_whole_number_again(self):
        data = workbook([answer(1), answer(2, "project_manager", id_last4="0005")])
        assert [[fault.code for fault in row.faults] for row in read_parties(data, "a.xlsx").rows] == [
            [],
            ["id-number-cut"],
        ]
        book = openpyxl.load_workbook(io.BytesIO(data))
        sheet = book["核查结果"]
        sheet.cell(1, sheet.max_column + 1, "证件号码")
        sheet.cell(3, sheet.max_column, "320981199912310005")
        out = io.BytesIO()
        book.save(out)
        row = read_parties(out.getvalue(), "a.xlsx").rows[1]
        assert (row.faults, row.cells["id_number"]) == ((), "320981199912310005")
        assert "id_last4" not in row.cells
