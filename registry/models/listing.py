"""Listings (列入严重失信主体名单): a place on a list scheme, from proposal to removal."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base
from registry.models.case import Case


class Listing(Case, Base):
    """One listing of one subject under one scheme. ``id_index`` and ``id_sealed`` are those of a natural person.

    ``reply_until`` is the last day of the defence window; it is in force on [starts_on, ends_on).
    """

    __tablename__ = "listings"
    noun: ClassVar[str] = "listing"

    scheme: Mapped[str]
    subject_key: Mapped[str] = mapped_column(index=True)
    id_index: Mapped[str | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_until: Mapped[dt.date | None]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
