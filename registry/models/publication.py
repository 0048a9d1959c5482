"""Publications: versions of what outsiders may see of a record; all reads by outsiders end here."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Publication(Base):
    """One version of a record, immutable but for ``until_entry``, which is set when the next revision replaces it.

    A version that was erased is blank, without salt, and marked with the entry of the erasure (``erased_by``).

    Two intervals, both half-open: entries [from_entry, until_entry) is what was known, days
    [visible_from, visible_until) is what may be seen. ``body`` is canonical JSON; the columns beside it are
    projections of it for searching, and ``ledger verify`` recomputes them.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("record", "revision"),
        Index(
            "uq_publications_newest",
            "record",
            unique=True,
            sqlite_where=text("until_entry IS NULL"),
            postgresql_where=text("until_entry IS NULL"),
        ),
        Index(None, "uscc", "from_entry"),
        Index(None, "visible_until", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record: Mapped[str]
    revision: Mapped[int]
    kind: Mapped[str]
    act: Mapped[str]
    state: Mapped[str]
    audience: Mapped[str]
    origin: Mapped[str]
    authority_code: Mapped[str]
    district: Mapped[str | None]
    behaviour: Mapped[str | None]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    uscc: Mapped[str | None]
    id_index: Mapped[str | None] = mapped_column(index=True)
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    body: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[str | None]
    content_hash: Mapped[str]
    signature: Mapped[str | None]
    visible_from: Mapped[dt.date]
    visible_until: Mapped[dt.date]
    from_entry: Mapped[int] = mapped_column(Key, unique=True)
    until_entry: Mapped[int | None] = mapped_column(Key)
    recorded_at: Mapped[dt.datetime]
    erased_by: Mapped[int | None] = mapped_column(Key)


class PublicationSector(Base):
    """A sector of a publication."""

    __tablename__ = "publication_sectors"

    sector: Mapped[str] = mapped_column(primary_key=True)
    from_entry: Mapped[int] = mapped_column(ForeignKey("publications.from_entry"), primary_key=True)
