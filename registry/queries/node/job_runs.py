"""Look up the runs of the worker's jobs."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.models import JobRun


def job_names(session: Session) -> Iterator[str]:
    """The jobs that ever ran, by jumps through the index: counting a week of runs would take a second."""
    name = session.scalar(select(func.min(JobRun.job)))
    while name is not None:
        yield name
        name = session.scalar(select(func.min(JobRun.job)).where(JobRun.job > name))


def newest_runs(session: Session) -> list[JobRun]:
    """The newest run of each job, in the order of their names."""
    return [
        session.scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.slot.desc()).limit(1)).one()
        for name in job_names(session)
    ]
