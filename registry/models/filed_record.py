"""Filed records of every kind (``domain/cases/filed_kinds``): what a court or an authority decided about a subject."""

import datetime as dt

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base
from registry.models.case import Case


class FiledRecord(Case, Base):
    """One document about one subject. ``authority_key`` is the code of who decided, else its name; ``id_index`` and
    ``id_sealed`` are those of a natural person."""

    __tablename__ = "filed_records"
    __table_args__ = (
        Index(
            "uq_filed_records_document",
            "noun",
            "authority_key",
            "document_key",
            "subject_key",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    noun: Mapped[str]
    authority_key: Mapped[str]
    document_key: Mapped[str]
    subject_key: Mapped[str]
    decided_on: Mapped[dt.date]
    id_index: Mapped[str | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
