"""Figures of a node: what waits, for how long, and nobody's data."""

import datetime as dt

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import Clock, InboxBatch, InboxItem, JobRun, OutboxMessage
from registry.queries.node_figures import figures
from registry.services.exchange import peers
from registry.services.publication import ledger
from tests.support.filings import filing


def read():
    with runtime.reading() as session:
        return {
            (figure.name.removeprefix("registry_"), *figure.labels.values()): figure.value
            for figure in figures(session, runtime.clock())
        }


def add(*rows):
    def act(work):
        for row in rows:
            work.session.add(row)
            work.session.flush()

    runtime.perform(SYSTEM, act)


def know(*codes):
    for number, code in enumerate(codes):
        runtime.perform(SYSTEM, lambda work, c=code, n=number: peers.add(work, c, c, "", f"{n:064x}", ()))


def ago(**time):
    return runtime.clock() - dt.timedelta(**time)


def let_pass(days):
    """How many limits are over when all running ones ended so many days ago."""

    def act(work):
        for clock in work.session.query(Clock).where(Clock.met_on.is_(None)):
            clock.due = work.today - dt.timedelta(days=days)

    runtime.perform(SYSTEM, act)
    return read()["clocks_overdue",]


class TestFigures:
    def test_of_an_empty_node_are_zero(self, app):
        assert read() == {("ledger_entries",): 0, ("quarantined_records",): 0, ("clocks_overdue",): 0}

    def test_tell_how_far_the_checkpoint_is_behind(self, desk):
        desk.published(filing())
        runtime.perform(SYSTEM, ledger.seal)
        desk.published(filing())
        found = read()
        assert found["ledger_entries",] == found["checkpoint_entries",] + 1
        assert 0 <= found["checkpoint_age_seconds",] < 60

    def test_tell_backlog_and_age_of_each_peer(self, app):
        know("busy", "idle")
        message = {"peer_id": 1, "outcome": None, "detail": None, "attempts": 0, "settled_at": None}
        add(
            OutboxMessage(entry=1, state="settled", promised_at=ago(days=9), **message),
            OutboxMessage(entry=2, state="pending", promised_at=ago(hours=2), **message),
            OutboxMessage(entry=3, state="pending", promised_at=ago(hours=1), **message),
        )
        found = read()
        assert (found["outbox_pending", "busy"], found["outbox_pending", "idle"]) == (2, 0)
        assert 7200 <= found["outbox_age_seconds", "busy"] < 7260
        assert found["outbox_age_seconds", "idle"] == 0

    def test_count_what_waits_in_quarantine(self, app):
        know("p")
        item = {"batch_id": 1, "record": None, "revision": None, "envelope": "", "code": None, "detail": None}
        add(
            InboxBatch(peer_id=1, digest="d", raw=b"", received_at=ago(hours=1), receipt=None),
            InboxItem(position=1, state="quarantined", outcome="rejected", **item),
            InboxItem(position=2, state="settled", outcome="accepted", **item),
        )
        assert read()["quarantined_records",] == 1

    def test_tell_runs_age_and_failures_of_each_job(self, app):
        add(
            JobRun(job="push", slot=7, worker="w", started_at=ago(hours=3), finished_at=ago(hours=3), outcome="done"),
            JobRun(job="push", slot=8, worker="w", started_at=ago(hours=2), finished_at=None, outcome="failed: X"),
            JobRun(job="seal", slot=1, worker="w", started_at=ago(minutes=1), finished_at=None, outcome=None),
        )
        found = read()
        assert (found["job_runs", "push"], found["job_failed_runs", "push"]) == (8, 1)
        assert 7200 <= found["job_age_seconds", "push"] < 7260
        assert found["job_failed_runs", "seal"] == 0

    def test_count_clocks_that_are_over(self, desk):
        desk.filed(filing())
        assert let_pass(0) == 0
        assert let_pass(1) >= 1
