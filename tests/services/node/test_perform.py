"""What `db.perform` does when acts meet: run again once, then say so; never half an act."""

import threading
from contextlib import suppress

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import Counter
from registry.refusals.acts import ConcurrentChange, StoreUnavailable
from registry.unit_of_work import UnitOfWork


def value(name: str) -> int:
    with runtime.reading() as session:
        return session.execute(select(Counter.value).where(Counter.name == name)).scalar_one()


def add_one(work: UnitOfWork, name: str) -> None:
    work.session.execute(update(Counter).where(Counter.name == name).values(value=Counter.value + 1))


class TestPerform:
    def test_runs_both_acts_of_a_deadlock_to_their_end(self, app, store):
        if store.startswith("sqlite"):
            pytest.skip("on SQLite writers queue and cannot deadlock")
        meeting = threading.Barrier(2)
        failed: list[BaseException] = []

        def work(first: str, second: str) -> None:
            tries = iter((True, False))

            def act(unit: UnitOfWork) -> None:
                add_one(unit, first)
                if next(tries):
                    meeting.wait(10)
                add_one(unit, second)

            try:
                with app.app_context():
                    runtime.perform(SYSTEM, act)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=names) for names in (("ledger", "check"), ("check", "ledger"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not failed
        assert (value("ledger"), value("check")) == (2, 2)

    def test_refuses_what_meets_another_act_twice_and_keeps_nothing(self, app):
        def act(work: UnitOfWork) -> None:
            add_one(work, "check")
            raise IntegrityError("insert", {}, Exception())

        with pytest.raises(ConcurrentChange):
            runtime.perform(SYSTEM, act)
        assert value("check") == 0

    def test_gives_the_answer_of_the_second_run(self, app):
        runs = []

        def act(work: UnitOfWork) -> str:
            runs.append(work)
            if len(runs) == 1:
                raise IntegrityError("insert", {}, Exception())
            add_one(work, "check")
            return "done"

        assert runtime.perform(SYSTEM, act) == "done"
        assert value("check") == 1


class TestReading:
    def test_changes_nothing(self, app):
        before = value("ledger")
        with suppress(StoreUnavailable), runtime.reading() as session:
            session.execute(update(Counter).values(value=Counter.value + 1))
        assert value("ledger") == before

    def test_leaves_the_driver_the_statements_it_has_prepared(self, app, store):
        if store.startswith("sqlite"):
            pytest.skip("only PostgreSQL's driver prepares them in the server")
        for _ in range(10):
            value("ledger")
        with runtime.reading() as session:
            held = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
        assert any("counters" in statement for statement in held)
