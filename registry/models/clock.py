"""Clocks: statutory time limits that run or ran for a record."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Clock(Base):
    """One time limit of one record. ``code`` names its rule (reference kind ``clocks``), ``deadline`` the limit,
    ``calendar`` the version of the working-day calendar it was counted with; running while ``met_on`` is empty.
    """

    __tablename__ = "clocks"
    __table_args__ = (Index(None, "department_id", "met_on", "due"), Index(None, "record", "code"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str]
    noun: Mapped[str]
    record: Mapped[str]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    sectors: Mapped[list[str]]
    district: Mapped[str | None]
    deadline: Mapped[str]
    starts_on: Mapped[dt.date]
    due: Mapped[dt.date]
    provisional: Mapped[bool]
    calendar: Mapped[str]
    opened_at: Mapped[dt.datetime]
    met_on: Mapped[dt.date | None]
