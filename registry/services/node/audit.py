"""Write the audit trail: who did what, in the transaction of the act itself."""

from collections.abc import Iterable

from sqlalchemy import insert

from registry.domain.publication.redaction import blot
from registry.models import AuditEvent
from registry.unit_of_work import UnitOfWork

_NOTE = insert(AuditEvent)


def note(work: UnitOfWork, act: str, references: str | Iterable[str], detail: str | None = None) -> None:
    """Write one audit event per reference (a record, check, account or import); no personal data in ``detail``."""
    names = [references] if isinstance(references, str) else references
    detail = blot(detail) if detail else detail
    rows = [
        {
            "at": work.now,
            "account_id": work.actor.account_id,
            "actor": work.actor.name,
            "act": act,
            "reference": name,
            "detail": detail,
        }
        for name in names
    ]
    if rows:
        work.session.connection().execute(_NOTE, rows)
