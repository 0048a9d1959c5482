"""Read the audit trail and the runs of the worker's jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.models import AuditEvent, JobRun


@dataclass(frozen=True)
class EventQuery:
    """Which audit events: of an act, of who acted, about a reference; those below number ``before``."""

    act: str = ""
    actor: str = ""
    reference: str = ""
    before: int | None = None


def events(session: Session, query: EventQuery, limit: int) -> Sequence[AuditEvent]:
    """Audit events, the newest first."""
    statement = select(AuditEvent)
    for column, wanted in (
        (AuditEvent.act, query.act),
        (AuditEvent.actor, query.actor),
        (AuditEvent.reference, query.reference),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if query.before is not None:
        statement = statement.where(AuditEvent.id < query.before)
    return session.scalars(statement.order_by(AuditEvent.id.desc()).limit(limit)).all()


def acts(session: Session) -> Sequence[str]:
    """Every act that the audit trail knows."""
    return session.scalars(select(AuditEvent.act).distinct().order_by(AuditEvent.act)).all()


def newest_runs(session: Session) -> Sequence[JobRun]:
    """The newest run of each job, in the order of their names."""
    newest = select(JobRun.job, func.max(JobRun.slot).label("slot")).group_by(JobRun.job).subquery()
    statement = select(JobRun).join(newest, (JobRun.job == newest.c.job) & (JobRun.slot == newest.c.slot))
    return session.scalars(statement.order_by(JobRun.job)).all()
