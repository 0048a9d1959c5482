"""Exchange: peers, messages to them, batches from them, and runs of the worker's jobs."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from registry.domain.exchange import pause
from registry.models.base import Base, FreeText, Key


class Peer(Base):
    """Another node. ``cursor`` is the last entry pulled from it within its ``epoch``.

    A node without ``url`` is known by its key only: its records come through others. ``removals_shown``: number and
    digest of the removals it was paused for; a person who releases it lets just these go through, once, until
    ``removals_until`` (``removals_allowed``). ``former_keys`` verify what it signed before a change of key.
    One that was removed stays as a row, because what it signed is still to be verified.

    ``transport``: ``service`` speaks the protocol of the nodes; ``files`` and ``front_end`` are platforms that take and
    send rows, have no key, and are told of what ``formats`` and ``sectors`` (none: all) reach. What comes from them is
    filed by ``intake_account``, rows of lists under the list ``intake_list``. ``last_sequence``: of batches to it, each
    to be answered within ``answer_days``; None where no time is agreed.
    """

    __tablename__ = "peers"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(FreeText)
    url: Mapped[str]
    public_key: Mapped[str]
    former_keys: Mapped[list[str]] = mapped_column(default=list)
    owners: Mapped[list[str]]
    epoch: Mapped[str | None]
    cursor: Mapped[int] = mapped_column(Key)
    pulled_at: Mapped[dt.datetime | None]
    batch_records: Mapped[int]
    paused_because: Mapped[str | None] = mapped_column(FreeText)
    paused_at: Mapped[dt.datetime | None]
    removals_until: Mapped[dt.datetime | None]
    removals_shown: Mapped[str | None]
    removals_allowed: Mapped[str | None]
    retry_at: Mapped[dt.datetime | None]
    failures: Mapped[int]
    removed_at: Mapped[dt.datetime | None]
    transport: Mapped[str] = mapped_column(default="service", server_default="service")
    formats: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    formats_in: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    sectors: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    file_type: Mapped[str] = mapped_column(default="csv", server_default="csv")
    platform_code: Mapped[str] = mapped_column(default="", server_default="")
    intake_account: Mapped[str] = mapped_column(default="", server_default="")
    intake_list: Mapped[str] = mapped_column(default="", server_default="")
    last_sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    answer_days: Mapped[int | None]

    @property
    def is_platform(self) -> bool:
        """Whether it takes and sends rows, not envelopes."""
        return self.transport != "service"

    @property
    def pause(self) -> str | None:
        """What is shown of its pause to the person who ends it; None while it is not paused."""
        if self.paused_because is None:
            return None
        return pause.describe(self.paused_because, self.paused_at, self.removals_shown)

    @property
    def removals_count(self) -> int:
        """For how many removals it is paused."""
        return pause.count_removals(self.removals_shown)


class OutboxMessage(Base):
    """A message to a peer about one publication, pending until the peer's receipt settles it.

    To a platform it is ``sent`` in between: in a batch that is not answered, for days perhaps. ``is_removal``: the
    version takes its record away, and goes first.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (UniqueConstraint("peer_id", "entry"), Index(None, "peer_id", "state", "is_removal", "entry"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    entry: Mapped[int] = mapped_column(Key)
    state: Mapped[str]
    outcome: Mapped[str | None]
    detail: Mapped[str | None] = mapped_column(FreeText)
    attempts: Mapped[int]
    promised_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    batch_id: Mapped[int | None] = mapped_column(Key, index=True)
    is_removal: Mapped[bool] = mapped_column(default=False, server_default=false())


class RowBatch(Base):
    """A batch of rows to a platform: ``prepared``, ``sent`` once it lies there whole, ``answered`` for every row, or
    ``refused`` as a whole for ``code``. ``refusals``: how often its rows were refused so, in batches before it."""

    __tablename__ = "row_batches"
    __table_args__ = (UniqueConstraint("peer_id", "sequence"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    sequence: Mapped[int]
    digest: Mapped[str]
    records: Mapped[int]
    state: Mapped[str]
    code: Mapped[str | None]
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    prepared_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]


class InboxBatch(Base):
    """A received batch, stored once; ``receipt`` is the signed answer, also to a repeat of the batch."""

    __tablename__ = "inbox_batches"
    __table_args__ = (UniqueConstraint("peer_id", "digest"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    digest: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime]
    receipt: Mapped[str | None]


class InboxItem(Base):
    """One record version of a received batch and its outcome; a quarantined one waits for a person.

    ``envelope`` is stored of quarantined ones only: the others are in the raw batch. Of a platform it is the row,
    stored of every one, with its ``row_hash``.
    """

    __tablename__ = "inbox_items"
    __table_args__ = (UniqueConstraint("batch_id", "position"), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("inbox_batches.id"))
    position: Mapped[int]
    record: Mapped[str | None] = mapped_column(index=True)
    revision: Mapped[int | None]
    envelope: Mapped[str]
    state: Mapped[str]
    outcome: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[str | None] = mapped_column(FreeText)
    row_hash: Mapped[str | None]


class MeasureReport(Base):
    """One version of what a platform reports of a measure taken because of ``record``, which it was told of.

    ``report`` is the platform's own key. ``provider``: the unit that entered it there (plan 四（四）注明信息来源).
    ``is_retracted``: the platform took the report back.
    """

    __tablename__ = "measure_reports"
    __table_args__ = (UniqueConstraint("peer_id", "report", "revision"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    report: Mapped[str]
    revision: Mapped[int]
    record: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    state: Mapped[str]
    measure: Mapped[str] = mapped_column(FreeText)
    basis: Mapped[str] = mapped_column(FreeText)
    taken_on: Mapped[dt.date | None]
    lifted_on: Mapped[dt.date | None]
    taken_by: Mapped[str] = mapped_column(FreeText)
    taken_by_code: Mapped[str | None]
    remark: Mapped[str] = mapped_column(FreeText)
    provider: Mapped[str] = mapped_column(FreeText)
    received_at: Mapped[dt.datetime]
    is_retracted: Mapped[bool]


class PeerReconciliation(Base):
    """The outcome of the newest reconciliation with a peer: how many of our records were compared, how many it lacked
    or had older, how many were different."""

    __tablename__ = "peer_reconciliations"

    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"), primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    checked: Mapped[int]
    missing: Mapped[int]
    different: Mapped[int]


class ReconciliationStatement(Base):
    """The signed statement of the outcome of one reconciliation, only appended."""

    __tablename__ = "reconciliation_statements"
    __table_args__ = (Index(None, "peer_id", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    at: Mapped[dt.datetime]
    document: Mapped[str]


class Takeaway(Base):
    """A version of a peer's record that took something away of the one before; counted by the removal guard."""

    __tablename__ = "takeaways"
    __table_args__ = (Index(None, "origin", "at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    origin: Mapped[str]
    record: Mapped[str]
    at: Mapped[dt.datetime]


class BulkRelease(Base):
    """Quarantined items of a peer with one code, up to ``last_item``, that two persons release together."""

    __tablename__ = "bulk_releases"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"))
    code: Mapped[str]
    last_item: Mapped[int] = mapped_column(Key)
    items: Mapped[int]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[dt.datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[dt.datetime | None]


class PeerHead(Base):
    """The newest checkpoint of a peer that was verified to extend the one before; ``conflict`` is one that did not.

    While there is a conflict nothing is taken from the peer, and both notes stand as evidence.
    """

    __tablename__ = "peer_heads"

    peer_id: Mapped[int] = mapped_column(ForeignKey("peers.id"), primary_key=True, autoincrement=False)
    origin: Mapped[str]
    size: Mapped[int] = mapped_column(Key)
    root: Mapped[str]
    note: Mapped[str]
    seen_at: Mapped[dt.datetime]
    conflict: Mapped[str | None]
    conflict_code: Mapped[str | None]
    conflict_at: Mapped[dt.datetime | None]


class JobRun(Base):
    """The claim of one job's slot: its primary key lets exactly one worker run it."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    worker: Mapped[str]
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None] = mapped_column(FreeText)
