"""Reliefs: disputes (异议) and credit repairs (信用修复) of published records; documents of case steps."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key
from registry.models.case import Case


class Relief(Case, Base):
    """An application about the published record ``about`` of kind ``about_noun``; ``noun`` is dispute or repair.

    Its ``record`` is the receipt number of the applicant: who knows it may read the status. What names the applicant
    is in the sealed part of its first step.
    """

    __tablename__ = "reliefs"
    __table_args__ = (Index(None, "about", "noun", "state"), Index(None, "received_at"))

    noun: Mapped[str]
    about: Mapped[str]
    about_noun: Mapped[str]
    received_at: Mapped[dt.datetime]
    accepted_on: Mapped[dt.date | None]


class Document(Base):
    """A file handed in with a step, sealed; ``digest`` is the SHA-256 of its bytes, also stated in the step."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("case_steps.id"), index=True)
    kind: Mapped[str]
    filename: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
