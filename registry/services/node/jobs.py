"""Claim the slots of scheduled jobs: exactly one worker runs each, because the claim is a primary key."""

import datetime as dt

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from registry.models import JobRun
from registry.unit_of_work import UnitOfWork

KEEP_DAYS = 7


def claim(work: UnitOfWork, job: str, slot: int, worker: str) -> bool:
    """Claim a slot of a job for this worker; False when another has claimed it."""
    statement = insert(JobRun).values(job=job, slot=slot, worker=worker, started_at=work.now)
    try:
        with work.session.begin_nested():
            work.session.execute(statement)
    except IntegrityError:
        return False
    return True


def finish(work: UnitOfWork, job: str, slot: int, outcome: str) -> None:
    """Note how a claimed run ended."""
    statement = update(JobRun).where(JobRun.job == job, JobRun.slot == slot)
    work.session.execute(statement.values(finished_at=work.now, outcome=outcome))


def delete_old_claims(work: UnitOfWork) -> int:
    """Delete the claims of slots long past; returns how many."""
    before = work.now - dt.timedelta(days=KEEP_DAYS)
    statement = delete(JobRun).where(JobRun.started_at < before).returning(JobRun.slot)
    return len(work.session.scalars(statement).all())
