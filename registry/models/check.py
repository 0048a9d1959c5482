"""Award checks: who asked when, answered at which entry, and the receipt, sealed."""

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Check(Base):
    """One award check. Bidder lists are secret before opening, so question and receipt are encrypted."""

    __tablename__ = "checks"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Key, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    made_at: Mapped[dt.datetime]
    on_day: Mapped[dt.date]
    entry: Mapped[int] = mapped_column(Key)
    parties: Mapped[int]
    receipt_sealed: Mapped[bytes] = mapped_column(LargeBinary)
