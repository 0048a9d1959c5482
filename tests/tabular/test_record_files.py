"""Files of judgments and handling decisions are read like the others: found, noted, mapped, doubted."""

import datetime as dt

import pytest

from registry.domain import record_fields
from registry.domain.cases.filed_kinds import FILED_KINDS, FiledKind
from registry.domain.filing.reading import Reading
from registry.tabular.record_files import RecordRow, RecordsFile, read_records
from tests.support.workbooks import as_csv
from tests.tabular.test_kinds import RULES_OF_FINANCE
from tests.tabular.test_layout import book
from tools.synthetic import uscc

TODAY = dt.date(2026, 11, 28)
KINDS = [pytest.param(kind, id=kind.noun) for kind in FILED_KINDS.values()]


def table(kind: FiledKind, count: int = 2) -> list[list[str]]:
    """A table of this kind: headings, then rows."""
    own = record_fields.own_fields(kind.noun)
    words = {"text": "样文", "day": "2026-03-06"}
    extra = [words.get(each.form) or next(iter(each.choices.values())) for each in own]
    common = [
        "序号",
        "当事人名称",
        "统一社会信用代码",
        "当事人类别",
        "案号",
        "事实",
        "依据",
        "决定日期",
        "作出机关",
        "法定代表人",
    ]
    code = "作出机关统一社会信用代码"
    rows = [
        [
            str(n),
            f"盐城{n}号建设有限公司",
            uscc("91320902", 9000 + n),
            "法人及非法人组织",
            f"（2026）苏示09刑初{n}号",
            f"第{n}号事实。",
            "《中华人民共和国刑法》第二百二十三条",
            "2026-03-05",
            "盐城市示例财政局",
            "样一",
            "11320900MA0T000010",
            *extra,
        ]
        for n in range(1, count + 1)
    ]
    return [[*common, code, *(each.title for each in own)], *rows]


def read(kind: FiledKind, data: bytes, reading: Reading | None = None) -> tuple[RecordsFile, list[RecordRow]]:
    file = read_records(data, "", kind, (RULES_OF_FINANCE, TODAY), reading or Reading())
    return file, list(file.rows)


@pytest.mark.parametrize("kind", KINDS)
class TestRecords:
    def test_are_found_between_titles_sections_and_feet(self, kind: FiledKind) -> None:
        headings, *rows = table(kind)
        plain = [row.filed for row in read(kind, as_csv([headings, *rows]))[1]]
        assert all(plain) and len(plain) == 2
        noisy = [["附件1"], [], headings, ["一、第一批"], rows[0], ["2"], rows[1], ["合计：2件"], ["2026年11月28日"]]
        file, found = read(kind, book(noisy))
        assert [row.filed for row in found] == plain
        assert {"rows-above-heading", "section-row", "row-unfilled", "totals-row", "note-row"} <= {
            n.code for n in file.notes
        }

    def test_below_a_line_of_state_and_on_such_a_sheet_are_doubts(self, kind: FiledKind) -> None:
        headings, *rows = table(kind)
        data = book([headings, rows[0], ["以下为已撤销"], rows[1]], **{"已作废": [headings, *table(kind, 3)[3:]]})
        assert [[fault.code for fault in row.faults] for row in read(kind, data)[1]] == [
            [],
            ["row-set-apart"],
            ["row-set-apart"],
        ]
        confirmed = read(kind, data, Reading({}, frozenset(("row-set-apart",))))[1]
        assert all(row.filed for row in confirmed)
        assert {row.sheet for row in confirmed} == {"台账", "已作废"}

    def test_take_a_mapping_and_name_what_is_left_out(self, kind: FiledKind) -> None:
        headings, *rows = table(kind)
        odd = [[*headings, "承办人", "判决文书编码"], *([*row, "样二", "x"] for row in rows)]
        odd[0][odd[0].index("案号")] = "判决文书编码二"
        reading = Reading({"判决文书编码二": "document_number"})
        file, found = read(kind, as_csv(odd), reading)
        assert all(row.filed for row in found)
        assert [note.detail for note in file.notes if note.code == "column-left-out"] == [
            "不认识的列，未读取：承办人、判决文书编码"
        ]
