"""Status of the exchange: per peer what waits and since when, what it answered, and removals not acknowledged."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.cases import revision
from registry.models import (
    Clock,
    InboxBatch,
    InboxItem,
    OutboxMessage,
    Peer,
    PeerReconciliation,
    Publication,
    ReconciliationStatement,
)
from registry.queries.exchange import peer_messages, row_batches
from registry.refusals.content import StatementUnknown

RECEIPTS_WINDOW = dt.timedelta(hours=1)
SETTLED = ("delivered", "cancelled")
"""States of messages that nobody waits for any more."""
STATES = ("pending", "sent", "delivered", "rejected")


_A_DAY = dt.timedelta(days=1)
# In canonical JSON a mark within a value is escaped: only the name of the field is written so.
IS_OF_SECTOR = ReconciliationStatement.document.contains('"sector":')
"""Of statements of reconciliations: those of one sector."""


@dataclass(frozen=True)
class PeerStatus:
    """Messages to one peer by state; ``removals`` are (record, promised at) of open removals, oldest first.

    ``oldest``: since when the oldest message waits. ``unanswered``: batches that lie at a platform;
    ``overdue``: those of them that it should have answered. ``set_aside``: messages that may be queued again.
    ``receipts``: rows
    and records that the peer answered in the last hour. ``refusals``: the peer's own codes of what it rejected, and how
    often. ``by_sector``: statements of reconciliations by sector within a day, newest first.
    """

    peer: Peer
    messages: dict[str, int]
    quarantined: int
    removals: Sequence[tuple[str, dt.datetime]]
    oldest: dt.datetime | None
    unanswered: Sequence[row_batches.OpenBatch]
    overdue: Sequence[row_batches.OpenBatch]
    set_aside: int
    receipts: int
    refusals: dict[str, int]
    reconciliation: PeerReconciliation | None
    statement: ReconciliationStatement | None
    by_sector: Sequence[ReconciliationStatement]

    @property
    def backlog(self) -> int:
        """How many messages the peer has not answered."""
        return self.messages["pending"] + self.messages["sent"]


@dataclass(frozen=True)
class OpenReceiver:
    """A peer that has not acknowledged a removal: in which state its message is, and the peer's own code if it rejected
    it."""

    code: str
    name: str
    state: str
    detail: str | None


@dataclass(frozen=True)
class OpenDelisting:
    """A removal that not every receiver has acknowledged: since when it is promised, and by which day it is due."""

    record: str
    state: str
    since: dt.datetime
    due: dt.date | None
    receivers: Sequence[OpenReceiver]


def status(session: Session, now: dt.datetime) -> list[PeerStatus]:
    """Per peer the messages by state, what of it is quarantined, and the removals not yet acknowledged."""
    quarantined = count_quarantined(session)
    return [
        PeerStatus(
            row,
            _count_messages(session, row.id),
            quarantined.get(row.id, 0),
            open_removals(session, row.id),
            _oldest_waiting(session, row.id),
            row_batches.unanswered(session, row.id),
            row_batches.overdue(session, row, now),
            _count_set_aside(session, row.id),
            count_receipts(session, row.id, now),
            _count_refusals(session, row.id),
            session.get(PeerReconciliation, row.id),
            newest_statement(session, row.id),
            sector_statements(session, row.id, now),
        )
        for row in peer_messages.peers(session)
    ]


def open_delistings(session: Session, limit: int) -> tuple[list[OpenDelisting], int]:
    """The removals that a receiver has not acknowledged, oldest first, at most ``limit``, and how many there are."""
    open_messages = (
        select(Publication.record, func.min(OutboxMessage.promised_at).label("since"))
        .join(OutboxMessage, OutboxMessage.entry == Publication.from_entry)
        .join(Peer, Peer.id == OutboxMessage.peer_id)
        .where(OutboxMessage.state.not_in(SETTLED), Publication.state != "published", Peer.removed_at.is_(None))
        .group_by(Publication.record)
        .subquery()
    )
    count = session.scalar(select(func.count()).select_from(open_messages)) or 0
    rows = session.execute(select(open_messages).order_by(open_messages.c.since, open_messages.c.record).limit(limit))
    since_by_record = dict(rows.tuples().all())
    receivers, states = _receivers(session, list(since_by_record))
    due = _due_days(session, list(since_by_record))
    delistings = [
        OpenDelisting(record, states[record], since, due.get(record), receivers[record])
        for record, since in since_by_record.items()
    ]
    return delistings, count


def _receivers(session: Session, records: Sequence[str]) -> tuple[dict[str, list[OpenReceiver]], dict[str, str]]:
    """Record → who has not acknowledged its removal, and its public state."""
    statement = (
        select(Publication.record, Publication.state, Peer.code, Peer.name, OutboxMessage.state, OutboxMessage.detail)
        .join(OutboxMessage, OutboxMessage.entry == Publication.from_entry)
        .join(Peer, Peer.id == OutboxMessage.peer_id)
        .where(OutboxMessage.state.not_in(SETTLED), Publication.state != "published", Peer.removed_at.is_(None))
        .where(Publication.record.in_(records))
        .order_by(Peer.code, Publication.from_entry)
    )
    newest: dict[tuple[str, str], OpenReceiver] = {}
    states: dict[str, str] = {}
    for record, state, code, name, message_state, detail in session.execute(statement):
        newest[record, code] = OpenReceiver(code, name, message_state, detail)
        states[record] = state
    receivers = defaultdict(list)
    for (record, _), receiver in newest.items():
        receivers[record].append(receiver)
    return receivers, states


def _due_days(session: Session, records: Sequence[str]) -> dict[str, dt.date]:
    statement = select(Clock.record, func.min(Clock.due)).where(
        Clock.code == revision.REMOVAL_CLOCK, Clock.met_on.is_(None), Clock.record.in_(records)
    )
    return dict(session.execute(statement.group_by(Clock.record)).tuples().all())


def newest_statement(session: Session, peer_id: int) -> ReconciliationStatement | None:
    """The signed statement of the newest reconciliation of all records with a peer."""
    statement = select(ReconciliationStatement).where(ReconciliationStatement.peer_id == peer_id, ~IS_OF_SECTOR)
    return session.scalars(statement.order_by(ReconciliationStatement.id.desc()).limit(1)).first()


def sector_statements(session: Session, peer_id: int, now: dt.datetime) -> list[ReconciliationStatement]:
    """The signed statements of reconciliations by sector with a peer within a day, newest first."""
    statement = select(ReconciliationStatement).where(
        ReconciliationStatement.peer_id == peer_id, IS_OF_SECTOR, ReconciliationStatement.at > now - _A_DAY
    )
    return list(session.scalars(statement.order_by(ReconciliationStatement.id.desc())))


def statements(session: Session, peer_id: int, limit: int) -> list[ReconciliationStatement]:
    """The newest signed statements of reconciliations with a peer, newest first."""
    statement = select(ReconciliationStatement).where(ReconciliationStatement.peer_id == peer_id)
    return list(session.scalars(statement.order_by(ReconciliationStatement.id.desc()).limit(limit)))


def statement_by_number(session: Session, peer_id: int, number: int | None) -> ReconciliationStatement:
    """The signed statement of a peer of this number, the newest without one; refuses ``StatementUnknown``."""
    row = newest_statement(session, peer_id) if number is None else session.get(ReconciliationStatement, number)
    if row is None or row.peer_id != peer_id:
        raise StatementUnknown()
    return row


def count_quarantined(session: Session) -> dict[int, int]:
    """Peer → how many of its records wait for a person."""
    statement = (
        select(InboxBatch.peer_id, func.count())
        .join(InboxItem, InboxItem.batch_id == InboxBatch.id)
        .where(InboxItem.state == "quarantined")
    )
    return dict(session.execute(statement.group_by(InboxBatch.peer_id)).tuples().all())


def count_receipts(session: Session, peer_id: int, now: dt.datetime) -> int:
    """How many messages a peer answered in the last hour."""
    statement = select(func.count()).where(
        OutboxMessage.peer_id == peer_id,
        OutboxMessage.state.in_(("delivered", "rejected")),
        OutboxMessage.settled_at >= now - RECEIPTS_WINDOW,
    )
    return session.execute(statement).scalar_one()


def open_removals(session: Session, peer_id: int) -> list[tuple[str, dt.datetime]]:
    """(record, promised at) of the removals that a peer has not acknowledged, oldest first."""
    statement = (
        select(Publication.record, OutboxMessage.promised_at)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state.not_in(SETTLED))
        .where(Publication.state != "published")
        .order_by(OutboxMessage.promised_at)
    )
    return [(record, promised) for record, promised in session.execute(statement)]


def _oldest_waiting(session: Session, peer_id: int) -> dt.datetime | None:
    statement = select(func.min(OutboxMessage.promised_at)).where(
        OutboxMessage.peer_id == peer_id, OutboxMessage.state.in_(("pending", "sent"))
    )
    return session.scalar(statement)


def _count_set_aside(session: Session, peer_id: int) -> int:
    statement = select(func.count()).where(OutboxMessage.peer_id == peer_id, OutboxMessage.state == "rejected")
    return session.execute(statement.where(OutboxMessage.outcome == "set-aside")).scalar_one()


def _count_refusals(session: Session, peer_id: int) -> dict[str, int]:
    """The code is the first word of what was kept with the message."""
    statement = select(OutboxMessage.detail).where(OutboxMessage.peer_id == peer_id, OutboxMessage.state == "rejected")
    return dict(Counter((detail or "-").split()[0] for detail in session.scalars(statement)))


def _count_messages(session: Session, peer_id: int) -> dict[str, int]:
    statement = select(OutboxMessage.state, func.count()).where(OutboxMessage.peer_id == peer_id)
    counts = dict(session.execute(statement.group_by(OutboxMessage.state)).tuples().all())
    return {state: counts.get(state, 0) for state in STATES}
