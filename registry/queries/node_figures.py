"""Figures of a node for its operators: jobs, backlog, quarantine, ledger, clocks. Numbers and codes only."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.models import Clock, JobRun, OutboxMessage, Peer, PeerReconciliation
from registry.queries.exchange import peer_status, row_batches
from registry.queries.node.job_runs import job_names
from registry.queries.publication import ledger_state
from registry.unit_of_work import day_of

RUNS_LOOKED_AT = 50
"""So many of the newest runs of a job are looked at."""


@dataclass(frozen=True)
class Figure:
    """One value. ``labels`` are codes that operators chose or that the program has, never anybody's data."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def figures(session: Session, now: dt.datetime) -> list[Figure]:
    """All figures at an instant; a handful of indexed questions."""
    return [*_ledger(session, now), *_jobs(session, now), *_exchange(session, now), *_clocks(session, now)]


def _ledger(session: Session, now: dt.datetime) -> Iterator[Figure]:
    yield Figure("registry_ledger_entries", "Entries of the ledger.", ledger_state.head(session))
    checkpoint = ledger_state.last_checkpoint(session)
    if checkpoint is not None:
        yield Figure("registry_checkpoint_entries", "Entries under the newest checkpoint.", checkpoint.size)
        age = _seconds_since(checkpoint.signed_at, now)
        yield Figure("registry_checkpoint_age_seconds", "Seconds since the newest checkpoint was signed.", age)


def _jobs(session: Session, now: dt.datetime) -> Iterator[Figure]:
    for job in job_names(session):
        newest = select(JobRun).where(JobRun.job == job).order_by(JobRun.slot.desc()).limit(RUNS_LOOKED_AT)
        runs = list(session.scalars(newest))
        labels = {"job": job}
        # Runs are numbered one after the other.
        yield Figure("registry_job_runs", "Runs of a job since the first start.", runs[0].slot, labels)
        age = _seconds_since(runs[0].started_at, now)
        yield Figure("registry_job_age_seconds", "Seconds since a job last began.", age, labels)
        failed = sum(run.outcome is not None and run.outcome != "done" for run in runs)
        yield Figure("registry_job_failed_runs", f"Failed runs among the newest {RUNS_LOOKED_AT}.", failed, labels)


def _exchange(session: Session, now: dt.datetime) -> Iterator[Figure]:
    pending = select(
        OutboxMessage.peer_id, func.count().label("count"), func.min(OutboxMessage.promised_at).label("oldest")
    ).where(OutboxMessage.state == "pending")
    waiting = {row.peer_id: row for row in session.execute(pending.group_by(OutboxMessage.peer_id))}
    quarantined = peer_status.count_quarantined(session)
    for peer in session.scalars(select(Peer).where(Peer.removed_at.is_(None)).order_by(Peer.code)):
        labels, row = {"peer": peer.code}, waiting.get(peer.id)
        count, age = (row[1], _seconds_since(row.oldest, now)) if row is not None else (0, 0.0)
        yield Figure("registry_outbox_pending", "Messages that a peer has not acknowledged.", count, labels)
        yield Figure("registry_outbox_age_seconds", "Seconds that the oldest of them has waited.", age, labels)
        yield Figure("registry_peer_paused", "Whether a peer is paused.", float(bool(peer.paused_because)), labels)
        yield Figure("registry_peer_failures", "Runs in a row that failed with a peer.", peer.failures, labels)
        receipts = peer_status.count_receipts(session, peer.id, now)
        yield Figure("registry_receipts_last_hour", "Messages that a peer answered within an hour.", receipts, labels)
        meaning = "Records of a peer that wait for a person."
        yield Figure("registry_quarantined_records_of_peer", meaning, quarantined.get(peer.id, 0), labels)
        yield from _delistings(session, peer, now)
        yield from _platform(session, peer, now) if peer.is_platform else ()
        yield from _reconciliation(session, peer, now)
        if peer.pulled_at is not None:
            age = _seconds_since(peer.pulled_at, now)
            yield Figure("registry_pull_age_seconds", "Seconds since a peer was last pulled from.", age, labels)
    count = sum(quarantined.values())
    yield Figure("registry_quarantined_records", "Records of peers that wait for a person.", count)


def _delistings(session: Session, peer: Peer, now: dt.datetime) -> Iterator[Figure]:
    """A removal is complete only when every receiver acknowledged it."""
    labels, removals = {"peer": peer.code}, peer_status.open_removals(session, peer.id)
    age = _seconds_since(removals[0][1], now) if removals else 0.0
    yield Figure("registry_delistings_open", "Removals that a peer has not acknowledged.", len(removals), labels)
    yield Figure("registry_delistings_open_age_seconds", "Seconds that the oldest of them waits.", age, labels)


def _platform(session: Session, peer: Peer, now: dt.datetime) -> Iterator[Figure]:
    """Rows that lie at a platform and are not answered: it may take days, and then somebody has to ask."""
    labels, batches = {"peer": peer.code}, row_batches.unanswered(session, peer.id)
    count = sum(batch.records for batch in batches)
    age = _seconds_since(batches[0].since, now) if batches else 0.0
    yield Figure("registry_rows_unanswered", "Rows sent to a platform that it has not answered.", count, labels)
    late = sum(batch.records for batch in row_batches.overdue(session, peer, now))
    yield Figure("registry_rows_overdue", "Rows that a platform has not answered in its time.", late, labels)
    yield Figure("registry_rows_unanswered_age_seconds", "Seconds that the oldest batch waits.", age, labels)


def _reconciliation(session: Session, peer: Peer, now: dt.datetime) -> Iterator[Figure]:
    found, labels = session.get(PeerReconciliation, peer.id), {"peer": peer.code}
    if found is not None:
        age = _seconds_since(found.at, now)
        yield Figure("registry_reconciliation_age_seconds", "Seconds since holdings were compared.", age, labels)
        yield Figure(
            "registry_reconciliation_missing", "Records that a peer lacked or had older then.", found.missing, labels
        )
        yield Figure("registry_reconciliation_different", "Records that differed then.", found.different, labels)


def _clocks(session: Session, now: dt.datetime) -> Iterator[Figure]:
    overdue = select(func.count()).select_from(Clock).where(Clock.met_on.is_(None), Clock.due < day_of(now))
    yield Figure("registry_clocks_overdue", "Statutory time limits that are over.", session.scalar(overdue) or 0)


def _seconds_since(instant: dt.datetime, now: dt.datetime) -> float:
    return max(0.0, (now - instant).total_seconds())
