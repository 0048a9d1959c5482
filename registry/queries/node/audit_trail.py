"""Read the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import AuditEvent


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
