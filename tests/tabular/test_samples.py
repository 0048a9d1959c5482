"""The sample files stay readable, and are what their generator makes."""

import datetime as dt
from pathlib import Path

import pytest

from registry import tabular
from registry.domain import identifiers
from registry.domain.filing import columns
from registry.domain.filing.parse import clean
from tests.domain.filing.filing_rows import RULES
from tools import samples, synthetic

FOLDER = Path(__file__).resolve().parents[2] / "samples"
NAMES = (
    "penalties_cf2018.xlsx",
    "penalties_cf2016.csv",
    "penalties_zh.csv",
    "penalties.xml",
    "penalties.json",
)


def read(path: Path) -> list[dict[str, str]]:
    return [row.cells for row in tabular.read_table(path.read_bytes()).rows]


@pytest.mark.parametrize("name", [*NAMES, "bidders.csv", "debtors.csv", "debtors_update.csv", "debtor_bidders.csv"])
def test_a_sample_is_what_its_generator_writes(name: str, tmp_path: Path) -> None:
    samples.write(tmp_path)
    assert read(FOLDER / name) == read(tmp_path / name)


def test_the_demonstration_takes_in_the_list_of_the_week_before() -> None:
    demo = FOLDER.parent / "registry" / "demo" / "debtors.csv"
    assert demo.read_bytes() == (FOLDER / "debtors.csv").read_bytes()


@pytest.mark.parametrize(("name", "refused"), [(NAMES[0], [14]), *((name, []) for name in NAMES[1:])])
def test_a_sample_has_just_its_bad_row(name: str, refused: list[int]) -> None:
    sheet = tabular.read_table((FOLDER / name).read_bytes())
    headings = columns.resolve(sheet.columns)
    districts = synthetic.DISTRICTS
    kinds = (*RULES.kinds, type(RULES.kinds[0])("08", "通报批评", "", ""))
    rules = type(RULES)(kinds, RULES.sectors, {}, districts, RULES.id_types, {}, default_authority_code="x")
    outcomes = {
        row.number: clean(headings.cells(row.cells), rules, dt.date(2026, 11, 22), headings) for row in sheet.rows
    }
    assert [number for number, (filing, _, _) in outcomes.items() if filing is None] == refused


def test_generated_codes_are_valid_and_differ() -> None:
    made = [firm.uscc for firm in synthetic.firms(2000, seed=3)]
    assert len(set(map(identifiers.uscc, made))) == 2000
