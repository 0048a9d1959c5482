"""Reliefs: disputes (异议) and credit repairs (信用修复) of published records; documents of case steps."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key
from registry.models.case import Case
from registry.unit_of_work import day_of


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

    @property
    def confirmed_on(self) -> str | None:
        """The day on which the applicant was confirmed, None before. An application from before applicants were
        confirmed counts as confirmed on its first day."""
        facts = self.facts
        stated: str | None = facts["confirmed_on"] if "confirmed_on" in facts else day_of(self.received_at).isoformat()
        return stated


class SubjectContact(Base):
    """Where an authority reaches a subject, sealed: the address to which confirmation codes go."""

    __tablename__ = "subject_contacts"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subject_key: Mapped[str] = mapped_column(unique=True)
    address: Mapped[bytes] = mapped_column(LargeBinary)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    filed_at: Mapped[dt.datetime]


class ConfirmationCode(Base):
    """A code by which the subject of a record confirms one application; only its keyed hash is kept."""

    __tablename__ = "confirmation_codes"
    __table_args__ = (UniqueConstraint("about", "code_hash"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    about: Mapped[str]
    code_hash: Mapped[str]
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Document(Base):
    """A file handed in with a step, sealed; ``digest`` is the SHA-256 of its bytes, also stated in the step."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("case_steps.id"), index=True)
    kind: Mapped[str]
    filename: Mapped[str] = mapped_column(FreeText)
    media_type: Mapped[str]
    digest: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
