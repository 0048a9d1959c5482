"""Headings of the three vocabularies."""

import pytest

from registry.domain.filing import columns
from registry.refusals.content import DuplicateColumn, FileShape, MissingColumn, UnknownColumn

NEW = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR", "CF_JDRQ", "CF_YXQ",
    "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM",
)  # fmt: skip
OLD = ("CF_XDR_MC", "CF_WSH", "CF_SY", "CF_YJ", "CF_CFLB1", "CF_JG", "CF_JDRQ", "CF_XZJG")
CHINESE = (
    "行政相对人名称", "行政相对人类别", "行政处罚决定书文号", "违法行为类型", "违法事实", "处罚依据",
    "处罚类别", "处罚内容", "处罚决定日期", "处罚有效期",
    "处罚机关", "处罚机关统一社会信用代码", "数据来源单位",
    "数据来源单位统一社会信用代码",
)  # fmt: skip


class TestResolve:
    @pytest.mark.parametrize(("given", "vocabulary"), [(NEW, "2018"), (OLD, "2016"), (CHINESE, "2018")])
    def test_knows_each_vocabulary(self, given: tuple[str, ...], vocabulary: str) -> None:
        headings = columns.resolve(given)
        assert headings.vocabulary == vocabulary
        assert headings.fields[given[0]] == "subject_name"

    @pytest.mark.parametrize(
        ("heading", "field"),
        [
            ("罚款金额（万元）", "fine"),
            ("罚款金额", "fine"),
            ("cf_nr_fk", "fine"),
            ("ＣＦ_NR_FK", "fine"),
            ("行政相对人代码_1（统一社会信用代码）", "uscc"),
            ("统一社会信用代码", "uscc"),
            ("证件号码", "id_number"),
            ("领域", "sectors"),
            ("confined_end", "confined_end"),
            ("SXYZCD", "severity"),
        ],
    )
    def test_knows_variants(self, heading: str, field: str) -> None:
        assert columns.resolve((*NEW, heading)).fields[heading] == field

    @pytest.mark.parametrize(("line", "unit"), [("", "wan"), ("万元", "wan"), ("元", None), ("美元", None)])
    @pytest.mark.parametrize("heading", ["CF_NR_FK", "CF_NR_WFFF", "罚款金额（万元）"])
    def test_doubts_the_unit_of_a_column_that_a_line_above_the_table_contradicts(
        self, heading: str, line: str, unit: str | None
    ) -> None:
        headings = columns.resolve((*NEW, heading), unit=line)
        assert headings.unit(headings.fields[heading]) == unit

    def test_leaves_out_and_names_what_no_template_has(self) -> None:
        headings = columns.resolve((*NEW, "星座"))
        assert headings.left_out == ("星座",)
        assert "星座" not in headings.fields

    def test_refuses_what_no_template_has_when_a_program_sends_it(self) -> None:
        with pytest.raises(UnknownColumn, match="星座"):
            columns.resolve((*NEW, "星座"), is_strict=True)

    def test_refuses_two_columns_of_one_meaning(self) -> None:
        with pytest.raises(DuplicateColumn, match="处罚类别"):
            columns.resolve((*NEW, "处罚类别"))

    def test_names_the_missing_column(self) -> None:
        with pytest.raises(MissingColumn, match="CF_WSH"):
            columns.resolve(tuple(name for name in NEW if name != "CF_WSH"))

    def test_refuses_invisible_characters(self) -> None:
        with pytest.raises(FileShape):
            columns.resolve((*NEW, "\ud800"))

    def test_keys_a_row_by_field_and_finds_the_column_back(self) -> None:
        headings = columns.resolve(NEW)
        assert headings.cells({"CF_WSH": "1号"}) == {"document_number": "1号"}
        assert headings.name("document_number") == "CF_WSH"
        assert columns.PLAIN.name("document_number") == "document_number"
