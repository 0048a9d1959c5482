"""A file is filed row by row, to its end, once, whatever happens in between."""

import csv
import io
import json
import threading
from dataclasses import replace

import pytest

from registry import runtime
from registry.domain.permissions import Role
from registry.errors import Refusal
from registry.models import PenaltyImport
from registry.queries.cases import penalties
from registry.refusals.acts import ConcurrentChange, OutOfRole, QueryRefused, StoreUnavailable
from registry.services.cases import penalty_import
from tests.support import dying
from tests.support.filings import FilingFactory

ROWS = 7


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(penalty_import, "CHUNK", 2)


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
    return runtime.perform(
        clerk, lambda work: penalty_import.store_import(work, data, "a.csv", penalty_import.Options(**options)).id
    )


def run(clerk, number, perform=None):
    """File what is left of it; how it stands then."""
    penalty_import.run(perform or (lambda act: runtime.perform(clerk, act)), clerk, number)
    return state(clerk, number)


def state(clerk, number):
    """(state, next row, filed, refused, rows filed in truth)."""
    with runtime.reading() as session:
        held = penalty_import.import_of_account(session, clerk.account_id, number)
        truth = penalties.list_penalties(session, clerk.department_id, None, after=0, limit=1000)
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
        with runtime.reading() as session:
            told = [(one.row_number, one.column, one.code) for one in penalty_import.findings(session, number)]
        assert (4, "fine", "amount-malformed") in told
        assert (7, "", "decision-already-filed") in told

    @pytest.mark.parametrize("stop", range(1, 6))
    def test_goes_on_behind_the_last_chunk_after_a_crash(self, clerk, stop):
        number = received(clerk, table(firms()))
        with pytest.raises(KeyboardInterrupt):
            run(clerk, number, dying.after(clerk, stop))
        assert run(clerk, number) == ("finished", 7, 7, 0, 7)

    def test_loses_a_chunk_whose_commit_never_came_and_files_it_again(self, clerk):
        number = received(clerk, table(firms()))
        with pytest.raises(KeyboardInterrupt):
            run(clerk, number, dying.within(clerk, 3))
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
            return runtime.perform(clerk, act)

        assert run(clerk, number, interrupted) == ("finished", 7, 7, 0, 7)

    def test_keeps_the_bytes_sealed_for_the_verifier(self, clerk):
        data = table(firms(1))
        number = received(clerk, data)
        run(clerk, number)
        with runtime.reading() as session:
            kept = penalty_import.import_of_account(session, clerk.account_id, number).sealed
        assert runtime.keys().vault.open(kept) == data
        assert data not in kept


class TestReceive:
    def test_of_the_same_bytes_is_the_same_import(self, clerk, people):
        data = table(firms())
        assert received(clerk, data) == received(clerk, data)
        assert received(clerk, data, sectors=("construction",)) != received(clerk, data)

    def test_is_read_by_its_account_only(self, clerk, people):
        number = received(clerk, table(firms(1)))
        with runtime.reading() as session, pytest.raises(Refusal):
            penalty_import.import_of_account(session, people["verifier"].actor.account_id, number)

    def test_states_sectors_for_rows_without(self, clerk):
        rows = firms(1)
        del rows[0]["sectors"]
        number = received(clerk, table(rows), sectors=("construction",))
        run(clerk, number)
        with runtime.reading() as session:
            [held] = penalties.list_penalties(session, clerk.department_id, None, after=0, limit=9)
            assert '"sectors":["construction"]' in held.filing.content


class TestAtOnce:
    """The process that received a file goes on with the tables that it found then."""

    @staticmethod
    def taken(clerk, data):
        return runtime.perform(
            clerk, lambda work: penalty_import.receive(work, data, "a.csv", penalty_import.Options())
        )

    @staticmethod
    def run(clerk, number, taken, perform=None):
        penalty_import.run(perform or (lambda act: runtime.perform(clerk, act)), clerk, number, received=taken)
        return state(clerk, number)

    def test_files_every_row_without_reading_the_file_again(self, clerk):
        taken = self.taken(clerk, table(firms()))
        number = taken.import_row.id
        runtime.perform(
            clerk, lambda work: setattr(work.session.get_one(PenaltyImport, number), "sealed", b"unreadable")
        )
        assert self.run(clerk, number, taken) == ("finished", 7, 7, 0, 7)

    def test_goes_on_where_it_stopped(self, clerk):
        taken = self.taken(clerk, table(firms()))
        steps = 0

        def stopping(act):
            nonlocal steps
            steps += 1
            if steps == 3:
                raise KeyboardInterrupt
            return runtime.perform(clerk, act)

        with pytest.raises(KeyboardInterrupt):
            self.run(clerk, taken.import_row.id, taken, stopping)
        assert state(clerk, taken.import_row.id) == ("running", 2, 2, 0, 2)
        assert self.run(clerk, taken.import_row.id, taken) == ("finished", 7, 7, 0, 7)

    def test_reads_the_file_of_another_import(self, clerk):
        first, second = self.taken(clerk, table(firms(3))), self.taken(clerk, table(firms(5)))
        assert self.run(clerk, second.import_row.id, first) == ("finished", 5, 5, 0, 5)
        assert self.run(clerk, first.import_row.id, first) == ("finished", 3, 3, 0, 8)

    def test_of_bytes_that_were_stored_before_reads_them(self, clerk):
        data = table(firms(3))
        self.taken(clerk, data)
        again = self.taken(clerk, data)
        assert again.file is None
        assert self.run(clerk, again.import_row.id, again) == ("finished", 3, 3, 0, 3)


class TestPending:
    def test_is_what_did_not_reach_its_end(self, clerk):
        first, second = received(clerk, table(firms(1))), received(clerk, table(firms(2)))
        run(clerk, first)
        with runtime.reading() as session:
            assert [number for number, _ in penalty_import.pending_imports(session)] == [second]
        penalty_import.run_pending(runtime.perform, [(second, clerk)])
        with runtime.reading() as session:
            assert penalty_import.pending_imports(session) == []

    def test_of_a_filer_without_the_role_fails_with_its_reason(self, clerk, people):
        number = received(clerk, table(firms(1)))
        robbed = people["verifier"].actor
        stolen = type(clerk)(clerk.account_id, clerk.name, robbed.role, clerk.department_id)
        penalty_import.run_pending(runtime.perform, [(number, stolen)])
        assert state(clerk, number)[0] == "failed"

    @pytest.mark.parametrize("error", [ConcurrentChange(), ValueError("320981199912310005")])
    def test_goes_on_past_a_file_that_stopped_and_keeps_it(self, clerk, caplog, error):
        bad, good = received(clerk, table(firms(3))), received(clerk, table(firms(2)))
        steps = 0

        def perform(actor, act):
            nonlocal steps
            steps += 1
            if steps == 3:
                raise error
            return runtime.perform(actor, act)

        penalty_import.run_pending(perform, [(bad, clerk), (good, clerk)])
        assert (state(clerk, bad)[:3], state(clerk, good)[0]) == (("running", 2, 2), "finished")
        assert type(error).__name__ in caplog.text
        assert "3209" not in caplog.text
        penalty_import.run_pending(runtime.perform, [(bad, clerk)])
        assert state(clerk, bad) == ("finished", 3, 3, 0, 5)

    def test_ends_when_the_store_is_away(self, clerk):
        def away(actor, act):
            raise StoreUnavailable()

        with pytest.raises(StoreUnavailable):
            penalty_import.run_pending(away, [(received(clerk, table(firms(1))), clerk)])

    def test_a_failure_after_the_end_changes_nothing(self, clerk):
        number = received(clerk, table(firms(1)))
        done = run(clerk, number)
        runtime.perform(clerk, lambda work: penalty_import._mark_failed(work, number, OutOfRole()))
        assert state(clerk, number) == done


class TestAgain:
    """The same bytes, after they came to nothing."""

    def test_after_failure_everything_is_filed(self, clerk):
        data = table(firms(3))
        number = received(clerk, data)
        penalty_import.run_pending(runtime.perform, [(number, replace(clerk, role=Role.VERIFIER))])
        with runtime.reading() as session:
            assert penalty_import.import_of_account(session, clerk.account_id, number).sealed != b""
            assert [one.code for one in penalty_import.findings(session, number)] == ["out-of-role"]
        assert received(clerk, data) == number
        assert run(clerk, number) == ("finished", 3, 3, 0, 3)
        with runtime.reading() as session:
            assert penalty_import.findings(session, number) == []

    def test_after_refusals_every_row_is_judged_anew(self, clerk):
        data = table([*firms(2), dict(FilingFactory(sectors="construction"))])
        poor = replace(clerk, sectors=frozenset({"construction"}))
        number = received(poor, data)
        assert run(poor, number) == ("finished", 3, 1, 2, 1)
        assert received(clerk, data) == number
        assert run(clerk, number) == ("finished", 3, 2, 0, 3)  # the third is on file unchanged
        with runtime.reading() as session:
            assert penalty_import.findings(session, number) == []

    def test_a_run_overtaken_by_it_files_nothing_twice(self, clerk):
        data = table(firms())
        number = received(clerk, data)
        steps = 0

        def overtaken(act):
            nonlocal steps
            steps += 1
            if steps == 4:
                runtime.perform(clerk, lambda work: penalty_import._mark_failed(work, number, OutOfRole()))
                assert received(clerk, data) == number
            return runtime.perform(clerk, act)

        assert run(clerk, number, overtaken)[:2] == ("running", 0)
        assert run(clerk, number) == ("finished", 7, 3, 0, 7)  # four are on file unchanged


class TestOptions:
    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"sectors": ("shipping",)}, "sector-unknown"),
            ({"district": "999999"}, "district-unknown"),
            ({"authority_code": "11320900MA0T000011"}, "uscc-malformed"),
            ({"authority_code": "320981199912310005"}, "uscc-malformed"),
        ],
    )
    def test_with_an_unknown_code_are_refused(self, clerk, options, code):
        with pytest.raises(QueryRefused) as refusal:
            received(clerk, table(firms(1)), **options)
        assert [fault.code for fault in refusal.value.faults] == [code]


class TestDistrict:
    """A filing without one binds everywhere, so only who may act everywhere leaves it out."""

    @pytest.mark.parametrize(
        ("granted", "filed", "district"),
        [({"320902"}, 1, "320902"), ({"320902", "320903"}, 0, None), ({"*"}, 1, None), (set(), 0, None)],
    )
    def test_left_out_is_the_only_one_granted(self, clerk, granted, filed, district):
        limited = replace(clerk, districts=frozenset(granted))
        number = received(limited, table(firms(1)))
        assert run(limited, number)[2] == filed
        with runtime.reading() as session:
            held = penalties.list_penalties(session, clerk.department_id, None, after=0, limit=9)
            assert [json.loads(one.filing.content)["district"] for one in held] == [district] * filed


class TestOverlap:
    def test_of_two_files_at_once_loses_no_row(self, app, clerk, people):
        rows = firms(24)
        files = [(received(clerk, table(rows)), clerk), (received(clerk, table(rows[::-1])), clerk)]

        def work(number, actor):
            with app.app_context():
                while state(actor, number)[0] == "running":
                    penalty_import.run_pending(runtime.perform, [(number, actor)])

        threads = [threading.Thread(target=work, args=each) for each in files]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        done = [state(clerk, number) for number, _ in files]
        assert [one[0] for one in done] == ["finished", "finished"]
        assert (done[0][2] + done[1][2], done[0][4]) == (24, 24)

    def test_is_stored_in_one_order(self, clerk, monkeypatch):
        monkeypatch.setattr(penalty_import, "CHUNK", 50)
        run(clerk, received(clerk, table(firms(9)[::-1])))
        with runtime.reading() as session:
            held = penalties.list_penalties(session, clerk.department_id, None, after=0, limit=99)
            decisions = [(one.authority_code, one.document_number, one.subject_key) for one in held]
        assert decisions == sorted(decisions)
