"""Publicity periods as an audit of the law settled them: special rules of authorities and fields, and huge fines."""

import datetime as dt
from typing import Any

import pytest

from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.law.publicity import add_months
from registry.domain.law.reference import Reference
from registry.services.cases.penalty_version import policy_of, publicity_of, resolved_measures
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import ORGANISATION

LAW = Reference(ROWS)
TODAY = dt.date(2026, 11, 28)
SAMR = "盐城市市场监督管理局"
PUBLISHED = dt.date(2026, 11, 20)


def filed(decided: str, **special: str) -> Any:
    words = {"decided_on": decided, "effect_until": "长期", **special}
    filing, faults, _ = clean(ORGANISATION | words, LAW.filing_rules, TODAY, PLAIN)
    assert filing is not None, faults
    return filing


def governed(decided: str, **special: str) -> Any:
    """The policy of a decision with its first and its last day, counted from a publication on 20 November 2026."""
    filing = filed(decided, **special)
    policy = policy_of(LAW, filing, resolved_measures(LAW, filing).measures)
    period = publicity_of(policy, filing, (), PUBLISHED)
    return policy, period


CASES = [
    # id, decided, special, policy, repairable from, visible until
    ("policy-market-low-fine@2021-09-01-总局令45-13-E23", "2025-11-10", {"authority_name": SAMR, "fine": "0.5"},
     "market-low-fine", "2027-02-20", "2027-02-20"),
    ("policy-market-general@2025-12-25-E23", "2026-11-10", {"authority_name": SAMR, "fine": "0.5"},
     "market-general", "2027-02-10", "2027-11-10"),
    ("policy-market-general@2021-09-01-总局令45-13", "2025-11-10", {"authority_name": SAMR, "fine": "1.000001"},
     "market-general", "2027-02-20", "2029-11-20"),
    ("policy-market-general@2021-09-01-总局令45-13-没收", "2025-11-10",
     {"authority_name": SAMR, "fine": "0.5", "confiscated": "0.1", "kinds": "罚款；没收违法所得"},
     "market-general", "2027-02-20", "2029-11-20"),
    ("policy-market-criticised@2021-09-01-总局令45-13", "2025-11-10",
     {"authority_name": SAMR, "fine": "", "kinds": "警告；通报批评"}, "market-criticised", "2027-02-20", "2027-02-20"),
    ("policy-market-serious@2021-09-01-总局令45-13", "2025-11-10",
     {"authority_name": SAMR, "kinds": "罚款；吊销许可证件", "permit": "许可证"},
     "market-serious", "2027-02-20", "2029-11-20"),
    ("policy-market-restricted@2021-09-01-总局令45-14", "2025-11-10",
     {"authority_name": SAMR, "kinds": "罚款；限制从业"}, "market-restricted", "2029-11-20", "2029-11-20"),
    ("policy-emergency-general@2023-05-01-令58-E25", "2025-11-28", {"authority_name": "盐城市应急局"},
     "emergency-general", "2026-11-28", "2028-11-28"),
    ("policy-fire-service-general@2023-05-01-令58", "2025-11-28", {"authority_name": "盐城市消防救援支队"},
     "fire-service-general", "2026-11-28", "2028-11-28"),
    ("policy-food-general@2023-05-01-令58", "2025-11-28",
     {"authority_name": SAMR, "fine": "6", "basis": "《中华人民共和国食品安全法》第一百二十二条"},
     "food-general", "2026-11-28", "2028-11-28"),
    ("policy-food-general@2023-05-01-总局令45-13-较低数额罚款在先", "2025-11-28",
     {"authority_name": SAMR, "fine": "0.5", "basis": "《中华人民共和国食品安全法》第一百二十六条"},
     "market-low-fine", "2027-02-20", "2027-02-20"),
    ("policy-drug-general@2023-05-01-令58", "2025-11-28", {"basis": "《中华人民共和国药品管理法》第一百一十五条"},
     "drug-general", "2026-11-28", "2028-11-28"),
    ("policy-special-equipment-general@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国特种设备安全法》第八十四条"}, "special-equipment-general", "2026-11-28", "2028-11-28"),
    ("policy-work-safety-general@2023-05-01-令58", "2025-11-28", {"basis": "《中华人民共和国安全生产法》第九十七条"},
     "work-safety-general", "2026-11-28", "2028-11-28"),
    ("policy-fire-general@2023-05-01-令58", "2025-11-28", {"basis": "《中华人民共和国消防法》第六十条"},
     "fire-general", "2026-11-28", "2028-11-28"),
    ("policy-food-serious@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国食品安全法》", "kinds": "罚款；限制从业"},
     "food-serious", "2026-11-28", "2028-11-28"),
    ("policy-drug-serious@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国药品管理法》", "kinds": "罚款；限制从业"},
     "drug-serious", "2026-11-28", "2028-11-28"),
    ("policy-special-equipment-serious@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国特种设备安全法》", "kinds": "罚款；限制从业"},
     "special-equipment-serious", "2026-11-28", "2028-11-28"),
    ("policy-work-safety-serious@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国安全生产法》", "kinds": "罚款；限制从业"},
     "work-safety-serious", "2026-11-28", "2028-11-28"),
    ("policy-fire-serious@2023-05-01-令58", "2025-11-28",
     {"basis": "《中华人民共和国消防法》", "kinds": "罚款；限制从业"},
     "fire-serious", "2026-11-28", "2028-11-28"),
    ("policy-emergency-serious@2023-05-01-令58", "2025-11-28",
     {"authority_name": "盐城市应急管理局", "kinds": "罚款；限制从业"},
     "emergency-serious", "2026-11-28", "2028-11-28"),
    ("policy-fire-service-serious@2023-05-01-令58", "2025-11-28",
     {"authority_name": "盐城市消防救援支队", "kinds": "罚款；限制从业"},
     "fire-service-serious", "2026-11-28", "2028-11-28"),
    ("policy-general@2026-04-01-令36-食品之后", "2026-04-01", {"basis": "《中华人民共和国食品安全法》第一百二十二条"},
     "general", "2026-07-01", "2027-04-01"),
    ("policy-general@2023-05-01-E24-令58-存量", "2026-03-31", {}, "general", "2026-06-30", "2029-03-31"),
    ("policy-general@2019-07-01-527号", "2023-04-30", {}, "general", "2023-07-30", "2024-04-30"),
    ("policy-serious@2019-07-01-527号", "2023-04-30", {"kinds": "罚款；吊销许可证件", "permit": "许可证"},
     "serious", "2023-10-30", "2026-04-30"),
    ("threshold-market_low_fine_fen-总局令45-13", "2025-11-10", {"authority_name": SAMR, "fine": "1"},
     "market-low-fine", "2027-02-20", "2027-02-20"),
    ("threshold-huge_fine_fen-令36-巨额罚款", "2026-04-01", {"fine": "1000"}, "serious", "2027-04-01", "2029-04-01"),
    ("threshold-huge_fine_fen-令36-不足巨额", "2026-04-01", {"fine": "999.999999"}, "general", "2026-07-01",
     "2027-04-01"),
    ("threshold-huge_fine_fen-令36-此前", "2026-03-31", {"fine": "1000"}, "general", "2026-06-30", "2029-03-31"),
]  # fmt: skip


class TestPolicy:
    @pytest.mark.parametrize(
        ("decided", "special", "policy", "repairable", "until"), [pytest.param(*one[1:], id=one[0]) for one in CASES]
    )
    def test_governs_the_decision(self, decided, special, policy, repairable, until):
        found, period = governed(decided, **special)
        assert (found.code, period.repairable_from.isoformat(), period.visible_until.isoformat()) == (
            policy,
            repairable,
            until,
        )

    @pytest.mark.parametrize("severity", ["general", "serious"])
    @pytest.mark.parametrize("field", ["food", "drug", "special-equipment", "work-safety", "fire", "emergency"])
    def test_of_a_field_has_a_row_for_each_severity(self, field, severity):
        rows = [one for one in LAW.policies if one.code == f"{field}-{severity}"]
        assert [(one.min_months, one.max_months, str(one.effective_until)) for one in rows] == [(12, 36, "2026-04-01")]

    def test_of_a_field_does_not_follow_from_words_outside_a_title(self):
        basis = "《中华人民共和国政府采购法》第七十七条，供应的食品安全不合格"
        assert governed("2025-11-28", basis=basis)[0].code == "general"


class TestStatedClass:
    @pytest.mark.parametrize(
        ("stated", "severity"),
        [
            pytest.param("1", "general", id="令36-一般"),
            pytest.param("3", "serious", id="令36-严重"),
            pytest.param("4", "minor", id="令36-轻微"),
            pytest.param("轻微", "minor", id="令36-轻微-文字"),
            pytest.param("0", "general", id="令36-未定"),
        ],
    )
    def test_of_the_department_decides(self, stated, severity):
        policy, period = governed("2026-11-10", severity=stated, override_reason="首次违法且危害后果轻微")
        assert policy.severity == severity
        assert policy.public is (severity != "minor")
        assert severity != "minor" or period.visible_until == add_months(dt.date(2026, 11, 10), 3)

    def test_minor_is_refused_without_its_reason(self):
        words = ORGANISATION | {"decided_on": "2026-11-10", "severity": "4"}
        filing, faults, _ = clean(words, LAW.filing_rules, TODAY, PLAIN)
        assert filing is None
        assert [(one.pointer, one.code) for one in faults] == [("/override_reason", "severity-reason-missing")]
