"""A valid row and the rules it is read with; a test names what is special."""

import datetime as dt

from registry.domain.filing.columns import PLAIN, Headings
from registry.domain.filing.model import Filing, KindRule, Note, Rules
from registry.domain.filing.parse import clean
from registry.errors import Fault

TODAY = dt.date(2026, 11, 22)
RULES = Rules(
    kinds=(
        KindRule("01", "警告", "0", ""),
        KindRule("02", "罚款", "1", "fine"),
        KindRule("03", "没收违法所得", "2", "confiscation"),
        KindRule("05", "吊销许可证件", "4", "permit"),
        KindRule("07", "法律、行政法规规定的其他行政处罚", "6", ""),
        KindRule("09", "没收非法财物", "2", "confiscation"),
        KindRule("11", "暂扣许可证件", "4", "permit"),
    ),
    sectors={"procurement": "政府采购领域", "construction": "工程建设项目招标投标领域"},
    behaviours={"N1": "严重破坏市场公平竞争秩序", "N1-01": "围标串标"},
    districts={"320902": "亭湖区", "320903": "盐都区"},
    id_types={"111": "居民身份证", "414": "普通护照"},
    measures={"B1": "禁止参加政府采购活动"},
    default_authority_code="11320900MA0T000010",
)
ORGANISATION = {
    "subject_name": "盐城瀚岑办公设备有限公司",
    "subject_kind": "法人及非法人组织",
    "uscc": "91320902MA0TR0027T",
    "legal_representative": "卞知远",
    "document_number": "盐示财采罚〔2026〕1号",
    "behaviour_text": "提供虚假情况",
    "facts": "在监督检查中提供虚假情况。",
    "basis": "《中华人民共和国政府采购法》第七十七条",
    "kinds": "罚款",
    "content": "罚款二千元。",
    "fine": "0.2",
    "decided_on": "2026/11/10",
    "effect_until": "2027/11/10",
    "authority_name": "盐城市示例财政局",
    "authority_code": "11320900MA0T000010",
    "source_name": "盐城市示例财政局",
    "source_code": "11320900MA0T000010",
    "sectors": "procurement",
}
PERSON = ORGANISATION | {
    "subject_name": "苌知远",
    "subject_kind": "自然人",
    "uscc": "",
    "legal_representative": "",
    "id_type": "111",
    "id_number": "320981199912310005",
}


def outcome(
    row: dict[str, str], headings: Headings = PLAIN, rules: Rules = RULES
) -> tuple[Filing | None, list[Fault], list[Note]]:
    return clean(row, rules, TODAY, headings)


def accepted(row: dict[str, str], headings: Headings = PLAIN, rules: Rules = RULES) -> tuple[Filing, set[str]]:
    """The filing, and the notes as ``pointer code``."""
    filing, faults, notes = outcome(row, headings, rules)
    assert filing is not None, faults
    return filing, {f"{note.pointer} {note.code}" for note in notes}


def refused(row: dict[str, str], headings: Headings = PLAIN, rules: Rules = RULES) -> set[str]:
    """The faults as ``pointer code``."""
    filing, faults, _ = outcome(row, headings, rules)
    assert filing is None
    return {f"{fault.pointer} {fault.code}" for fault in faults}
