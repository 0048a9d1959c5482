"""A file is filed row by row, to its end, once, whatever happens in between."""

import csv
import io

import pytest

from registry import db
from registry.errors import Refusal
from registry.queries import penalties as penalty_questions
from registry.services import imports
from tests.factories.filings import FilingFactory

ROWS = 7


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 2)


def table(rows, encoding="utf-8"):
    """A CSV file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def firms(count=ROWS):
    """Plain filings."""
    return [dict(FilingFactory()) for _ in range(count)]


def received(clerk, data, **options):
    """The number of a file that was taken."""
    return db.perform(clerk, lambda work: imports.receive(work, data, "a.csv", imports.Options(**options)).id)


def run(clerk, number, perform=None):
    """File what is left of it; how it stands then."""
    imports.run(perform or (lambda act: db.perform(clerk, act)), clerk, number)
    return state(clerk, number)


def state(clerk, number):
    """(state, next row, filed, refused, rows filed in truth)."""
    with db.reading() as session:
        held = imports.of_account(session, clerk.account_id, number)
        truth = penalty_questions.listed(session, clerk.department_id, None, after=0, limit=1000)
        return held.state, held.next_row, held.filed, held.refused, len(truth)


@pytest.fixture
def clerk(people):
    """Who files."""
    return people["clerk"].actor


class TestRun:
    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_files_good_rows_and_names_bad_ones(self, clerk, encoding):
        rows = firms()
        rows[2]["fine"] = "x"
        rows[5] = dict(rows[1])
        number = received(clerk, table(rows, encoding))
        assert run(clerk, number) == ("finished", 7, 5, 2, 5)
        with db.reading() as session:
            told = [(one.row_number, one.column, one.code) for one in imports.findings(session, number)]
        assert (4, "fine", "amount-malformed") in told
        assert (7, "", "decision-already-filed") in told

    @pytest.mark.parametrize("stop", range(1, 6))
    def test_goes_on_behind_the_last_chunk_after_a_crash(self, clerk, stop):
        number = received(clerk, table(firms()))
        steps = 0

        def dying(act):
            nonlocal steps
            steps += 1
            if steps > stop:
                raise KeyboardInterrupt
            return db.perform(clerk, act)

        with pytest.raises(KeyboardInterrupt):
            run(clerk, number, dying)
        assert run(clerk, number) == ("finished", 7, 7, 0, 7)

    def test_loses_a_chunk_whose_commit_never_came_and_files_it_again(self, clerk):
        number = received(clerk, table(firms()))
        steps = 0

        def dying(act):
            nonlocal steps
            steps += 1

            def half(work):
                made = act(work)
                if steps == 3:
                    raise KeyboardInterrupt
                return made

            return db.perform(clerk, half)

        with pytest.raises(KeyboardInterrupt):
            run(clerk, number, dying)
        assert state(clerk, number)[1] == 2
        assert run(clerk, number) == ("finished", 7, 7, 0, 7)

    def test_again_changes_nothing(self, clerk):
        number = received(clerk, table(firms()))
        first = run(clerk, number)
        assert run(clerk, number) == first

    def test_of_two_at_once_files_no_row_twice(self, clerk):
        number = received(clerk, table(firms()))
        steps = 0

        def interrupted(act):
            nonlocal steps
            steps += 1
            if steps == 2:  # another process files everything between our first and second step
                run(clerk, number)
            return db.perform(clerk, act)

        assert run(clerk, number, interrupted) == ("finished", 7, 7, 0, 7)

    def test_forgets_the_bytes(self, clerk):
        number = received(clerk, table(firms(1)))
        run(clerk, number)
        with db.reading() as session:
            assert imports.of_account(session, clerk.account_id, number).sealed == b""


class TestReceive:
    def test_of_the_same_bytes_is_the_same_import(self, clerk, people):
        data = table(firms())
        assert received(clerk, data) == received(clerk, data)
        assert received(clerk, data, sectors=("construction",)) != received(clerk, data)

    def test_is_read_by_its_account_only(self, clerk, people):
        number = received(clerk, table(firms(1)))
        with db.reading() as session, pytest.raises(Refusal):
            imports.of_account(session, people["verifier"].actor.account_id, number)

    def test_states_sectors_for_rows_without(self, clerk):
        rows = firms(1)
        del rows[0]["sectors"]
        number = received(clerk, table(rows), sectors=("construction",))
        run(clerk, number)
        with db.reading() as session:
            [held] = penalty_questions.listed(session, clerk.department_id, None, after=0, limit=9)
            assert '"sectors":["construction"]' in held.filing.content


class TestPending:
    def test_is_what_did_not_reach_its_end(self, clerk):
        first, second = received(clerk, table(firms(1))), received(clerk, table(firms(2)))
        run(clerk, first)
        with db.reading() as session:
            assert [number for number, _ in imports.pending(session)] == [second]
        imports.run_pending(db.perform, [(second, clerk)])
        with db.reading() as session:
            assert imports.pending(session) == []

    def test_of_a_filer_without_the_role_fails_with_its_reason(self, clerk, people):
        number = received(clerk, table(firms(1)))
        robbed = people["verifier"].actor
        stolen = type(clerk)(clerk.account_id, clerk.name, robbed.role, clerk.department_id)
        imports.run_pending(db.perform, [(number, stolen)])
        assert state(clerk, number)[0] == "failed"
