"""Index of the records that stand published: one narrow row per record, and postings of what it is found by."""

import datetime as dt

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key

HAS_LEFT = text("standing.has_left")
"""Of rows whose record has left; written as the partial index is, which SQLite does not use for ``has_left = 1``."""


class Standing(Base):
    """What the public search knows of the newest version of a record, while everybody may see it.

    Written by the act that publishes. ``names`` are the spellings that a typed text is looked for in, one per line;
    ``sectors`` are separated by blanks. A row whose record has left (``has_left``) stays until its entry has left the
    postings too.
    """

    __tablename__ = "standing"
    __table_args__ = (
        Index(
            "ix_standing_revised",
            "entry",
            sqlite_where=text("revision > 1"),
            postgresql_where=text("revision > 1"),
        ),
        Index(
            "ix_standing_left",
            "entry",
            sqlite_where=text("has_left"),
            postgresql_where=text("has_left"),
        ),
    )

    entry: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    record: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    sectors: Mapped[str]
    behaviour: Mapped[str | None]
    district: Mapped[str | None]
    authority_code: Mapped[str]
    authority: Mapped[str]
    year: Mapped[str]
    uscc: Mapped[str | None]
    document: Mapped[str]
    names: Mapped[str]
    visible_from: Mapped[dt.date]
    visible_until: Mapped[dt.date]
    has_left: Mapped[bool]
    subject_kind: Mapped[str] = mapped_column(server_default="")


class Posting(Base):
    """The entries of one segment that a term finds, as a roaring bitmap (``bits``) of ``size`` entries.

    A segment is 65,536 consecutive entry numbers. ``dimension`` is the facet that the term is a value of, None of
    others.
    """

    __tablename__ = "postings"
    __table_args__ = (
        Index(
            "ix_postings_dimension",
            "dimension",
            "term",
            sqlite_where=text("dimension IS NOT NULL"),
            postgresql_where=text("dimension IS NOT NULL"),
        ),
    )

    segment: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str | None]
    size: Mapped[int]
    bits: Mapped[bytes] = mapped_column(LargeBinary)


class PostingFold(Base):
    """Up to which entry the postings know the records that stand; the newest row counts.

    ``left_entries``: the entries that left the postings with it, as a roaring bitmap, so that readers need not read
    again all that they know from an earlier fold; None when the postings were built anew. Older rows go.
    """

    __tablename__ = "posting_folds"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    upto: Mapped[int] = mapped_column(Key)
    left_entries: Mapped[bytes | None] = mapped_column(LargeBinary)
