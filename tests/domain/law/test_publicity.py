import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry
from registry.domain.law.publicity import Publicity, add_months, period, policy_for, severity
from registry.domain.law.reference_kinds import PenaltyKind, Policy, parse_reference_row
from registry.refusals.content import NoPolicy

REFERENCE = Path(registry.__file__).parent / "reference"


def rows(kind: str) -> list[Any]:
    return [
        parse_reference_row(kind, data)
        for data in tomllib.loads((REFERENCE / f"{kind}.toml").read_text("utf-8"))["rows"]
    ]


KINDS: dict[str, PenaltyKind] = {row.code: row for row in rows("penalty_kinds")}
POLICIES: list[Policy] = rows("policies")
DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))


def policy(code: str = "p", **values: Any) -> Policy:
    base = {
        "code": code,
        "name": "公示期限",
        "effective_from": date(2020, 1, 1),
        "source": "某办法第一条",
        "status": "confirmed",
        "severity": "general",
        "min_months": 3,
        "max_months": 12,
        "public": True,
        "scope": "general",
        "match": "",
    }
    row = parse_reference_row("policies", base | values)
    assert isinstance(row, Policy)
    return row


def chosen(policies: list[Policy], on: str = "2026-11-20", **asked: Any) -> Policy:
    question = {"severity": "general", "authority_name": "某市财政局", "sectors": ("procurement",)} | asked
    return policy_for(policies, document_date=date.fromisoformat(on), **question)


class TestSeverity:
    @pytest.mark.parametrize(
        ("codes", "expected"),
        [
            pytest.param("01", "minor", id="令36 警告"),
            pytest.param("08", "minor", id="令36 通报批评"),
            pytest.param("01 02", "general", id="令36 警告和罚款"),
            pytest.param("02 03", "general", id="令36 罚款和没收"),
            pytest.param("02 05", "serious", id="令36 罚款和吊销"),
            pytest.param("13", "serious", id="令36 限制从业"),
            pytest.param("", "general", id="no kind known"),
        ],
    )
    def test_is_the_gravest_of_the_kinds(self, codes: str, expected: str) -> None:
        assert severity(KINDS[code] for code in codes.split()) == expected


class TestPolicyFor:
    @pytest.mark.parametrize(
        ("on", "grade", "bounds", "public"),
        [
            pytest.param("2026-04-01", "minor", (0, 3), False, id="令36 轻微"),
            pytest.param("2026-04-01", "general", (3, 12), True, id="令36 一般"),
            pytest.param("2026-04-01", "serious", (12, 36), True, id="令36 严重"),
            pytest.param("2026-03-31", "serious", (3, 36), True, id="令58 last day"),
            pytest.param("2004-01-01", "general", (3, 36), True, id="earliest day"),
        ],
    )
    def test_follows_the_document_date(self, on: str, grade: str, bounds: Any, public: bool) -> None:
        found = chosen(POLICIES, on, severity=grade)
        assert (found.min_months, found.max_months) == bounds
        assert found.public is public

    def test_lets_the_rule_of_the_authority_go_before_the_general_one(self) -> None:
        asked = {"authority_name": "盐城市市场监督管理局", "severity": "general"}
        assert chosen(POLICIES, "2021-08-31", **asked).code == "general"
        assert chosen(POLICIES, "2021-09-01", **asked).code == "market-general"

    def test_hides_a_mere_warning_of_market_supervision(self) -> None:
        assert not chosen(POLICIES, authority_name="盐城市市场监督管理局", severity="minor").public

    def test_takes_the_most_specific(self) -> None:
        general = policy("general")
        sector = policy("sector", scope="sector", match="procurement")
        authority = policy("authority", scope="authority", match="财政")
        scheme = policy("scheme", scope="scheme", match="wage-arrears")
        every = [sector, scheme, general, authority]
        assert chosen(every, scheme="wage-arrears") is scheme
        assert chosen(every) is authority
        assert chosen(every, authority_name="某市水利局") is sector
        assert chosen(every, authority_name="某市水利局", sectors=("medical",)) is general

    def test_takes_the_latest_among_equals(self) -> None:
        old, new = policy("a"), policy("b", effective_from=date(2022, 1, 1))
        assert chosen([new, old]) is new

    def test_is_refused_when_none_is_in_force(self) -> None:
        with pytest.raises(NoPolicy):
            chosen(POLICIES, "2003-12-31")
        with pytest.raises(NoPolicy):
            chosen([policy(severity="serious")])


class TestPeriod:
    def test_is_the_maximum_when_nothing_is_stated(self) -> None:
        found = period(policy(), date(2026, 11, 20))
        assert found == Publicity(date(2027, 11, 20), date(2027, 2, 20), None)

    @pytest.mark.parametrize("stated", [date(2027, 2, 20), date(2027, 6, 1), date(2027, 11, 20)])
    def test_honours_a_stated_end_within_the_bounds(self, stated: date) -> None:
        assert period(policy(), date(2026, 11, 20), stated) == Publicity(stated, date(2027, 2, 20), None)

    @pytest.mark.parametrize(
        ("stated", "moved", "why"),
        [
            (date(1900, 1, 1), date(2027, 2, 20), "最短公示期3个月"),
            (date(2027, 2, 19), date(2027, 2, 20), "最短公示期3个月"),
            (date(2027, 11, 21), date(2027, 11, 20), "最长公示期12个月"),
            (date(2099, 12, 31), date(2027, 11, 20), "最长公示期12个月"),
        ],
    )
    def test_moves_a_stated_end_to_the_bound_and_says_why(self, stated: date, moved: date, why: str) -> None:
        found = period(policy(), date(2026, 11, 20), stated)
        assert found.visible_until == moved
        assert found.note is not None
        assert why in found.note
        assert "某办法第一条" in found.note

    @given(
        row=st.sampled_from(POLICIES),
        document=DAYS,
        stated=st.none() | st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    )
    def test_is_never_negative_and_never_longer_than_the_policy(
        self, row: Policy, document: date, stated: date | None
    ) -> None:
        found = period(row, document, stated)
        assert document <= found.repairable_from <= found.visible_until
        assert found.visible_until <= add_months(document, row.max_months)
        assert (found.note is None) == (stated in (None, found.visible_until))


class TestAddMonths:
    @pytest.mark.parametrize(
        ("day", "months", "expected"),
        [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2026-11-30", 3, "2027-02-28"),
            ("2026-12-15", 0, "2026-12-15"),
            ("2026-12-15", 1, "2027-01-15"),
            ("2026-01-15", -1, "2025-12-15"),
        ],
    )
    def test_stays_within_the_month(self, day: str, months: int, expected: str) -> None:
        assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)

    @given(day=DAYS, months=st.integers(0, 60), more=st.integers(0, 60))
    def test_never_goes_back(self, day: date, months: int, more: int) -> None:
        assert day <= add_months(day, months) <= add_months(day, months + more)
