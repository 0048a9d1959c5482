"""Schedule of the worker: one table of jobs; each run first claims its time slot, so that it runs once."""

import datetime as dt
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.permissions import SYSTEM, Actor
from registry.errors import Refusal
from registry.models import Account
from registry.queries.checks.batch_checks import pending
from registry.queries.node import account_lookup
from registry.services.cases import expiry, list_adoption, penalty_import
from registry.services.cases.publicity_extension import extend_running_bans
from registry.services.checks import batch_check, watch_worker
from registry.services.node import jobs, rate_limits
from registry.services.publication import ledger
from registry.settings import Settings
from registry.unit_of_work import UnitOfWork
from sync.mail import send_all
from sync.members import fetch_all
from sync.notify import notify_all
from sync.pull import pull_all
from sync.push import push_all
from sync.reconcile import reconcile_all, reconcile_these

log = logging.getLogger("sync")
T = TypeVar("T")
DAY_OFFSET_SECONDS = 6 * 3600
"""Daily slots begin at 18:00 UTC, 02:00 in Beijing."""
TICK_SECONDS_MAX = 600
"""A job's slot is looked at no less often than this, so that a restart skips no night."""
MISFIRE_GRACE_SECONDS = 60
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
        waiting = _add_actors(session, penalty_import.pending_imports(session))
    penalty_import.run_pending(runtime.perform, waiting)
    with runtime.reading() as session:
        adoptions = _add_actors(session, list_adoption.pending_adoptions(session))
    list_adoption.run_pending(runtime.perform, adoptions)


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
    runtime.perform(SYSTEM, rate_limits.delete_over)


def _extend_running_bans() -> None:
    after: int | None = 0
    while after is not None:
        after = runtime.perform(SYSTEM, partial(extend_running_bans, after=after))


def _seal_ledger() -> None:
    runtime.perform(SYSTEM, ledger.seal)


def _pull_and_reconcile() -> None:
    reconcile_these(code for code, pulled in pull_all().items() if pulled.is_restarted)


JOBS = (
    Job("imports", lambda chosen: chosen.import_interval_seconds, _file_imports),
    Job("lists", lambda chosen: chosen.list_interval_seconds, _check_files),
    Job("watch", lambda chosen: chosen.watch_interval_seconds, _advance_watches),
    Job("notify", lambda chosen: chosen.notify_interval_seconds, notify_all),
    Job("mail", lambda chosen: chosen.mail_interval_seconds, send_all),
    Job("tidy", lambda chosen: chosen.tidy_interval_seconds, _expire_publications),
    Job("extend", lambda _: SECONDS_OF_A_DAY, _extend_running_bans),
    Job("push", lambda chosen: chosen.push_interval_seconds, push_all),
    Job("members", lambda _: SECONDS_OF_AN_HOUR, fetch_all),
    Job("pull", lambda chosen: chosen.pull_interval_seconds, _pull_and_reconcile),
    Job("reconcile", lambda chosen: chosen.reconcile_interval_seconds, reconcile_all),
    Job("seal", lambda chosen: chosen.seal_interval_seconds, _seal_ledger),
)


def slot_of(now: dt.datetime, slot_seconds: int) -> int:
    """The number of the slot in which an instant falls."""
    return (int(now.timestamp()) + DAY_OFFSET_SECONDS) // slot_seconds


def run_claimed(app: Flask, job: Job, worker: str) -> bool:
    """Run a job unless its present slot is claimed already; returns whether it ran."""
    with app.app_context():
        slot = slot_of(runtime.clock(), job.slot_seconds(runtime.settings()))

        def claim(work: UnitOfWork) -> bool:
            return jobs.claim(work, job.name, slot, worker)

        try:
            is_ours = runtime.perform(SYSTEM, claim)
        except Refusal as refusal:
            log.error("%s slot %d not claimed: %s", job.name, slot, refusal.code)
            return False
        if not is_ours:
            return False
        outcome = _run(job, slot)
        runtime.perform(SYSTEM, lambda work: jobs.finish(work, job.name, slot, outcome))
    return True


def run_once(app: Flask) -> dict[str, str]:
    """Run every job now, whatever its slot; outcomes by name."""
    with app.app_context():
        return {job.name: _run(job, slot_of(runtime.clock(), job.slot_seconds(runtime.settings()))) for job in JOBS}


def _run(job: Job, slot: int) -> str:
    """Run a job and log its outcome. A job that fails does not end the worker; of an error only its type is logged."""
    started = time.monotonic()
    try:
        job.run()
        outcome = "done"
    except Exception as error:
        outcome = f"failed: {type(error).__name__}"
    level = logging.INFO if outcome == "done" else logging.ERROR
    log.log(level, "%s slot %d %s %d ms", job.name, slot, outcome, (time.monotonic() - started) * 1000)
    return outcome


def scheduler_for(app: Flask, worker: str) -> BackgroundScheduler:
    """Create the scheduler of all jobs, not yet started; every job runs at once and then by its interval."""
    scheduler = BackgroundScheduler(
        timezone=dt.UTC,
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_GRACE_SECONDS},
    )
    with app.app_context():
        chosen, now = runtime.settings(), runtime.clock()
    for job in JOBS:
        tick = min(job.slot_seconds(chosen), TICK_SECONDS_MAX)
        scheduler.add_job(run_claimed, "interval", (app, job, worker), seconds=tick, id=job.name, next_run_time=now)
    return scheduler


def run_forever(app: Flask) -> None:
    """Run the worker until SIGTERM or SIGINT; jobs under way may finish, but not for ever."""
    stops = {signal.SIGTERM, signal.SIGINT}
    # Blocked before any thread begins: a handler beside waiting threads was seen to miss the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    scheduler = scheduler_for(app, f"{socket.gethostname()}:{os.getpid()}")
    scheduler.start()
    log.info("worker started")
    signal.sigwait(stops)
    stopping = threading.Thread(target=scheduler.shutdown, daemon=True)
    stopping.start()
    stopping.join(STOP_SECONDS_MAX)
    log.info("worker stopped")
    if stopping.is_alive():
        # A job that hangs on a slow peer is cut off like by a crash: nothing is lost, its slot is simply over.
        logging.shutdown()
        os._exit(0)
