"""The rows of a file that are kept page by page: what is found in them is what the file has."""

from functools import partial

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.models import ImportRowPage, PenaltyImport
from registry.services.cases import import_review, import_rows, penalty_import
from registry.services.cases.penalty_import import Options
from registry.tabular import filings
from tests.services.cases.test_import_review import staged
from tests.services.cases.test_penalty_import import firms

ROWS = 2 * import_rows.ROWS_PER_PAGE + 5


@pytest.fixture
def clerk(people):
    return people["clerk"].actor


@pytest.fixture
def number(clerk):
    """A file of three pages, one of whose rows has a fault, before its pages are made."""
    rows = firms(ROWS)
    rows[7]["fine"] = "x"
    number = staged(clerk, rows)
    runtime.perform(clerk, lambda work: import_rows.forget(work, number))
    return number


def keep(clerk, number):
    import_rows.keep(partial(runtime.perform, clerk), number)


def find(number, wanted):
    """What is found, and what the file itself has."""
    vault = runtime.keys().vault
    with runtime.reading() as session:
        row = session.get_one(PenaltyImport, number)
        reading = penalty_import.load_options(row).reading
        source = filings.read_source(vault.open(row.sealed), row.filename, reading)
        found = import_rows.find_rows(session, vault, row, wanted), import_rows.find_headings(session, vault, row)
        return found, (dict(source.rows), source.headings)


def pages(number):
    with runtime.reading() as session:
        counted = select(func.count()).where(ImportRowPage.import_id == number)
        return session.execute(counted).scalar_one()


class TestKeep:
    def test_is_done_by_the_check_from_its_own_reading(self, clerk):
        number = staged(clerk, firms(3))
        assert pages(number) == 2
        (rows, headings), (all_rows, all_headings) = find(number, [("", 2), ("", 4)])
        assert rows == {place: all_rows[place] for place in (("", 2), ("", 4))}
        assert headings == all_headings

    def test_gives_the_cells_of_the_file_before_and_after(self, clerk, number):
        places = [("", row) for row in (2, import_rows.ROWS_PER_PAGE + 1, import_rows.ROWS_PER_PAGE + 2, ROWS + 1)]
        for expected_pages in (0, 4):
            assert pages(number) == expected_pages
            (rows, headings), (all_rows, all_headings) = find(number, [*places, ("", 9_999), ("其他", 1)])
            assert rows == {place: all_rows[place] for place in places}
            assert headings == all_headings
            assert find(number, 7)[0][0] == {("", 7): all_rows["", 7]}
            keep(clerk, number)

    def test_keeps_a_file_once_and_leaves_it_out_of_what_is_pending(self, clerk, number):
        keep(clerk, number)
        keep(clerk, number)
        with runtime.reading() as session:
            assert number not in dict(import_rows.pending(session))
        assert pages(number) == 4

    def test_hides_what_the_cells_say(self, clerk, number):
        keep(clerk, number)
        with runtime.reading() as session:
            stored = b"".join(session.scalars(select(ImportRowPage.sealed).where(ImportRowPage.import_id == number)))
        assert "有限公司".encode() not in stored

    def test_is_undone_when_headings_mean_something_else(self, clerk, number):
        keep(clerk, number)
        restated = Options(("procurement",), mapping={"fine": "fine:元"})
        read_id = runtime.perform(clerk, lambda work: import_review.restate(work, number, restated).id)
        assert pages(read_id) == 0
        import_review.check(partial(runtime.perform, clerk), clerk, read_id)
        keep(clerk, read_id)
        (_, headings), (_, expected) = find(read_id, 1)
        assert headings == expected
