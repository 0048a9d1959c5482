"""Look up batches of rows to platforms, and what came from them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.exchange import envelope
from registry.models import InboxBatch, InboxItem, OutboxMessage, Peer, RowBatch

CHUNK = 500


@dataclass(frozen=True)
class OpenBatch:
    """A batch that is sent and not answered whole, and since when."""

    id: int
    sequence: int
    records: int
    since: dt.datetime


@dataclass(frozen=True)
class ReceivedRow:
    """A row that came from a platform before: its revision, hash, what became of it, and the item that keeps it."""

    revision: int
    hash: str
    outcome: str
    state: str
    item: int


def prepared(session: Session, peer_id: int) -> RowBatch | None:
    """The oldest batch that is prepared and not noted as sent."""
    statement = select(RowBatch).where(RowBatch.peer_id == peer_id, RowBatch.state == "prepared")
    return session.scalars(statement.order_by(RowBatch.sequence).limit(1)).first()


def unanswered(session: Session, peer_id: int) -> list[OpenBatch]:
    """The batches that are sent and not answered whole, oldest first."""
    statement = (
        select(RowBatch.id, RowBatch.sequence, RowBatch.records, func.coalesce(RowBatch.sent_at, RowBatch.prepared_at))
        .where(RowBatch.peer_id == peer_id, RowBatch.state.in_(("prepared", "sent")))
        .order_by(RowBatch.sequence)
    )
    return [OpenBatch(*row) for row in session.execute(statement)]


def overdue(session: Session, peer: Peer, now: dt.datetime) -> list[OpenBatch]:
    """The batches that a platform has not answered whole in the time of its profile, oldest first; none where no time
    is agreed."""
    if peer.answer_days is None:
        return []
    since = now - dt.timedelta(days=peer.answer_days)
    return [batch for batch in unanswered(session, peer.id) if batch.since <= since]


def settled(session: Session, peer_id: int) -> list[int]:
    """The ids of batches that lie at a platform and of which no message waits any more."""
    waiting = select(OutboxMessage.id).where(OutboxMessage.batch_id == RowBatch.id, OutboxMessage.state == "sent")
    statement = select(RowBatch.id).where(RowBatch.peer_id == peer_id, RowBatch.state.in_(("prepared", "sent")))
    return list(session.scalars(statement.where(~waiting.exists()).order_by(RowBatch.id)))


def is_closed(session: Session, peer_id: int, sequence: int) -> bool:
    """Whether a batch is answered whole or refused, so that its files are of no more use."""
    statement = select(RowBatch.state).where(RowBatch.peer_id == peer_id, RowBatch.sequence == sequence)
    return session.scalar(statement) in ("answered", "refused")


def received(session: Session, peer_id: int, records: Sequence[str]) -> dict[str, list[ReceivedRow]]:
    """What came before from a platform of these records, in the order of revisions."""
    rows: dict[str, list[ReceivedRow]] = {}
    for start in range(0, len(records), CHUNK):
        statement = (
            select(
                InboxItem.record,
                InboxItem.revision,
                InboxItem.row_hash,
                InboxItem.outcome,
                InboxItem.state,
                InboxItem.id,
            )
            .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
            .where(InboxBatch.peer_id == peer_id, InboxItem.row_hash.is_not(None), InboxItem.state != "dropped")
            .where(InboxItem.record.in_(records[start : start + CHUNK]))
            .order_by(InboxItem.record, InboxItem.revision, InboxItem.id)
        )
        for record, revision, row_hash, outcome, state, number in session.execute(statement):
            rows.setdefault(record, []).append(ReceivedRow(revision, row_hash, outcome, state, number))
    return rows


def holdings(session: Session, peer_id: int) -> list[tuple[str, int, str]]:
    """(record, revision, hash) of the newest version of each of a platform's records that was taken in here."""
    statement = (
        select(InboxItem.record, InboxItem.revision, InboxItem.row_hash)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .where(InboxBatch.peer_id == peer_id, InboxItem.row_hash.is_not(None))
        .where(InboxItem.outcome == envelope.ACCEPTED)
        .order_by(InboxItem.revision, InboxItem.id)
    )
    newest = {record: (record, revision, row_hash) for record, revision, row_hash in session.execute(statement)}
    return sorted(newest.values())


def standing(session: Session, peer_id: int) -> dict[str, str]:
    """Record → format of a platform's records that were taken in here and that it has not ended since."""
    statement = (
        select(InboxItem.record, InboxItem.detail)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .where(InboxBatch.peer_id == peer_id, InboxItem.row_hash.is_not(None))
        .where(InboxItem.outcome == envelope.ACCEPTED)
        .order_by(InboxItem.revision, InboxItem.id)
    )
    newest = dict(session.execute(statement).tuples().all())
    return {
        record: detail.split()[0]
        for record, detail in newest.items()
        if record and detail and not detail.endswith(" D")
    }
