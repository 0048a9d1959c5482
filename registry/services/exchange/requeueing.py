"""Queue again what a peer rejected or was set aside, and what a platform never answered, once the cause is mended."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, update

from registry.domain.permissions import Permission
from registry.models import OutboxMessage, Peer, Publication, RowBatch
from registry.queries.exchange import peer_messages, row_batches
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

SET_ASIDE = "set-aside"
REQUEUED = "requeued"
"""The code of a batch whose rows were queued again before it was answered."""


def requeue(work: UnitOfWork, code: str, entries: Collection[int] = ()) -> int:
    """Queue messages to a peer again; returns how many.

    Those of ``entries`` that were rejected or wait for their answer; without any, all that were set aside and all that
    a platform has not answered in its time. A peer takes a version twice as a duplicate, so that nothing has two
    effects; a late answer to the earlier batch changes nothing any more. Refuses ``OutOfRole`` and ``PeerUnknown``.
    """
    work.actor.require(Permission.EXCHANGE_OPERATE)
    peer = peer_messages.peer(work.session, code)
    work.session.refresh(peer, with_for_update={"key_share": True})
    is_erased = select(Publication.from_entry).where(Publication.erased_by.is_not(None))
    queued = (
        update(OutboxMessage)
        .where(OutboxMessage.peer_id == peer.id, OutboxMessage.entry.not_in(is_erased))
        .where(_chosen(work, peer, entries))
        .values(state="pending", outcome=None, detail=None, settled_at=None, batch_id=None)
        .returning(OutboxMessage.id, OutboxMessage.entry)
        .execution_options(synchronize_session=False)
    )
    found = sorted(entry for _, entry in work.session.execute(queued))
    _close_batches(work, peer)
    audit.note(work, "exchange.requeue", [f"entry {entry}" for entry in found], code)
    return len(found)


def _chosen(work: UnitOfWork, peer: Peer, entries: Collection[int]) -> ColumnElement[bool]:
    """Only of batches that lie at the platform: what is prepared is still to be written."""
    at_platform = select(RowBatch.id).where(RowBatch.peer_id == peer.id, RowBatch.state == "sent")
    waits = (OutboxMessage.state == "sent") & OutboxMessage.batch_id.in_(at_platform)
    if entries:
        return OutboxMessage.entry.in_(entries) & or_(OutboxMessage.state == "rejected", waits)
    overdue = [batch.id for batch in row_batches.overdue(work.session, peer, work.now)]
    is_set_aside = (OutboxMessage.state == "rejected") & (OutboxMessage.outcome == SET_ASIDE)
    return or_(is_set_aside, waits & OutboxMessage.batch_id.in_(overdue))


def _close_batches(work: UnitOfWork, peer: Peer) -> None:
    """Batches of which nothing waits any more are over."""
    for number in row_batches.settled(work.session, peer.id):
        batch = work.session.get_one(RowBatch, number)
        if batch.state == "sent":
            batch.state, batch.code, batch.answered_at = "refused", REQUEUED, work.now
    work.session.flush()
