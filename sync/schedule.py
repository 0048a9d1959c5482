"""Schedule of the worker: one table of jobs; each run is claimed first, so that one worker runs each slot."""

import datetime as dt
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session

from registry import logs, runtime
from registry.domain.permissions import SYSTEM, Actor
from registry.errors import Refusal
from registry.models import Account
from registry.queries.checks.batch_checks import pending
from registry.queries.node import account_lookup
from registry.services import retention
from registry.services.cases import expiry, import_review, import_rows, list_adoption, penalty_import
from registry.services.cases.publicity_extension import extend_running_bans
from registry.services.checks import batch_check, watch_worker
from registry.services.node import access, jobs, rate_limits, sign_in
from registry.services.publication import epochs, row_state, standing
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from sync import peer_links, row_exchange
from sync.mail import send_all
from sync.members import fetch_all
from sync.notify import notify_all
from sync.open_data import make_snapshot, replace_erased
from sync.pull import PullResult, pull
from sync.push import push_all
from sync.reconcile import reconcile_all, reconcile_all_sectors, reconcile_these
from sync.subscriptions import mail_all
from sync.witnesses import ask_all

log = logging.getLogger("sync")
T = TypeVar("T")
TICK_SECONDS_MAX = 600
"""A job's slot is looked at no less often than this, so that a restart skips no night."""
WATCH_SECONDS = 15
LATE_TICKS, LATE_SECONDS = 3, 60
"""A job is late when it was not looked at for so many ticks and so many seconds more."""
STOP_SECONDS_MAX = 20
SECONDS_OF_AN_HOUR = 3_600
SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True)
class Job:
    """One line of the table: a name, the length of its slots, and the function to run in the application context."""

    name: str
    slot_seconds: Callable[[Settings], int]
    run: Callable[[], object]


def _file_imports() -> None:
    with runtime.reading() as session:
        unchecked = _add_actors(session, import_review.pending_checks(session))
    import_review.run_pending(runtime.perform, unchecked)
    with runtime.reading() as session:
        waiting = _add_actors(session, penalty_import.pending_imports(session))
    penalty_import.run_pending(runtime.perform, waiting)
    with runtime.reading() as session:
        adoptions = _add_actors(session, list_adoption.pending_adoptions(session))
    list_adoption.run_pending(runtime.perform, adoptions)
    with runtime.reading() as session:
        unkept = _add_actors(session, import_rows.pending(session))
    import_rows.run_pending(runtime.perform, unkept)


def _check_files() -> None:
    with runtime.reading() as session:
        waiting = _add_actors(session, pending(session))
    batch_check.run_pending(runtime.perform, waiting)


def _add_actors(session: Session, waiting: Iterable[tuple[T, int]]) -> list[tuple[T, Actor]]:
    """Pair each waiting item with the actor who handed it in; items whose account is gone are left out."""
    return [
        (item, account_lookup.actor_of(account))
        for item, account_id in waiting
        if (account := session.get(Account, account_id)) is not None
    ]


def _advance_watches() -> None:
    while runtime.perform(SYSTEM, watch_worker.advance):
        pass


def _expire_publications() -> None:
    while runtime.perform(SYSTEM, expiry.expire_due):
        pass
    runtime.perform(SYSTEM, jobs.delete_old_claims)
    runtime.perform(SYSTEM, _close_counters)


def clear_past_retention() -> None:
    """Clear what is past its retention period, a chunk in each transaction."""
    for code in retention.CLEARINGS:
        while runtime.perform(SYSTEM, partial(retention.clear, code=code)):
            pass


def _close_counters(work: UnitOfWork) -> None:
    access.close_minutes(work)  # before the counters that it tells of are deleted, at the same instant
    rate_limits.delete_over(work)
    sign_in.delete_ended(work)


def _extend_running_bans() -> None:
    after: int | None = 0
    while after is not None:
        after = runtime.perform(SYSTEM, partial(extend_running_bans, after=after))


def _fold_postings() -> None:
    runtime.perform(SYSTEM, standing.fold_waiting)


def _seal_ledger() -> None:
    runtime.perform(SYSTEM, row_state.seal)


def pull_and_reconcile(code: str) -> PullResult:
    """Pull from a peer, and reconcile with one whose numbers began anew."""
    result = pull(code)
    if result.is_restarted:
        reconcile_these([code])
    return result


def _pull_all() -> None:
    peer_links.each(peer_links.reachable(), pull_and_reconcile, lambda error: PullResult(failed=error), "pull")


JOBS = (
    Job("imports", lambda chosen: chosen.import_interval_seconds, _file_imports),
    Job("lists", lambda chosen: chosen.list_interval_seconds, _check_files),
    Job("watch", lambda chosen: chosen.watch_interval_seconds, _advance_watches),
    Job("notify", lambda chosen: chosen.notify_interval_seconds, partial(notify_all, lane="notify")),
    Job("subscriptions", lambda chosen: chosen.subscription_interval_seconds, mail_all),
    Job("mail", lambda chosen: chosen.mail_interval_seconds, send_all),
    Job("tidy", lambda chosen: chosen.tidy_interval_seconds, _expire_publications),
    Job("retention", lambda _: SECONDS_OF_A_DAY, clear_past_retention),
    Job("extend", lambda _: SECONDS_OF_A_DAY, _extend_running_bans),
    Job("push", lambda chosen: chosen.push_interval_seconds, partial(push_all, lane="push")),
    Job("platforms", lambda chosen: chosen.push_interval_seconds, partial(row_exchange.exchange_all, lane="platforms")),
    Job("members", lambda _: SECONDS_OF_AN_HOUR, partial(fetch_all, lane="members")),
    Job("pull", lambda chosen: chosen.pull_interval_seconds, _pull_all),
    Job("reconcile", lambda chosen: chosen.reconcile_interval_seconds, partial(reconcile_all, lane="reconcile")),
    Job(
        "holdings",
        lambda chosen: chosen.reconcile_interval_seconds,
        partial(row_exchange.reconcile_all, lane="holdings"),
    ),
    Job(
        "sectors",
        lambda chosen: chosen.sector_reconcile_interval_seconds,
        partial(reconcile_all_sectors, lane="sectors"),
    ),
    Job(
        "sector-holdings",
        lambda chosen: chosen.sector_reconcile_interval_seconds,
        partial(row_exchange.reconcile_all_sectors, lane="sector-holdings"),
    ),
    Job("witness", lambda chosen: chosen.seal_interval_seconds, partial(ask_all, lane="witness")),
    Job("export", lambda chosen: chosen.export_interval_seconds, make_snapshot),
    Job("erased", lambda chosen: chosen.tidy_interval_seconds, replace_erased),
    Job("fold", lambda chosen: chosen.seal_interval_seconds, _fold_postings),
    Job("seal", lambda chosen: chosen.seal_interval_seconds, _seal_ledger),
)


def run_claimed(app: Flask, job: Job, worker: str) -> bool:
    """Run a job unless it ran in the present slot already; returns whether it ran."""
    with app.app_context():

        def claim(work: UnitOfWork) -> int | None:
            return jobs.claim(work, job.name, job.slot_seconds(work.settings), worker)

        try:
            number = runtime.perform(SYSTEM, claim)
        except Refusal as refusal:
            log.error("%s not claimed: %s", job.name, refusal.code)
            return False
        if number is None:
            return False
        outcome = _run(job, number)
        runtime.perform(SYSTEM, lambda work: jobs.finish(work, job.name, number, outcome))
    return True


def run_once(app: Flask) -> dict[str, str]:
    """Run every job now, whatever its slot; outcomes by name."""
    with app.app_context():
        return {job.name: _run(job, 0) for job in JOBS}


def _run(job: Job, number: int) -> str:
    """Run a job and log its outcome. A job that fails does not end the worker; of an error only its type is logged."""
    started = time.monotonic()
    with logs.bound(job=job.name, run=number):
        try:
            job.run()
            outcome = "done"
        except Exception as error:
            outcome = f"failed: {type(error).__name__}"
        level, ms = logging.INFO if outcome == "done" else logging.ERROR, round((time.monotonic() - started) * 1000)
        log.log(level, "%s run %d %s", job.name, number, outcome, extra={"outcome": outcome, "ms": ms})
    return outcome


class Schedule:
    """Every job by its interval, in a thread of its own, and a watchdog over them.

    A job that hangs stops no other. The scheduler waits by the wall clock; the watchdog waits by the monotonic one, and
    brings forward what a clock that was set back has put off.
    """

    def __init__(self, app: Flask, worker: str, table: Sequence[Job] = JOBS) -> None:
        self._app, self._worker, self._jobs = app, worker, {job.name: job for job in table}
        self._stop = threading.Event()
        self._ticked = {job.name: time.monotonic() for job in table}
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=dt.UTC,
            executors={"default": ThreadPoolExecutor(len(table))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._stopping = threading.Thread(target=self._scheduler.shutdown, daemon=True)
        now = runtime.clock()
        for job in table:
            seconds = self._tick_seconds(job)
            self._scheduler.add_job(self._tick, "interval", (job,), seconds=seconds, id=job.name, next_run_time=now)

    def start(self) -> None:
        """Start every job at once, and the watchdog."""
        self._scheduler.start()
        self._watchdog.start()

    def stop(self, seconds: float) -> bool:
        """Stop; False when a job was still under way after so many seconds."""
        if not self._stop.is_set():
            self._stop.set()
            self._stopping.start()
        self._stopping.join(seconds)
        return not self._stopping.is_alive()

    def late(self) -> dict[str, float]:
        """The jobs that were not looked at for far too long, and for how many seconds."""
        now = time.monotonic()
        passed = {name: now - ticked for name, ticked in self._ticked.items()}
        return {
            name: passed[name]
            for name, job in self._jobs.items()
            if passed[name] > LATE_TICKS * self._tick_seconds(job) + LATE_SECONDS
        }

    def bring_forward(self, now: dt.datetime) -> list[str]:
        """Let jobs run now whose next run lies further ahead than an interval reaches; returns their names."""
        put_off = [
            scheduled
            for scheduled in self._scheduler.get_jobs()
            if scheduled.next_run_time - now > 2 * scheduled.trigger.interval
        ]
        for scheduled in put_off:
            scheduled.modify(next_run_time=now)
        return [scheduled.id for scheduled in put_off]

    def _tick(self, job: Job) -> None:
        try:
            run_claimed(self._app, job, self._worker)
        except Exception as error:  # whatever it is, the next tick tries again
            log.error("%s did not run: %s", job.name, type(error).__name__)
        else:
            self._ticked[job.name] = time.monotonic()

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            for name in self.bring_forward(runtime.clock()):
                log.warning("watchdog: the clock was set back, %s runs now", name)
            for name, seconds in self.late().items():
                log.error("watchdog: %s has not run for %d s", name, seconds)

    def _tick_seconds(self, job: Job) -> int:
        slot_seconds = job.slot_seconds(self._app.extensions["registry_settings"])
        return max(1, min(slot_seconds, TICK_SECONDS_MAX))


def _log_set_back(app: Flask) -> None:
    """Say at the start, in words, that the database is older than this node's record of it."""
    with app.app_context():
        try:
            runtime.perform(SYSTEM, epochs.require_current)
        except Refusal as refusal:
            log.error("%s: %s: %s", refusal.code, refusal.title, refusal.detail)


def run_forever(app: Flask) -> None:
    """Run the worker until SIGTERM or SIGINT; jobs under way may finish, but not for ever."""
    stops = {signal.SIGTERM, signal.SIGINT}
    # Blocked before any thread begins: a handler beside waiting threads was seen to miss the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    _log_set_back(app)
    schedule = Schedule(app, f"{socket.gethostname()}:{os.getpid()}")
    schedule.start()
    log.info("worker started")
    signal.sigwait(stops)
    is_idle = schedule.stop(STOP_SECONDS_MAX)
    log.info("worker stopped")
    if not is_idle:
        # A job that hangs is cut off like by a crash: nothing is lost, its run is simply over.
        logging.shutdown()
        os._exit(0)
