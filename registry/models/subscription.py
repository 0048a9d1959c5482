"""Subscriptions: who is told by mail of what is newly published."""

import datetime as dt

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Subscription(Base):
    """Mail for a search, a firm or a sector, to an address whose owner has confirmed it (``confirmed_at``).

    ``sealed`` holds address, filters and token; ``token_hash`` and ``subject_hash`` (of address and filters) are keyed
    hashes. What was shown up to the entry ``told_upto`` and the day ``told_on`` has been mailed, last in ``mail_id``.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "told_upto"), Index(None, "asked_at"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    subject_hash: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    told_upto: Mapped[int] = mapped_column(Key)
    told_on: Mapped[dt.date]
    mail_id: Mapped[int | None] = mapped_column(Key)
