"""Acts commit to the rows that they wrote, and rows of before are taken in; tampering: tests/attack/test_tampering."""

import threading

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from registry import runtime
from registry.models import Account, AuditEvent, Base, Counter, RowCommitment
from registry.models.row_commitment import UNCOMMITTED
from registry.services.node import audit
from registry.services.node.row_commitments import CHAIN_LOCK, adopt_rows
from registry.services.publication import row_state
from tests.support.processes import wait_for
from tests.support.tampering import findings


def _count(session, table):
    return session.scalar(select(func.count()).select_from(table))


class TestActs:
    def test_may_change_a_row_again_and_erase_it(self, app, people):
        with runtime.begin() as work:
            work.session.execute(update(Counter).where(Counter.name == "check").values(value=Counter.value + 1))
            work.session.execute(delete(AuditEvent).where(AuditEvent.id == 1))
            account = work.session.scalars(select(Account).limit(1)).one()
            account.name = "another"
        assert findings() == []

    def test_may_read_what_a_change_returns(self, app, people):
        with runtime.begin() as work:
            changed = update(AuditEvent).values(actor="x").returning(AuditEvent.actor, AuditEvent.id)
            rows = work.session.execute(changed).all()
            assert len(rows) == _count(work.session, AuditEvent) > 1
            with pytest.raises(TypeError):
                work.session.execute(update(AuditEvent).values(actor="x").returning(AuditEvent.actor))
        assert findings() == []

    def test_may_run_a_statement_that_was_prepared_outside_of_an_act(self, app, people):
        """What a statement returns was looked up in the one of the cache, which nobody had followed."""
        changed = update(AuditEvent).values(actor="y").returning(AuditEvent.actor, AuditEvent.id)
        with runtime.db.engine.connect() as connection:
            connection.execute(changed)
            connection.rollback()
        with runtime.begin() as work:
            work.session.connection().execute(changed).all()
        assert findings() == []

    def test_may_write_more_rows_at_once_than_a_statement_takes(self, app, people):
        with runtime.begin() as work:
            audit.note(work, "test.many", map(str, range(2_500)))
        assert findings() == []

    def test_that_are_rolled_back_leave_no_commitment(self, app, people):
        with runtime.reading() as session:
            before = _count(session, RowCommitment)
        with pytest.raises(ZeroDivisionError), runtime.begin() as work:
            work.session.execute(update(Counter).values(value=7))
            _ = 1 / 0
        with runtime.reading() as session:
            assert _count(session, RowCommitment) == before
        assert findings() == []

    def test_whose_savepoint_is_rolled_back_commit_to_what_stayed(self, app, people):
        with runtime.begin() as work:
            work.session.execute(insert(Counter).values(name="kept", value=1))
            with pytest.raises(ZeroDivisionError), work.session.begin_nested():
                work.session.execute(insert(Counter).values(name="lost", value=1))
                work.session.execute(update(Counter).where(Counter.name == "kept").values(value=2))
                _ = 1 / 0
        assert findings() == []

    def test_whose_savepoint_is_rolled_back_leave_its_rows_to_an_act_that_ends_meanwhile(self, app, people):
        """A preview took the entry that a publication then had, and both waited to commit to their rows."""
        if runtime.engine().dialect.name != "postgresql":
            pytest.skip("SQLite has one writer at a time")
        has_rolled_back = threading.Event()

        def preview():
            with app.app_context(), runtime.begin() as work:
                with pytest.raises(ZeroDivisionError), work.session.begin_nested():
                    work.session.execute(insert(Counter).values(name="taken", value=1))
                    _ = 1 / 0
                has_rolled_back.set()
                _wait_for_waiting(1)

        def publish():
            has_rolled_back.wait()
            with app.app_context(), runtime.begin() as work:
                work.session.execute(insert(Counter).values(name="taken", value=2))

        threads = [threading.Thread(target=act) for act in (preview, publish)]
        with runtime.engine().begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
            for thread in threads:
                thread.start()
            _wait_for_waiting(2)
        for thread in threads:
            thread.join()
        assert findings() == []


def _wait_for_waiting(count):
    """Wait until so many acts wait to append to the chain; they are served in the order in which they came."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with runtime.engine().connect() as connection:
        wait_for(lambda: connection.execute(waiting).scalar() >= count, f"{count} acts wait")


class TestAdoptRows:
    def test_takes_in_what_was_there_before_the_first_commitment(self, app, people):
        with runtime.db.engine.begin() as connection:
            connection.execute(delete(RowCommitment))
        assert findings()
        with runtime.begin() as work:
            assert adopt_rows(work)["accounts"] == len(people)
        assert findings() == []

    def test_a_second_time_hides_nothing(self, app, people):
        with runtime.db.engine.begin() as connection:
            connection.execute(text("UPDATE accounts SET role = 'x' WHERE id = 1"))
        with runtime.begin() as work:
            assert adopt_rows(work) == {}
        assert findings() == ["table accounts, row 1: changed outside an act"]

    def test_in_place_of_a_chain_that_the_ledger_commits_to_is_named(self, app, people):
        """Who has database and key empties the chain and lets the rows be taken in again, as found."""
        with runtime.begin() as work:
            row_state.seal(work)
        with runtime.begin() as work:
            work.session.execute(delete(RowCommitment))
        with runtime.begin() as work:
            adopt_rows(work)
        assert [line for line in findings() if "of the ledger commits to" in line]


class TestExceptions:
    def test_are_tables_with_a_reason(self):
        assert set(UNCOMMITTED) <= set(Base.metadata.tables)
        assert all(len(reason) > 20 for reason in UNCOMMITTED.values())
