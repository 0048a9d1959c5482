"""Penalties (行政处罚): the decision's identity and state, and each filing of its facts."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from registry.models.base import Base, FreeText, Key
from registry.models.department import Department


def scope_of(sectors: str, district: str | None) -> tuple[frozenset[str], str | None]:
    """Sectors and district as the columns of a penalty hold them."""
    return frozenset(filter(None, sectors.split(","))), district


class Penalty(Base):
    """One decision against one subject. ``subject_key`` is the code, the keyed hash of an ID, or the name.

    ``document_number`` is the key of the number. ``first_published_on``: of a decision that was published elsewhere
    before it was loaded here; its publication here has no clock. ``sectors`` (codes divided by commas) and ``district``
    are those of the newest filing, for lists that look through all decisions of a department.
    """

    __tablename__ = "penalties"
    noun: ClassVar[str] = "penalty"
    __table_args__ = (
        Index(
            "uq_penalties_standing_decision",
            "authority_code",
            "document_number",
            "subject_key",
            unique=True,
            sqlite_where=text("state NOT IN ('withdrawn', 'repaired')"),
            postgresql_where=text("state NOT IN ('withdrawn', 'repaired')"),
        ),
        Index(None, "department_id", "state", "id"),
        Index(None, "subject_key", "authority_code"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    record: Mapped[str] = mapped_column(unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    authority_code: Mapped[str]
    document_number: Mapped[str]
    subject_key: Mapped[str]
    decided_on: Mapped[dt.date]
    publish_by: Mapped[dt.date]
    publish_by_provisional: Mapped[bool]
    first_published_on: Mapped[dt.date | None]
    sectors: Mapped[str] = mapped_column(server_default="")
    district: Mapped[str | None]
    state: Mapped[str]
    version: Mapped[int]
    department: Mapped[Department] = relationship()
    filings: Mapped[list["PenaltyFiling"]] = relationship(order_by="PenaltyFiling.id", back_populates="penalty")

    @property
    def filing(self) -> "PenaltyFiling":
        """The newest filing: what is verified next, or was verified last."""
        return self.filings[-1]

    @property
    def scope(self) -> tuple[frozenset[str], str | None]:
        """Sectors and district of the newest filing, which the grant of an account must cover to act on it."""
        return scope_of(self.sectors, self.district)

    @property
    def filers(self) -> set[int]:
        """The accounts that stated the present facts."""
        return {self.filing.filed_by}


class PenaltyFiling(Base):
    """The facts as one officer filed them, immutable. A correction is another filing of the same penalty.

    ``content`` is canonical JSON without the identity number: that is ``id_sealed`` (encrypted) and
    ``id_index`` (keyed hash), and both stay out of everything public. ``notes`` is JSON: what was cleaned, and what
    its verifier should look at; ``attention`` counts the latter.
    """

    __tablename__ = "penalty_filings"
    __table_args__ = (Index(None, "import_id", "penalty_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    penalty_id: Mapped[int] = mapped_column(ForeignKey("penalties.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("penalty_imports.id"))
    row_number: Mapped[int | None]
    content: Mapped[str]
    id_index: Mapped[str | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    notes: Mapped[str] = mapped_column(default="[]")
    attention: Mapped[int] = mapped_column(default=0)
    filed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    filed_at: Mapped[dt.datetime]
    verified_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    verified_at: Mapped[dt.datetime | None]
    returned_because: Mapped[str | None] = mapped_column(FreeText)
    penalty: Mapped[Penalty] = relationship(back_populates="filings")


class PenaltyImport(Base):
    """An imported file of filings: its bytes, sealed, and how far its rows have been filed (``next_row``).

    The bytes are read from the store only where they are used; ``is_kept`` says whether there still are any.
    ``unchanged`` counts the rows that are on file already with the very same facts. ``mended``: the cells that its
    filer wrote anew, sealed JSON. A file that is looked at before it is filed is first
    ``checking``, then ``checked``; ``running`` files, ``finished`` and ``failed`` end.
    """

    __tablename__ = "penalty_imports"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    digest: Mapped[str]
    filename: Mapped[str] = mapped_column(FreeText)
    options: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    is_kept: Mapped[bool] = column_property(func.length(sealed) > 0)
    state: Mapped[str]
    total: Mapped[int]
    next_row: Mapped[int]
    filed: Mapped[int]
    unchanged: Mapped[int]
    refused: Mapped[int]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    mended: Mapped[bytes | None] = mapped_column(LargeBinary)


class ImportRowPage(Base):
    """Some rows of one sheet of an imported file as it is, compressed and sealed, so that a page of the desk need not
    read the whole file again. Row 0 stands for the headings, and is there once all rows are."""

    __tablename__ = "import_row_pages"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("penalty_imports.id"), index=True)
    sheet: Mapped[str] = mapped_column(FreeText)
    first_row: Mapped[int]
    last_row: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ImportFinding(Base):
    """One finding about one row of an imported file: a refusal (``fault``) or what was cleaned (``note``).

    ``row_number`` 0 is the file. ``sheet`` and ``cell`` (such as C5) say where in a workbook, empty in other files.
    """

    __tablename__ = "import_findings"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("penalty_imports.id"), index=True)
    row_number: Mapped[int]
    column: Mapped[str] = mapped_column(FreeText)
    kind: Mapped[str]
    code: Mapped[str]
    detail: Mapped[str] = mapped_column(FreeText)
    sheet: Mapped[str] = mapped_column(FreeText, server_default="")
    cell: Mapped[str] = mapped_column(FreeText, server_default="")


class ColumnMapping(Base):
    """What a heading means in the files of a department, as one of its officers said: a field, with its unit for an
    amount, or - for a column of which nothing is kept. ``kind``: what the rows of those files are (penalty, party,
    adopted_listing). ``heading_key`` is the heading as it is compared, behind its
    kind where that is not penalty: one heading may mean another thing in each kind."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("department_id", "heading_key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    kind: Mapped[str] = mapped_column(server_default="penalty")
    heading_key: Mapped[str]
    heading: Mapped[str]
    meaning: Mapped[str]
    stated_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    stated_at: Mapped[dt.datetime]
