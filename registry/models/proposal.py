"""Proposals of acts that take two persons: proposed by one, confirmed or refused by another."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key

_PROPOSED = text("state = 'proposed'")


class Proposal(Base):
    """A proposal. ``sealed`` holds the arguments of the act as canonical JSON; ``reference`` is the record, account,
    peer, key or department that it is about, ``version`` the version of the record that the proposer saw; ``state``:
    proposed, confirmed, refused or expired. One act about one thing is proposed once at a time."""

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "act", "reference", unique=True, sqlite_where=_PROPOSED, postgresql_where=_PROPOSED),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    act: Mapped[str]
    reference: Mapped[str] = mapped_column(FreeText)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    version: Mapped[int | None]
    state: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None] = mapped_column(FreeText)
