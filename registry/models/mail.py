"""Mails that wait to be sent, and those that were."""

import datetime as dt

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class MailMessage(Base):
    """A mail, written in the transaction of the act that causes it.

    ``sealed`` holds recipient, subject and text, and is emptied once the mail is sent or given up.
    """

    __tablename__ = "mail_messages"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    purpose: Mapped[str]
    state: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int]
    created_at: Mapped[dt.datetime]
    retry_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]
    detail: Mapped[str | None] = mapped_column(FreeText)
