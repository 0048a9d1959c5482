"""A database of version 0008 that is brought up to date has one clock per penalty, and the scope of each beside it."""

import datetime as dt
import json

import pytest
from sqlalchemy import MetaData, Table, insert, select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.maintenance import schema
from registry.models import Account, Clock, Department, Penalty
from registry.services.law import clocks

FILED_AT = dt.datetime(2026, 10, 9, 3, tzinfo=dt.UTC)
LATE_EVENING = dt.datetime(2026, 10, 14, 16, 30, tzinfo=dt.UTC)
"""Half past midnight of the 15th in Beijing."""
MANY = 501


def content(sectors, district=None):
    return json.dumps({"sectors": sectors, "district": district})


def penalty(number, state, publish_by="2026-10-16", provisional=False):
    return {
        "id": number,
        "record": f"{number:032x}",
        "department_id": 1,
        "authority_code": "11320900MA0T000010",
        "document_number": f"盐示罚{number}号",
        "subject_key": f"name:{number}",
        "decided_on": dt.date(2026, 10, 8),
        "publish_by": dt.date.fromisoformat(publish_by),
        "publish_by_provisional": provisional,
        "state": state,
        "version": 1,
    }


def filing(penalty_id, facts, verified_at=None):
    return {
        "penalty_id": penalty_id,
        "import_id": None,
        "row_number": None,
        "content": facts,
        "id_index": None,
        "id_sealed": None,
        "filed_by": 1,
        "filed_at": FILED_AT,
        "verified_by": 1 if verified_at else None,
        "verified_at": verified_at,
        "returned_because": None,
    }


@pytest.fixture
def upgraded(app):
    """Penalties filed under 0008: one waits, one is verified and corrected since, and many more; then the upgrade."""
    schema.downgrade("0008")

    def fill(session):
        scope = {"sectors": ["*"], "districts": ["*"]}
        session.execute(insert(Department).values(id=1, code="finance", name="示例局", kind="supervisor", **scope))
        session.execute(insert(Account).values(id=1, name="clerk", role="clerk", department_id=1, **scope))
        waiting = penalty(1, "filed", "2027-01-06", provisional=True)
        rows = [waiting, penalty(2, "amended"), *(penalty(n, "filed") for n in range(3, 3 + MANY))]
        session.execute(insert(Penalty), rows)
        filings = [
            filing(1, content(["procurement"], "320902")),
            filing(2, content(["procurement"]), LATE_EVENING),
            filing(2, content(["construction", "procurement"]), LATE_EVENING + dt.timedelta(days=9)),
            filing(2, content(["construction"])),
            *(filing(n, content(["mining"])) for n in range(3, 3 + MANY)),
        ]
        # The table as it was then: the model has columns that came later.
        table = Table("penalty_filings", MetaData(), autoload_with=session.connection())
        session.execute(insert(table), filings)

    session = runtime.open_session()  # no act: the tables of this day's acts are not there
    fill(session)
    session.commit()
    runtime.close_session()
    schema.upgrade()


def held():
    with runtime.reading() as session:
        return list(session.scalars(select(Clock).order_by(Clock.record, Clock.id)))


class TestUpgrade:
    def test_gives_each_penalty_one_clock(self, upgraded):
        assert [clock.record for clock in held()] == [f"{number:032x}" for number in range(1, 3 + MANY)]
        assert {(clock.code, clock.noun, clock.deadline) for clock in held()} == {("penalty.publish", "penalty", "D01")}

    def test_keeps_what_was_counted_and_when_it_was_met(self, upgraded):
        waiting, amended = held()[:2]
        assert (waiting.starts_on, waiting.due, waiting.provisional, waiting.met_on) == (
            dt.date(2026, 10, 8),
            dt.date(2027, 1, 6),
            True,
            None,
        )
        assert (waiting.sectors, waiting.district, waiting.opened_at) == (["procurement"], "320902", FILED_AT)
        assert (amended.due, amended.met_on) == (dt.date(2026, 10, 16), dt.date(2026, 10, 15))
        assert (amended.sectors, amended.district) == (["construction"], None)

    def test_keeps_the_scope_of_the_newest_filing_with_each_penalty(self, upgraded):
        with runtime.reading() as session:
            rows = session.scalars(select(Penalty).order_by(Penalty.id)).all()
            scopes = [row.scope for row in rows]
        assert scopes[:2] == [(frozenset({"procurement"}), "320902"), (frozenset({"construction"}), None)]
        assert scopes[2:] == [(frozenset({"mining"}), None)] * MANY

    def test_can_be_counted_again(self, upgraded):
        assert runtime.perform(SYSTEM, clocks.recount) == 1
        waiting, amended = held()[:2]
        assert (waiting.due, waiting.provisional) == (dt.date(2026, 10, 16), False)
        assert waiting.calendar
        assert amended.calendar == ""
