"""Filings as a department states them: valid, with nothing special; the test names what is special."""

from typing import Any

import factory

from benchmarks.synthetic import uscc
from tests.conftest import AUTHORITY


class FilingFactory(factory.DictFactory):  # type: ignore[misc]
    """A penalty of one firm, keyed by canonical field, all values text."""

    subject_name = factory.Sequence(lambda n: f"盐城亭湖示甲{n}建设工程有限公司")
    subject_kind = "法人及非法人组织"
    uscc = factory.Sequence(lambda n: uscc("91320902", 100_000 + n))
    document_number = factory.Sequence(lambda n: f"盐示财采罚〔2026〕{n}号")
    behaviour_text = "提供虚假材料谋取中标"
    facts = "在投标文件中提供虚假业绩合同。"
    basis = "《中华人民共和国政府采购法》第七十七条第一款第（一）项"
    kinds = "罚款"
    content = "处以罚款一万元。"
    fine = "1.000000"
    decided_on = "2026-11-10"
    effect_until = "2028-11-09"
    authority_name = AUTHORITY[0]
    authority_code = AUTHORITY[1]
    source_name = AUTHORITY[0]
    source_code = AUTHORITY[1]
    sectors = "procurement"


class BanFactory(FilingFactory):
    """A penalty that bans its firm from government procurement for two years (政府采购法 77)."""

    content = "处以罚款一万元，禁止参加政府采购活动二年。"


class PersonFactory(FilingFactory):
    """A penalty of a natural person."""

    subject_name = "卞子墨"
    subject_kind = "自然人"
    uscc = ""
    id_type = "111"
    id_number = "320981199912310005"


def filing(**special: Any) -> dict[str, str]:
    """One plain filing."""
    return dict(FilingFactory(**special))
