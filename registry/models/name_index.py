"""Name index: every name that was ever public, and the grams that it is found by."""

from sqlalchemy import JSON, Column, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class SubjectName(Base):
    """One name of subjects that the public search or a check finds, however many records and versions carry it.

    ``name_key`` is that of ``publications``; ``folded`` is what is compared. ``grams`` is filled on PostgreSQL only.
    """

    __tablename__ = "subject_names"
    __table_args__ = (
        Index(
            None,
            "grams",
            postgresql_using="gin",
            # Kilobytes. Every search reads what is pending from end to end, so that is kept short.
            postgresql_with={"gin_pending_list_limit": 512},
            sqlite_where=text("grams IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name_key: Mapped[str] = mapped_column(unique=True)
    folded: Mapped[str]
    grams: Mapped[list[int] | None] = mapped_column(ARRAY(INTEGER).with_variant(JSON(), "sqlite"))


name_grams = Table(
    "name_grams",
    Base.metadata,
    Column("gram", Integer, primary_key=True, autoincrement=False),
    Column("name_id", Key, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""A gram and a name that has it: the index of SQLite, ordered by gram; empty on PostgreSQL. Too many for objects."""

gram_counts = Table(
    "gram_counts",
    Base.metadata,
    Column("gram", Integer, primary_key=True, autoincrement=False),
    Column("names", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""How many names have a gram, so that the rarest are read first."""
