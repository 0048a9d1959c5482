"""A decision's day is stated anew: its limit counts from the right day, and the ledger's proof stands."""

import datetime as dt
import json

import pytest
from sqlalchemy import select, update

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import AuditEvent, Clock, Penalty
from registry.queries import integrity
from registry.services.cases import penalty_filing, penalty_verification
from tests.services.cases.test_statistics import stated

TODAY = dt.date(2026, 11, 25)


@pytest.fixture
def bureau(bureau):
    """Departments at work; it is a Wednesday."""
    bureau.go(TODAY)
    return bureau


def refile(bureau, record, decided_on):
    bureau.names[record] |= {"decided_on": decided_on, "effect_until": "2028-11-01"}
    facts = stated(bureau, record)
    bureau.do("clerk", lambda work: penalty_filing.refile(work, record, facts, if_version=None))


def rows(record):
    with runtime.reading() as session:
        clock = session.scalars(select(Clock).where(Clock.record == record)).one()
        return clock, session.scalars(select(Penalty).where(Penalty.record == record)).one()


def findings():
    with runtime.reading() as session:
        return list(integrity.findings(session, runtime.keys(), runtime.settings().node, lambda _: None))


class TestRefile:
    def test_counts_from_the_day_as_it_is_stated_now(self, bureau):
        record = bureau.penalty(decided_on="2026-11-10")
        refile(bureau, record, "2026-11-12")
        clock, held = rows(record)
        assert (clock.starts_on, clock.due) == (dt.date(2026, 11, 12), dt.date(2026, 11, 23))
        assert (held.decided_on, held.publish_by) == (clock.starts_on, clock.due)

    def test_of_what_was_sent_back_counts_anew_too(self, bureau):
        record = bureau.penalty(decided_on="2026-11-10")
        bureau.do("verifier", lambda work: penalty_verification.send_back(work, record, "日期有误", if_version=None))
        refile(bureau, record, "2026-11-12")
        assert rows(record)[0].due == rows(record)[1].publish_by == dt.date(2026, 11, 23)

    def test_tells_the_audit_trail_that_the_day_moved(self, bureau):
        record = bureau.penalty(decided_on="2026-11-10")
        refile(bureau, record, "2026-11-12")
        refile(bureau, record, "2026-11-12")
        with runtime.reading() as session:
            told = session.scalars(select(AuditEvent).where(AuditEvent.act == "clock.restart")).all()
        assert [(one.actor, one.reference, one.detail) for one in told] == [
            ("clerk", record, "penalty.publish from 2026-11-10 to 2026-11-12: 2026-11-19 -> 2026-11-23")
        ]

    def test_after_publication_moves_no_limit_that_was_met(self, bureau):
        record = bureau.published_penalty(decided_on="2026-11-10")
        refile(bureau, record, "2026-11-12")
        bureau.verify(record)
        clock, held = rows(record)
        assert (clock.starts_on, clock.due) == (dt.date(2026, 11, 10), dt.date(2026, 11, 19))
        assert (held.decided_on, held.publish_by) == (clock.starts_on, clock.due)


class TestLedger:
    def test_stands_when_the_day_was_corrected_before_and_after_publication(self, bureau):
        record = bureau.penalty(decided_on="2026-11-10")
        refile(bureau, record, "2026-11-12")
        bureau.verify(record)
        refile(bureau, record, "2026-11-13")
        bureau.verify(record)
        assert findings() == []

    @pytest.mark.parametrize("column", ["decided_on", "publish_by"])
    def test_does_not_stand_when_somebody_moved_the_day(self, bureau, column):
        record = bureau.published_penalty(decided_on="2026-11-10")
        moved = update(Penalty).where(Penalty.record == record).values({column: dt.date(2026, 11, 13)})
        runtime.perform(SYSTEM, lambda work: work.session.execute(moved))
        assert "contradicts its filing" in json.dumps(findings())
