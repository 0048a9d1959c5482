"""Adopted lists: the files of other authorities' lists, the places taken from them, and the state of each list."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key
from registry.models.case import Case


class AdoptedListing(Case, Base):
    """One subject's place on another authority's list, of one source (all of them when empty).

    ``adoption_id`` is the last file that stated it, ``as_of`` the newest day of which a verified file stated it.
    """

    __tablename__ = "adopted_listings"
    noun: ClassVar[str] = "adopted_listing"
    __table_args__ = (
        Index(
            "uq_adopted_listings_place",
            "scheme",
            "source",
            "subject_key",
            "document_key",
            unique=True,
            sqlite_where=text("state <> 'removed'"),
            postgresql_where=text("state <> 'removed'"),
        ),
        Index(None, "adoption_id", "state", "id"),
        Index("ix_adopted_listings_list", "scheme", "source", "state", "adoption_id"),
    )

    scheme: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")
    as_of: Mapped[dt.date | None]
    subject_key: Mapped[str]
    document_key: Mapped[str]
    id_index: Mapped[str | None]
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("list_adoptions.id"))


class ListAdoption(Base):
    """A file of a list: its bytes, sealed until its rows are filed, how far they are (``next_row``), and what became
    of them. ``is_full``: the file is the whole list, so that what it does not have has left. ``source``: whose list it
    is, empty when the list is one of all sources. ``reading``: the mapping and what was
    confirmed. ``confirmed_removals``: number and digest of the places whose removal ``confirmed_by`` confirmed."""

    __tablename__ = "list_adoptions"
    __table_args__ = (UniqueConstraint("account_id", "digest"), Index(None, "department_id", "scheme", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    digest: Mapped[str]
    filename: Mapped[str] = mapped_column(FreeText)
    scheme: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="")
    is_full: Mapped[bool]
    as_of: Mapped[dt.date]
    sectors: Mapped[list[str]] = mapped_column(JSON)
    reading: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str]
    total: Mapped[int]
    next_row: Mapped[int]
    came: Mapped[int]
    changed: Mapped[int]
    renewed: Mapped[int]
    unchanged: Mapped[int]
    off_list: Mapped[int]
    refused: Mapped[int]
    removed: Mapped[int]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    verified_at: Mapped[dt.datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_removals: Mapped[str | None]
    returned_because: Mapped[str | None] = mapped_column(FreeText)


class AdoptionFinding(Base):
    """One finding about one row of a list file: a refusal (``fault``) or what was cleaned (``note``).

    ``row_number`` 0 is the file; ``sheet`` says which of a workbook.
    """

    __tablename__ = "adoption_findings"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("list_adoptions.id"), index=True)
    row_number: Mapped[int]
    column: Mapped[str] = mapped_column(FreeText)
    kind: Mapped[str]
    code: Mapped[str]
    detail: Mapped[str] = mapped_column(FreeText)
    sheet: Mapped[str] = mapped_column(FreeText, server_default="")


class ListChange(Base):
    """What the verification of a file did to one record: ``came``, ``changed`` or ``left``."""

    __tablename__ = "list_changes"
    __table_args__ = (Index(None, "adoption_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("list_adoptions.id"))
    record: Mapped[str]
    change: Mapped[str]


class WholeListState(Base):
    """One entry that told of which day the whole of a list is known: a projection of the bodies of ``list_state``."""

    __tablename__ = "whole_list_states"

    from_entry: Mapped[int] = mapped_column(ForeignKey("publications.from_entry"), primary_key=True)
    record: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]
    scheme: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[dt.date]


class ListStateEntry(Base):
    """The first entry that told a day of the state of any place of a list: a projection of bodies, for checks. It is
    no statement of the whole list."""

    __tablename__ = "list_states"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.date] = mapped_column(primary_key=True)
    from_entry: Mapped[int] = mapped_column(ForeignKey("publications.from_entry"))
