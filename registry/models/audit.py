"""The audit trail: who did what, when, to which record."""

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class AuditEvent(Base):
    """One audit event, written in the transaction of its act. ``detail`` never holds personal data."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    actor: Mapped[str]
    act: Mapped[str]
    reference: Mapped[str] = mapped_column(FreeText, index=True)
    detail: Mapped[str | None] = mapped_column(FreeText)
