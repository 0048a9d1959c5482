"""Award checks with their sealed receipts, and files of many parties to check."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, FreeText, Key


class Check(Base):
    """One award check. Bidder lists are secret before opening, so request and receipt are encrypted.

    ``tender_index`` is a keyed hash of department and tender, None when the check is linked to no other;
    ``previous`` is the check before it of the same tender. ``tender_sealed`` holds the tender that the receipt commits
    to, as canonical JSON; None of checks made before it was kept.
    """

    __tablename__ = "checks"
    __table_args__ = (Index(None, "department_id", "tender_index", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Key, unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    made_at: Mapped[dt.datetime]
    on_day: Mapped[dt.date]
    entry: Mapped[int] = mapped_column(Key)
    parties: Mapped[int]
    receipt_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    tender_index: Mapped[str | None]
    previous: Mapped[str | None]
    tender_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ReviewDecision(Base):
    """What a person decided about the review ``number`` of a check; only appended, a later one takes its place.

    ``pair_index`` is a keyed hash of department, party as asked and record, by which a later check finds it again,
    None when it cannot be used again; ``revision`` is the version of the record, ``reach_index`` a keyed hash of the
    tender and of all that the restriction was judged by. ``sealed`` is the signed decision, ``evidence_sealed`` the
    file that came with it.
    """

    __tablename__ = "review_decisions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    decision: Mapped[str] = mapped_column(unique=True)
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.id"), index=True)
    number: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    decided_at: Mapped[dt.datetime]
    outcome: Mapped[str]
    pair_index: Mapped[str | None] = mapped_column(index=True)
    revision: Mapped[int | None]
    reach_index: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    evidence_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class CheckFile(Base):
    """A file of parties and how far it is answered (``next_row``), all of it at ``entry``.

    ``sealed`` has its bytes until it is answered, ``question_sealed`` the part of the request common to all rows;
    ``digest`` is a keyed hash of both, so that the same file is not begun twice at once.
    """

    __tablename__ = "check_files"
    __table_args__ = (
        Index(
            "uq_check_files_running",
            "account_id",
            "digest",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    digest: Mapped[str]
    question_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(index=True)
    failed_because: Mapped[str | None] = mapped_column(FreeText)
    total: Mapped[int]
    next_row: Mapped[int]
    unchecked: Mapped[int]
    entry: Mapped[int] = mapped_column(Key)
    on_day: Mapped[dt.date]
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class CheckFilePart(Base):
    """Rows of a file that were answered together: their check, None when no row could be checked.

    ``rows_sealed`` has the number of each row and, of one that was not checked, the reason.
    """

    __tablename__ = "check_file_parts"

    file_id: Mapped[str] = mapped_column(ForeignKey("check_files.id"), primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check_id: Mapped[str | None] = mapped_column(ForeignKey("checks.id"))
    rows_sealed: Mapped[bytes] = mapped_column(LargeBinary)
