"""What people type in front of a name in a search, and districts and sectors by their everyday words."""

import pytest

from registry.domain.filing.row_reader import labels_of

LABELS = [
    "名称",
    "姓名",
    "全称",
    "单位名称",
    "企业名称",
    "公司名称",
    "当事人",
    "当事人名称",
    "行政相对人名称",
    "行政相对人",
    "被处罚人",
    "被处罚单位",
    "被处罚人姓名",
    "企业全称",
    "违法主体名称",
    "机构名称",
    "主体名称",
    "市场主体名称",
    "相对人名称",
    "受处罚单位名称",
    "处罚对象",
]


class TestLabel:
    @pytest.mark.parametrize("label", LABELS)
    @pytest.mark.parametrize("colon", ["：", ":", " ： ", ": "])
    def test_of_a_name_is_told_from_it(self, label: str, colon: str) -> None:
        assert labels_of(f"{label}{colon}盐城示例有限公司") == (label, "盐城示例有限公司", "subject_name")

    @pytest.mark.parametrize("label", ["法定代表人", "统一社会信用代码", "处罚机关", "文号", "证件号码"])
    def test_of_something_else_names_no_subject(self, label: str) -> None:
        assert labels_of(f"{label}：示例")[2] not in ("", "subject_name")

    @pytest.mark.parametrize("text", ["盐城示例有限公司", "示例：有限公司", "盐城示例（中国）有限公司", ""])
    def test_is_none_in_a_name(self, text: str) -> None:
        assert labels_of(text)[2] == ""
