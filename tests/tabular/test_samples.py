"""The sample files stay readable, and are what their generator makes."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from registry import tabular
from registry.domain import identifiers
from registry.domain.filing import columns
from registry.domain.filing.parse import clean
from registry.tabular import filings
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
OFFICE = "penalties_office.xlsx"


def read(path: Path) -> list[dict[str, str]]:
    return [row.cells for row in tabular.read_table(path.read_bytes()).rows]


@pytest.mark.parametrize(
    "name", [*NAMES, OFFICE, "bidders.csv", "debtors.csv", "debtors_update.csv", "debtor_bidders.csv"]
)
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


def test_the_table_of_an_office_gives_what_the_columns_of_2018_give() -> None:
    rules = replace(
        RULES,
        kinds=(*RULES.kinds, type(RULES.kinds[0])("08", "通报批评", "", "")),
        districts={code: samples.county(code) for code in synthetic.DISTRICTS},
        default_sectors=("procurement",),
        department_name=synthetic.FINANCE_AUTHORITY[0],
        department_code=synthetic.FINANCE_AUTHORITY[1],
    )
    filed = {}
    for name in (NAMES[0], OFFICE):
        file = filings.read_filings((FOLDER / name).read_bytes(), name, rules, dt.date(2026, 11, 22))
        filed[name] = [row.filing for row in file.rows]
    assert filed[OFFICE] == filed[NAMES[0]]
    assert filed[OFFICE].count(None) == 1
    notes = [(note.code, note.sheet, note.row) for note in file.notes]
    assert notes == [
        ("rows-above-heading", "处罚台账", 0),
        ("totals-row", "处罚台账", 29),
        ("note-row", "处罚台账", 31),
        ("note-row", "处罚台账", 32),
        ("sheet-left-out", "填表说明", 0),
        ("column-left-out", "处罚台账", 0),
        ("department-default", "处罚台账", 0),
    ]


def test_generated_codes_are_valid_and_differ() -> None:
    made = [firm.uscc for firm in synthetic.firms(2000, seed=3)]
    assert len(set(map(identifiers.uscc, made))) == 2000
