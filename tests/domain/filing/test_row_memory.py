"""What is remembered from row to row of a table changes nothing of how a row is read."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.filing.columns import Headings
from registry.domain.filing.parse import clean
from registry.domain.filing.row_reader import RowMemory, RowReader
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, RULES, TODAY

CELLS = {
    "kinds": ("罚款", "罚款、警告", "没收", "训诫", "２", "", "罚款2万元", "吊销许可证件"),
    "content": ("罚款二千元。", "没收违法所得5000元，罚款二千元。", "略", "", "吊销许可证，罚款\r\n二万元", "已撤销"),
    "facts": ("在2026年12月1日提供虚假情况。", "同上", "见附件", "提供虚假情况。", ""),
    "fine": ("0.2", "2000元", "２０００", "", "-1", "0.2（三千元）"),
    "confiscated": ("", "0.5", "无"),
    "permit": ("", "许可证1号"),
    "decided_on": ("2026/11/10", "2026-13-01", "", "2027-01-01", "46336", "二〇二六年十一月十日"),
    "effect_until": ("2027/11/10", "一年", "", "2026-11-10至2027-11-09", "2099-12-31", "2020-01-01", "无"),
    "publicity_until": ("", "2027-11-10", "1900-01-01", "长期", "2026-01-01"),
    "served_on": ("", "2026-11-12", "2026-11-09"),
    "authority_name": ("盐城市示例财政局", "", "盐城市示例财政局、住建局"),
    "authority_code": ("11320900MA0T000010", "", "11320900MA0T000011", "91320902MA0TR0027T"),
    "source_code": ("11320900MA0T000010", "", "1"),
    "sectors": ("procurement", "工程建设", "", "procurement；无此领域"),
    "district": ("", "320902", "亭湖", "无此区"),
    "severity": ("", "1", "4", "未定", "x"),
    "behaviour_text": ("提供虚假情况", "", "无"),
    "remark": ("", "涉密", "简易程序", "不涉密", "NULL", "#N/A"),
    "confined_action": ("", "B1", "B1；B9"),
    "confined_end": ("", "2027-11-10", "三年"),
    "first_published_on": ("", "2026-11-11"),
    "override_reason": ("", "已核实"),
    "subject_kind": ("法人及非法人组织", "", "渔船", "自然人"),
}
rows = st.builds(
    lambda base, cells: base | cells,
    st.sampled_from((ORGANISATION, PERSON)),
    st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in CELLS.items()}),
)
HEADINGS = [
    Headings(vocabulary, {name.upper(): name for name in (*ORGANISATION, *CELLS)})
    for vocabulary in ("2018", "2016", "office", "plain")
]


@settings(max_examples=120)
@given(st.lists(rows, min_size=2, max_size=6), st.sampled_from(HEADINGS))
def test_a_row_is_read_as_if_it_were_alone(drawn: list[dict[str, str]], headings: Headings) -> None:
    memory = RowMemory()
    for row in itertools.chain(drawn, reversed(drawn)):
        assert clean(row, RULES, TODAY, headings, memory) == clean(row, RULES, TODAY, headings)


def test_nothing_is_remembered_of_who_somebody_is() -> None:
    memory = RowMemory()
    for row in (ORGANISATION, PERSON):
        assert clean(row, RULES, TODAY, memory=memory)[0]
    remembered = {text for key in memory.known for text in key}
    for name in ("subject_name", "uscc", "legal_representative", "id_number", "document_number"):
        assert not {ORGANISATION.get(name), PERSON.get(name)} - {"", None} & remembered, name


def test_a_reading_of_the_same_cells_is_asked_once() -> None:
    memory, asked = RowMemory(), []
    for _ in range(3):
        row = RowReader({"facts": "提供虚假情况。"}, HEADINGS[0], memory)
        assert row.once("size", ("facts",), lambda row=row: asked.append(1) or len(row.raw("facts"))) == 7
    assert asked == [1]
