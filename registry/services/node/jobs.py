"""Claim the runs of scheduled jobs: exactly one worker has each, because the claim is a primary key."""

import datetime as dt

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from registry.models import JobRun
from registry.unit_of_work import UnitOfWork

KEEP_DAYS = 7
DAY_OFFSET_SECONDS = 6 * 3600
"""Daily slots begin at 18:00 UTC, 02:00 in Beijing."""
CLOCKS_APART = dt.timedelta(seconds=10)
"""So far may the clocks of two workers differ."""
_Newer = aliased(JobRun)


def slot_of(instant: dt.datetime, slot_seconds: int) -> int:
    """The number of the slot in which an instant falls."""
    return (int(instant.timestamp()) + DAY_OFFSET_SECONDS) // slot_seconds


def claim(work: UnitOfWork, job: str, slot_seconds: int, worker: str) -> int | None:
    """Claim the next run of a job for this worker; its number, or None when the job is not due or another has it.

    Runs are numbered one after the other, and a run that began later than now was claimed under a clock that has been
    set back since: it keeps no other from beginning.
    """
    statement = select(JobRun.slot, JobRun.started_at).where(JobRun.job == job).order_by(JobRun.slot.desc()).limit(1)
    last = work.session.execute(statement).first()
    if last is not None and not _is_due(last.started_at, work.now, slot_seconds):
        return None
    number = last.slot + 1 if last else 1
    try:
        with work.session.begin_nested():
            row = {"job": job, "slot": number, "worker": worker, "started_at": work.now}
            work.session.execute(insert(JobRun).values(**row))
    except IntegrityError:
        return None
    return number


def _is_due(started_at: dt.datetime, now: dt.datetime, slot_seconds: int) -> bool:
    is_set_back = started_at - now > CLOCKS_APART
    return is_set_back or slot_of(now, slot_seconds) > slot_of(started_at, slot_seconds)


def finish(work: UnitOfWork, job: str, slot: int, outcome: str) -> None:
    """Note how a claimed run ended."""
    statement = update(JobRun).where(JobRun.job == job, JobRun.slot == slot)
    work.session.execute(statement.values(finished_at=work.now, outcome=outcome))


def delete_old_claims(work: UnitOfWork) -> int:
    """Delete the claims of runs long past, all but the newest of each job; returns how many."""
    before = work.now - dt.timedelta(days=KEEP_DAYS)
    newest = select(func.max(_Newer.slot)).where(_Newer.job == JobRun.job).scalar_subquery()
    old = delete(JobRun).where(JobRun.started_at < before, JobRun.slot < newest)
    statement = old.returning(JobRun.slot).execution_options(synchronize_session=False)
    return len(work.session.scalars(statement).all())
