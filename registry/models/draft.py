"""Drafts: forms that an officer has not finished, kept so that nothing typed is lost."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Draft(Base):
    """One unfinished form of an account. ``kind`` names the form and, of a correction, its record; ``sealed`` is JSON
    of what was typed, which may have an identity number."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[dt.datetime]
