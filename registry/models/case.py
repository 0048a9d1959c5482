"""Columns common to cases (listing, commendation, relation, relief), and case steps chained by digest."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates

from registry.domain.publication import canonical, redaction
from registry.models.base import Base, Key
from registry.models.department import Department


class Case:
    """Columns of a record that goes through a procedure. ``content`` is canonical JSON of its present facts, without
    identity numbers; its history is in its steps."""

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    version: Mapped[int]
    content: Mapped[str]

    @declared_attr
    def department_id(self) -> Mapped[int]:
        """The department that decides."""
        return mapped_column(ForeignKey("departments.id"), index=True)

    @declared_attr
    def department(self) -> Mapped[Department]:
        """The department that decides."""
        return relationship()

    @validates("content")
    def _blot_content(self, _name: str, content: str) -> str:
        """Whatever a case states is stored without numbers of persons: those have a sealed column of their own."""
        facts = json.loads(content)
        blotted = redaction.blot_facts(facts)
        return content if blotted == facts else canonical.dumps(blotted).decode()

    @property
    def facts(self) -> dict[str, Any]:
        """The content as data."""
        return json.loads(self.content)  # type: ignore[no-any-return]

    @property
    def scope(self) -> tuple[frozenset[str], str | None]:
        """Sectors and district that the grant of an account must cover to act on it."""
        facts = self.facts
        return frozenset(facts["sectors"]), facts["district"]


class CaseStep(Base):
    """One step of a procedure, immutable. ``stated`` is canonical JSON of the input of the step, ``sealed`` the part of
    it that only the department may read. ``digest`` covers all of it and the step before."""

    __tablename__ = "case_steps"
    __table_args__ = (UniqueConstraint("record", "position"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    noun: Mapped[str]
    record: Mapped[str]
    position: Mapped[int]
    act: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    day: Mapped[dt.date]
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    stated: Mapped[str]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str]
