"""A place on another authority's list as its row states it."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.cases.adopted_listing import ListState, list_names, parse_place
from registry.domain.filing import list_columns
from registry.domain.law.reference import Reference
from tests.contract.test_reference import ROWS
from tests.domain.filing.filing_rows import RULES
from tests.support.lists import DAY, firm

REFERENCE = Reference(ROWS)
RULES_OF_LISTS = dataclasses.replace(RULES, legal_representative_required=False)
LISTED = dt.date(2024, 11, 25)


def read(**special: str) -> tuple[dt.date, set[str], set[str]]:
    """The first day of a place, and the faults and notes of its row."""
    scheme = REFERENCE.scheme("judgment-debtor", DAY)
    assert scheme
    row = firm(1, **special)
    headings = list_columns.resolve(tuple(row))
    state = ListState(scheme, list_names(REFERENCE, scheme.code), DAY, DAY)
    place, faults, notes = parse_place(headings.cells(row), headings, state, RULES_OF_LISTS)
    return place.starts_on, {fault.code for fault in faults}, {f"{note.pointer} {note.code}" for note in notes}


@given(
    st.dates(LISTED - dt.timedelta(days=60), LISTED + dt.timedelta(days=60)), st.sampled_from(("%Y-%m-%d", "%Y/%m/%d"))
)
def test_a_term_that_begins_on_another_day_than_the_listing_is_noted(first: dt.date, style: str) -> None:
    starts_on, faults, notes = read(有效期自=first.strftime(style))
    assert (starts_on, faults) == (first, set())
    assert ("/有效期自 start-differs" in notes) is (first != LISTED)


@pytest.mark.parametrize("special", [{}, {"有效期自": ""}])
def test_a_term_without_a_first_day_begins_with_the_listing(special: dict[str, str]) -> None:
    starts_on, faults, notes = read(**special)
    assert (starts_on, faults) == (LISTED, set())
    assert not any("start-differs" in note for note in notes)
