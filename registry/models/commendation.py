"""Commendations (守信激励): good records of a subject."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from registry.models.base import Base
from registry.models.case import Case


class Commendation(Case, Base):
    """One commendation of one subject by one authority."""

    __tablename__ = "commendations"
    noun: ClassVar[str] = "commendation"
    __table_args__ = (
        Index(
            "uq_commendations_decision",
            "authority_code",
            "document_number",
            "subject_key",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    authority_code: Mapped[str]
    document_number: Mapped[str]
    subject_key: Mapped[str]
    awarded_on: Mapped[dt.date]
