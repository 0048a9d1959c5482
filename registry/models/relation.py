"""Relations of two parties, as an authority states them, and the keys by which published ones are found."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base
from registry.models.case import Case


class Relation(Case, Base):
    """One relation. ``id_index`` and ``id_sealed`` are those of the other end's number, if it is a person."""

    __tablename__ = "relations"
    noun: ClassVar[str] = "relation"
    __table_args__ = (
        Index(
            "uq_relations_ends",
            "kind",
            "subject_uscc",
            "other_key",
            "since",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    kind: Mapped[str]
    subject_uscc: Mapped[str]
    other_key: Mapped[str]
    since: Mapped[dt.date]
    id_index: Mapped[str | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class RelationEnd(Base):
    """A key by which one end of a published version of a relation is found; a projection of its body."""

    __tablename__ = "relation_ends"
    __table_args__ = (Index(None, "key"),)

    from_entry: Mapped[int] = mapped_column(ForeignKey("publications.from_entry"), primary_key=True)
    side: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
