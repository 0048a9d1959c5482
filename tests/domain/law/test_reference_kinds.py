from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from registry.domain.law.reference_kinds import Deadline, Measure, PenaltyKind, parse_reference_row
from registry.domain.law.reference_rows import overlapping_rows, row_body

FINE: dict[str, Any] = {
    "code": "02",
    "name": "罚款",
    "effective_from": date(2021, 7, 15),
    "source": "行政处罚法（2021修订）第九条第二项",
    "status": "confirmed",
    "code_2016": "1",
    "law_item": "(二)",
    "needs": "fine",
    "hearing": "large_amount",
    "severity": "general",
    "grave": False,
}
BAN: dict[str, Any] = {
    "code": "B9",
    "name": "禁止代理招标项目",
    "effective_from": "2000-01-01",
    "source": "招标投标法第五十条",
    "status": "confirmed",
    "statute": "招标投标法",
    "article": "第五十条",
    "roles": ["agent"],
    "trigger": "泄密",
    "ban": "禁止代理",
    "sectors": ["construction"],
    "only_must_tender": True,
    "effect": "bars",
    "discretionary": False,
    "territory": "national",
    "by_product": False,
    "phrases": [],
    "citations": [["招标投标法", "第五十条"], ["招标投标法", "第50条"]],
}


class TestRead:
    def test_gives_a_row_of_its_kind(self) -> None:
        row = parse_reference_row("penalty_kinds", FINE)
        assert isinstance(row, PenaltyKind)
        assert (row.code, row.needs, row.grave, row.effective_until) == ("02", "fine", False, None)

    def test_takes_a_date_as_iso_text(self) -> None:
        assert parse_reference_row("penalty_kinds", FINE | {"effective_from": "2021-07-15"}) == parse_reference_row(
            "penalty_kinds", FINE
        )

    def test_makes_lists_tuples_at_every_depth(self) -> None:
        row = parse_reference_row("measures", BAN)
        assert isinstance(row, Measure)
        assert row.roles == ("agent",)
        assert row.citations == (("招标投标法", "第五十条"), ("招标投标法", "第50条"))

    @pytest.mark.parametrize("key", sorted(FINE))
    def test_refuses_a_row_without_a_key(self, key: str) -> None:
        data = {name: value for name, value in FINE.items() if name != key}
        with pytest.raises(ValueError, match=f"missing key {key}"):
            parse_reference_row("penalty_kinds", data)

    def test_refuses_an_unknown_key_and_names_row_and_key(self) -> None:
        with pytest.raises(ValueError, match=r"'02'.*unknown key colour"):
            parse_reference_row("penalty_kinds", FINE | {"colour": "red"})

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("grave", 0),
            ("grave", "false"),
            ("name", 2),
            ("name", None),
            ("needs", "permission"),
            ("severity", "grave"),
            ("status", "sure"),
            ("effective_from", "2021-02-30"),
            ("effective_from", 20210715),
            ("source", " "),
        ],
    )
    def test_refuses_a_value_of_the_wrong_kind(self, key: str, value: object) -> None:
        with pytest.raises(ValueError, match=f"'02'.*{key}"):
            parse_reference_row("penalty_kinds", FINE | {key: value})

    @pytest.mark.parametrize("value", ["7", 7, [True], ["7"], [7.0]])
    def test_refuses_a_list_of_anything_else(self, value: object) -> None:
        data = row_body(
            Deadline(
                code="D01",
                name="公开",
                effective_from=date(2018, 7, 25),
                source="发改办财金〔2018〕424号",
                status="confirmed",
                value=(7,),
                unit="working_day",
                starts_at="决定之日",
                rule="公开",
                figure="",
            )
        )
        with pytest.raises(ValueError, match="value cannot be"):
            parse_reference_row("deadlines", data | {"value": value})

    def test_refuses_a_row_that_ends_before_it_begins(self) -> None:
        with pytest.raises(ValueError, match="effective_until"):
            parse_reference_row("penalty_kinds", FINE | {"effective_until": FINE["effective_from"]})


class TestBody:
    def test_is_json_able_and_read_back_equal(self) -> None:
        row = parse_reference_row("measures", BAN)
        data = row_body(row)
        assert data["effective_from"] == "2000-01-01"
        assert data["citations"] == BAN["citations"]
        assert data["min_months"] is None
        assert parse_reference_row("measures", data) == row


class TestInForce:
    def test_is_half_open(self) -> None:
        row = parse_reference_row("penalty_kinds", FINE | {"effective_until": date(2026, 1, 1)})
        assert not row.is_in_force(date(2021, 7, 14))
        assert row.is_in_force(date(2021, 7, 15))
        assert row.is_in_force(date(2025, 12, 31))
        assert not row.is_in_force(date(2026, 1, 1))


class TestOverlapping:
    def test_finds_two_versions_in_force_on_one_day(self) -> None:
        old = parse_reference_row("penalty_kinds", FINE | {"effective_until": date(2026, 1, 2)})
        new = replace(parse_reference_row("penalty_kinds", FINE), effective_from=date(2026, 1, 1))
        assert overlapping_rows([new, old]) == [(old, new)]

    def test_finds_none_where_one_ends_as_the_other_begins(self) -> None:
        old = parse_reference_row("penalty_kinds", FINE | {"effective_until": date(2026, 1, 1)})
        new = replace(parse_reference_row("penalty_kinds", FINE), effective_from=date(2026, 1, 1))
        other = replace(new, code="03")
        assert overlapping_rows([new, other, old]) == []
