"""The reference data keeps its promises: sources, versions, cross references, wording of the annexes."""

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import registry
from registry.domain.law.reference_kinds import KINDS, Behaviour, Measure, Scheme, Sector, parse_reference_row
from registry.domain.law.reference_rows import overlapping_rows, row_body

REFERENCE = Path(registry.__file__).parent / "reference"
DOMAIN = Path(registry.__file__).parents[2] / "shared" / "domain"
TODAY = date(2026, 11, 22)


def load(kind: str) -> list[Any]:
    document = tomllib.loads((REFERENCE / f"{kind}.toml").read_text("utf-8"))
    assert list(document) == ["rows"]
    return [parse_reference_row(kind, data) for data in document["rows"]]


ROWS = {kind: load(kind) for kind in KINDS}


def codes(kind: str) -> set[str]:
    return {row.code for row in ROWS[kind]}


class TestFiles:
    def test_are_one_for_each_kind(self) -> None:
        assert {path.stem for path in REFERENCE.glob("*.toml")} == set(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_cite_a_source_and_a_status_in_every_row(self, kind: str) -> None:
        assert ROWS[kind]
        for row in ROWS[kind]:
            assert row.source.strip(), row.code
            assert row.status in ("confirmed", "unconfirmed"), row.code

    @pytest.mark.parametrize("kind", KINDS)
    def test_have_one_version_of_a_code_on_any_day(self, kind: str) -> None:
        assert overlapping_rows(ROWS[kind]) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_survive_the_way_through_json(self, kind: str) -> None:
        assert [parse_reference_row(kind, row_body(row)) for row in ROWS[kind]] == ROWS[kind]


class TestCounts:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (
                "sectors",
                {"housing", "land_use", "mining", "procurement", "property", "construction", "medical"},
            ),
            (
                "catalogue",
                {f"1-{n:02}" for n in range(1, 28)} | {f"2-{n:02}" for n in range(1, 19)},
            ),
            ("penalty_kinds", {f"{n:02}" for n in range(1, 15)}),
            ("measures", {f"B{n}" for n in range(1, 28)}),
            ("deadlines", {f"D{n:02}" for n in range(1, 37)}),
            ("calendar", {str(year) for year in range(2004, 2027)}),
            (
                "id_types",
                {"001", "099", "111", "114", "115", "154"}
                | {"411", "412", "413", "414", "511", "513", "516", "553", "554"},
            ),
        ],
    )
    def test_are_complete(self, kind: str, expected: set[str]) -> None:
        assert codes(kind) == expected

    def test_hold_four_categories_the_fourth_inactive(self) -> None:
        rows: list[Behaviour] = ROWS["behaviours"]
        assert {row.code for row in rows if not row.parent} == {"N1", "N2", "N3", "N4"}
        assert all(row.active is not row.code.startswith("N4") for row in rows)


class TestReferences:
    def test_of_a_sector_reach_its_own_catalogue_items(self) -> None:
        items = {row.code: row.sector for row in ROWS["catalogue"]}
        sectors: list[Sector] = ROWS["sectors"]
        for sector in sectors:
            assert {items[code] for code in sector.catalogue} == {sector.code}
        listed = [code for sector in sectors for code in sector.catalogue]
        assert sorted([*listed, "1-01"]) == sorted(items)

    def test_of_a_sector_carry_credit_items_where_the_plan_demands_them(self) -> None:
        items = {row.code: row.content for row in ROWS["catalogue"]}
        for sector in ROWS["sectors"]:
            has = any("违法违规处罚" in items[code] for code in sector.catalogue)
            assert has is sector.credit_duty, sector.code

    def test_of_a_behaviour_reach_its_parent(self) -> None:
        tops = {row.code for row in ROWS["behaviours"] if not row.parent}
        for row in ROWS["behaviours"]:
            assert not row.parent or (row.parent in tops and row.code.startswith(f"{row.parent}-")), row.code

    def test_of_a_measure_reach_sectors_and_stay_within_bounds(self) -> None:
        rows: list[Measure] = ROWS["measures"]
        for row in rows:
            assert row.sectors, row.code
            assert set(row.sectors) <= codes("sectors"), row.code
            assert (row.min_months or 0) <= (row.max_months or 999), row.code
            assert row.phrases or not row.citations, row.code
            assert row.citations or row.effect != "bars", row.code  # a phrase alone bars nobody

    def test_of_measures_with_one_phrase_differ_in_their_citations(self) -> None:
        groups = [(row.by_product, group) for row in ROWS["measures"] for group in row.citations]
        assert len(groups) == len(set(groups))

    def test_of_a_scheme_reach_measures_and_an_adequate_basis(self) -> None:
        adequate = {"law", "regulation", "central_document", "local_regulation"}
        rows: list[Scheme] = ROWS["schemes"]
        for row in rows:
            assert set(row.measures) <= codes("measures"), row.code
            assert row.may_publish is (row.basis_level in adequate), row.code
            assert row.may_publish or not row.measures, row.code

    def test_of_a_relation_reach_nobody_without_a_text(self) -> None:
        for row in ROWS["relation_kinds"]:
            assert row.status == "confirmed" or {row.to_other, row.to_subject} == {"attention"}, row.code
        kinds = {row.code for row in ROWS["relation_kinds"]}
        assert kinds == {
            "former_name",
            "changed_code",
            "branch",
            "legal_representative",
            "controller",
            "reregistration",
        }

    def test_of_a_policy_match_its_scope(self) -> None:
        for row in ROWS["policies"]:
            assert bool(row.match) is (row.scope != "general"), row.code
            assert row.scope != "sector" or row.match in codes("sectors"), row.code
            assert row.scope != "scheme" or row.match in codes("schemes"), row.code


class TestLaw:
    @pytest.mark.parametrize(
        ("code", "months"),
        [
            pytest.param("B1", (12, 36), id="政府采购法 77"),
            pytest.param("B2", (12, 36), id="政府采购法 78"),
            pytest.param("B5", (12, 36), id="政府采购法实施条例 73"),
            pytest.param("B6", (12, 24), id="招标投标法 53"),
            pytest.param("B7", (12, 36), id="招标投标法 54"),
            pytest.param("B8", (24, 60), id="招标投标法 60"),
            pytest.param("B9", (12, 24), id="招标投标法 50"),
            pytest.param("B10", (12, 24), id="招标投标法实施条例 67"),
            pytest.param("B11", (12, 36), id="招标投标法实施条例 68"),
            pytest.param("B12", (None, None), id="招标投标法 56"),
        ],
    )
    def test_bounds_the_length_of_a_ban(self, code: str, months: tuple[int | None, int | None]) -> None:
        row = next(row for row in ROWS["measures"] if row.code == code)
        assert (row.min_months, row.max_months) == months

    def test_lets_an_ended_procurement_ban_bar_nobody(self) -> None:
        effects = {row.code: row.effect for row in ROWS["measures"]}
        assert (effects["B3"], effects["B4"]) == ("review", "none")

    def test_confines_tender_bans_to_projects_that_must_be_tendered(self) -> None:
        found = {row.code for row in ROWS["measures"] if row.only_must_tender}
        assert found == {"B6", "B7", "B8", "B9", "B10", "B11", "B12", "B27"}

    def test_calls_suspension_revocation_and_closure_grave(self) -> None:
        assert {row.code for row in ROWS["penalty_kinds"] if row.grave} == {"04", "05", "14"}

    @pytest.mark.parametrize(
        ("code", "value"),
        [
            pytest.param("summary_citizen_fen", 200_00, id="行政处罚法 51 公民"),
            pytest.param("summary_organisation_fen", 3_000_00, id="行政处罚法 51 组织"),
            pytest.param("large_fine_fen", 2_000_000_00, id="财库〔2022〕3号"),
            pytest.param("lookback_months", 36, id="政府采购法 22"),
        ],
    )
    def test_gives_the_thresholds(self, code: str, value: int) -> None:
        assert next(row.value for row in ROWS["thresholds"] if row.code == code) == value

    @pytest.mark.parametrize("severity", ["minor", "general", "serious"])
    def test_leaves_no_day_without_a_general_policy(self, severity: str) -> None:
        rows = [row for row in ROWS["policies"] if row.scope == "general" and row.severity == severity]
        rows.sort(key=lambda row: row.effective_from)
        assert rows[0].effective_from == date(2004, 1, 1)
        assert [row.effective_until for row in rows] == [*(row.effective_from for row in rows[1:]), None]

    def test_holds_every_day_of_a_year_under_its_year(self) -> None:
        for row in ROWS["calendar"]:
            days = [*row.holidays, *row.workdays]
            assert {str(day.year) for day in days} == {row.code}
            assert len(days) == len(set(days))
            assert all(day.weekday() < 5 for day in row.holidays)
            assert all(day.weekday() >= 5 for day in row.workdays)

    def test_is_in_force_today(self) -> None:
        for kind in KINDS:
            ended = codes(kind) - {row.code for row in ROWS[kind] if (row.effective_until or date.max) > TODAY}
            # special rules of publicity have ended without a successor; what else ends has one
            assert not ended or kind in ("policies", "thresholds"), kind
            assert {row.code for row in ROWS[kind] if row.is_in_force(TODAY)} == codes(kind) - ended


def source(name: str) -> list[dict[str, str]]:
    if not DOMAIN.is_dir():
        pytest.skip("the texts this data was taken from are not beside the repository")
    with (DOMAIN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestWording:
    @pytest.mark.parametrize("annex", [1, 2])
    def test_of_the_annexes_is_verbatim(self, annex: int) -> None:
        columns = ("sector", "category", "content", "attribute", "subjects")
        ours = [row for row in ROWS["catalogue"] if row.annex == annex]
        assert [(str(row.number), *(getattr(row, name) for name in columns)) for row in ours] == [
            (line["no"], *(line[name] for name in columns)) for line in source(f"annex{annex}.csv")
        ]

    def test_of_the_marks_follows_the_evidence(self) -> None:
        marks = {line["id"]: line["mark"] for line in source("deadlines.csv")}
        assert {row.code: row.status for row in ROWS["deadlines"] if row.code in marks} == marks
        # what the evidence does not list, a later reading added as configuration
        assert all(row.status == "unconfirmed" for row in ROWS["deadlines"] if row.code not in marks)

    def test_of_the_penalty_kinds_follows_both_code_sets(self) -> None:
        theirs = {(r["code_2021"], r["code_2016"], r["kind_cn"]) for r in source("penalty_kinds.csv")}
        assert {(row.code, row.code_2016, row.name) for row in ROWS["penalty_kinds"]} == theirs
