"""Filings as a department states them: valid, with nothing special; the test names what is special."""

import datetime as dt
from typing import Any

import factory

from registry import runtime
from registry.domain.law.publicity import add_months
from registry.unit_of_work import day_of
from tests.support.people import AUTHORITY
from tools.synthetic import uscc

HOUSING = ("盐城市示例住房和城乡建设局", uscc("11320900", 2))
MARKET = ("盐城市示例市场监督管理局", uscc("11320900", 3))
PERSON_NUMBER = "320981199912310005"
MINOR_BEHAVIOUR = "1"


def today() -> dt.date:
    """The legal day on which the test runs."""
    return day_of(runtime.clock())


def days_ago(days: int) -> str:
    """A day before today as filed."""
    return (today() - dt.timedelta(days=days)).isoformat()


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
    decided_on = factory.LazyFunction(lambda: days_ago(12))
    effect_until = factory.LazyAttribute(
        lambda made: (add_months(dt.date.fromisoformat(made.decided_on), 24) - dt.timedelta(days=1)).isoformat()
    )
    authority_name = AUTHORITY[0]
    authority_code = AUTHORITY[1]
    source_name = AUTHORITY[0]
    source_code = AUTHORITY[1]
    sectors = "procurement"


class BanFactory(FilingFactory):
    """A penalty that bans its firm from government procurement for two years (政府采购法 77)."""

    content = "处以罚款一万元，禁止参加政府采购活动二年。"


class TenderBanFactory(FilingFactory):
    """A penalty that takes away the right to bid for what must be tendered by law (招标投标法 53)."""

    basis = "《中华人民共和国招标投标法》第五十三条"
    content = "处以罚款一万元，取消其一年内参加依法必须进行招标的项目的投标资格。"
    effect_until = factory.LazyAttribute(
        lambda made: (add_months(dt.date.fromisoformat(made.decided_on), 12) - dt.timedelta(days=1)).isoformat()
    )
    sectors = "construction"


class WarningFactory(FilingFactory):
    """A warning alone: minor."""

    kinds = "警告"
    content = "予以警告。"
    fine = ""


class PersonFactory(FilingFactory):
    """A penalty of a natural person."""

    subject_name = "卞子墨"
    subject_kind = "自然人"
    uscc = ""
    id_type = "111"
    id_number = PERSON_NUMBER


class BannedPersonFactory(PersonFactory):
    """An evaluation expert who may judge no more tenders (招标投标法 56)."""

    basis = "《中华人民共和国招标投标法》第五十六条"
    content = "处以罚款一万元，禁止参加评标。"
    sectors = "construction"


def filing(**special: Any) -> dict[str, str]:
    """One plain filing."""
    return dict(FilingFactory(**special))
