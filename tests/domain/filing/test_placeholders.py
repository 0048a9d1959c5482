"""Cells that say nothing are refused, whatever the spelling; words that only look alike stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.placeholders import is_ditto, says_nothing
from tests.domain.filing.filing_rows import ORGANISATION, accepted, refused

DITTOS = [
    "".join(parts)
    for verb in ("同", "见", "如", "与", "参见")
    for place in ("上", "前", "上行", "上一行", "上一条", "第1行", "第三条", "前述")
    for parts in ((verb, place), (verb, place, "。"), ("（", verb, place, "）"), ("内容", verb, place))
]
MARKS = ["〃", "″", '"', "''", "“", "”", "-〃-", "〃〃", "↑", "ibid.", "Ditto", "idem", "do.", "同 上"]
ELSEWHERE = [
    f"{before}{verb}{where}{after}"
    for before in ("", "具体内容", "详细情况")
    for verb in ("见", "详见", "参见", "请查看")
    for where in ("附件", "决定书", "《行政处罚决定书》", "附表1", "处罚决定书原文")
    for after in ("", "。")
]
NOTHING = [
    "略",
    "（略）",
    "内容略",
    "从略",
    "……",
    "...",
    "1",
    "123",
    "x",
    "xxx",
    "XX",
    "××",
    "某某",
    "待补",
    "待补充",
    "待定",
    "暂缺",
    "未填写",
    "不详",
    "未知",
    "测试",
    "测试1",
    "test",
    "TBD",
    "附后",
    "另附",
    "以决定书为准",
    "无内容",
    "A",
    "。",
    "-1-",
]
TEXTS = st.sampled_from(("facts", "basis", "content", "behaviour_text"))


class TestDitto:
    @given(st.sampled_from(DITTOS + MARKS), st.sampled_from(sorted(ORGANISATION)))
    def test_refuses_the_cell_whatever_its_column(self, text: str, field: str) -> None:
        assert f"/{field} cell-refers-to-other" in refused(ORGANISATION | {field: text})

    @pytest.mark.parametrize("text", DITTOS + MARKS)
    def test_is_known_in_every_spelling(self, text: str) -> None:
        assert is_ditto(text)

    @pytest.mark.parametrize(
        "text",
        [
            "同意",
            "同仁堂",
            "同济",
            "上海",
            "同行",
            "见习",
            "按上级要求",
            "盐城同上科技有限公司",
            "前",
            "0.2",
            "2026/11/10",
            "罚款",
            "/",
            "—",
        ],
    )
    def test_is_no_word_that_looks_like_it(self, text: str) -> None:
        assert not is_ditto(text)


class TestStatement:
    @given(TEXTS, st.sampled_from(ELSEWHERE + NOTHING))
    def test_that_says_nothing_is_refused(self, field: str, text: str) -> None:
        assert f"/{field} text-says-nothing" in refused(ORGANISATION | {field: text})

    @pytest.mark.parametrize(
        "text",
        [
            "警告",
            "串标",
            "关闭",
            "未办理许可证",
            "不提供材料",
            "未提供有关情况",
            "未提供信息",
            "未填写台账",
            "见证取样不合格",
            "未见安全员",
            "无证经营",
            "缺斤短两",
            "不公开信息",
            "没有许可证",
            "未查验",
            "N1-01",
            "未附检验报告",
            "参照执行",
            "空气污染",
            "试验数据造假",
            "《条例》第九条",
            "查无此人",
            "附条件许可",
            "样品不合格",
            "待岗",
            "测试报告造假",
        ],
    )
    def test_that_says_something_in_few_words_is_kept(self, text: str) -> None:
        assert not says_nothing(text)
        assert accepted(ORGANISATION | {"facts": text})[0].facts == text
