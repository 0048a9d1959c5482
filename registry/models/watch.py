"""Standing watches on the parties of a tender, their events, and the delivery of these to webhooks."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.models.base import Base, Key


class Watch(Base):
    """A watch on a list of parties up to the day ``until``, which is the first no longer watched.

    ``seen_entry`` is the last ledger entry examined, ``seen_day`` the legal day of its verdicts; ``events`` the
    last sequence number used. The request and the webhook's address are sealed; the request is deleted when the
    watch is over. ``failures`` and ``retry_at`` are those of its webhook. ``mail_sealed``: the mail address, and the
    hash of the code that it waits for.
    """

    __tablename__ = "watches"
    __table_args__ = (Index(None, "state", "seen_entry"),)

    number: Mapped[int] = mapped_column(Key, primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), index=True)
    state: Mapped[str]
    created_at: Mapped[dt.datetime]
    until: Mapped[dt.date]
    parties: Mapped[int]
    from_entry: Mapped[int] = mapped_column(Key)
    seen_entry: Mapped[int] = mapped_column(Key)
    seen_day: Mapped[dt.date]
    events: Mapped[int]
    question_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    webhook_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mail_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    failures: Mapped[int]
    retry_at: Mapped[dt.datetime | None]


class WatchedParty(Base):
    """Keys that one party of a watch is found by: keyed hashes only, none of which is in another table."""

    __tablename__ = "watched_parties"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    watch_id: Mapped[str] = mapped_column(ForeignKey("watches.id"), index=True)
    position: Mapped[int]
    uscc_index: Mapped[str | None] = mapped_column(index=True)
    id_index: Mapped[str | None] = mapped_column(index=True)
    name_index: Mapped[str] = mapped_column(index=True)


class WatchEvent(Base):
    """One party whose answer changed, signed and sealed. ``state``: ``kept`` without a webhook, else ``pending``
    or ``delivered``. ``attempts`` counts how often it was taken to be sent."""

    __tablename__ = "watch_events"
    __table_args__ = (UniqueConstraint("watch_id", "sequence"), Index(None, "state", "watch_id", "sequence"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    watch_id: Mapped[str] = mapped_column(ForeignKey("watches.id"))
    sequence: Mapped[int]
    entry: Mapped[int] = mapped_column(Key)
    made_at: Mapped[dt.datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    delivered_at: Mapped[dt.datetime | None]
    event_sealed: Mapped[bytes] = mapped_column(LargeBinary)
