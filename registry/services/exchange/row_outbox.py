"""Send publications to platforms as rows: batches, which stay prepared until they lie there whole, and their receipts.

A batch is prepared in a transaction of its own, written outside of any, and then noted as sent. Killed in between, the
same batch is written again under the same number: nothing is lost, and nothing comes under a second number.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select, tuple_, update

from registry.domain.exchange import envelope, row_batch
from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.model import CodeTables, RowMessage, WriteContext, message_of
from registry.domain.exchange.row_batch import ReceiptLine, RowReceipt
from registry.domain.filing import cells
from registry.models import OutboxMessage, Peer, Publication, RowBatch
from registry.queries.exchange import peer_messages, row_batches
from registry.queries.law import reference_data
from registry.refusals.content import ReceiptRefused
from registry.services.cases import removal
from registry.services.exchange import peers
from registry.services.exchange.requeueing import SET_ASIDE
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

CHUNK = 400
SET_ASIDE_WINDOW = dt.timedelta(days=1)


@dataclass(frozen=True)
class Dispatch:
    """A batch to be written: its number, digest and rows. ``file_type`` is that of the peer."""

    batch_id: int
    peer: str
    sequence: int
    digest: str
    file_type: str
    messages: tuple[RowMessage, ...]


def prepare(work: UnitOfWork, code: str) -> Dispatch | None:
    """The batch to write next for a platform: one that was prepared before and not noted as sent, else a new one of
    what is due; None when nothing is, or the peer is paused or waits."""
    peer = peer_messages.peer(work.session, code)
    work.session.refresh(peer, with_for_update={"key_share": True})
    if peer.paused_because or (peer.retry_at is not None and peer.retry_at > work.now):
        return None
    batch = row_batches.prepared(work.session, peer.id) or _begin_batch(work, peer)
    if batch is None:
        return None
    _cancel_erased(work, batch)
    messages = _messages_of(work, peer, batch)
    if not messages:
        batch.state, batch.answered_at = "answered", work.now
        work.session.flush()
        return None
    batch.digest, batch.records = row_batch.digest_of_messages(messages), len(messages)
    work.session.flush()
    return Dispatch(batch.id, peer.code, batch.sequence, batch.digest, peer.file_type, tuple(messages))


def _begin_batch(work: UnitOfWork, peer: Peer) -> RowBatch | None:
    """Assign what is due to a new batch. What the peer is not told of any more, since its terms changed, is settled."""
    deliveries = peer_messages.due(work.session, peer.id, work.settings.batch_records_max)
    chosen = []
    for delivery in deliveries:
        body = json.loads(delivery.publication.body)
        if known.may_see(peer.formats, peer.sectors, body):
            chosen.append(delivery.message)
        else:
            delivery.message.state, delivery.message.outcome = "cancelled", "not-carried"
            delivery.message.settled_at = work.now
    if not chosen:
        work.session.flush()
        return None
    for message in chosen:
        message.attempts += 1
    _assign(work, peer, chosen)
    return row_batches.prepared(work.session, peer.id)


def _assign(work: UnitOfWork, peer: Peer, messages: Sequence[OutboxMessage], refusals: int = 0) -> None:
    """Assign messages to a new batch, prepared under the next number."""
    peer.last_sequence += 1
    batch = RowBatch(
        peer_id=peer.id,
        sequence=peer.last_sequence,
        digest="",
        records=len(messages),
        state="prepared",
        refusals=refusals,
        prepared_at=work.now,
    )
    work.session.add(batch)
    work.session.flush()
    for message in messages:
        message.state, message.batch_id = "sent", batch.id
    work.session.flush()


def _cancel_erased(work: UnitOfWork, batch: RowBatch) -> None:
    """Versions that were erased before they were written are not written: the closing version is."""
    erased = select(Publication.from_entry).where(Publication.erased_by.is_not(None))
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.batch_id == batch.id, OutboxMessage.state == "sent", OutboxMessage.entry.in_(erased))
        .values(state="cancelled", settled_at=work.now)
        .execution_options(synchronize_session=False)
    )


def _messages_of(work: UnitOfWork, peer: Peer, batch: RowBatch) -> list[RowMessage]:
    """The rows of a batch, removals first."""
    statement = (
        select(Publication)
        .join(OutboxMessage, OutboxMessage.entry == Publication.from_entry)
        .where(OutboxMessage.batch_id == batch.id, OutboxMessage.state == "sent")
        .order_by(Publication.state == "published", Publication.from_entry)
    )
    return messages_for(work, peer, work.session.scalars(statement).all())


def messages_for(work: UnitOfWork, peer: Peer, publications: Sequence[Publication]) -> list[RowMessage]:
    """The rows of publications as a platform is told of them; those that it is not told of are left out."""
    reference = reference_data.current(work.session)
    codes = CodeTables(reference.exchange_codes(work.today))
    messages = []
    for publication in publications:
        body = json.loads(publication.body)
        fmt = known.format_for(peer.formats, body)
        if fmt is not None and known.may_see(peer.formats, peer.sectors, body):
            context = WriteContext(reference.filing_rules, codes, peer.platform_code, publication.recorded_at)
            messages.append(message_of(fmt, body, context))
    return messages


def note_sent(work: UnitOfWork, batch_id: int) -> None:
    """Note that a batch lies at the platform whole: from now on it waits for its receipt."""
    batch = work.session.get_one(RowBatch, batch_id, with_for_update=True)
    if batch.state == "prepared":
        batch.state, batch.sent_at = "sent", work.now
        work.session.flush()


def settle(work: UnitOfWork, code: str, receipt: RowReceipt) -> dict[str, int]:
    """Settle messages by a platform's receipt, whole or in part; returns its counts.

    The platform's own code is kept with each rejected message. Delivered is final. Refuses ``ReceiptRefused`` for one
    that is not about a batch of ours, or whose counts do not add up.
    """
    peer = peer_messages.peer(work.session, code)
    if not row_batch.has_consistent_counts(receipt):
        raise ReceiptRefused()
    batch = None if receipt.sequence == row_batch.NO_SEQUENCE else _batch_of(work, peer, receipt)
    if batch is not None and batch.state in ("answered", "refused"):
        return msgspec.to_builtins(receipt.counts)  # type: ignore[no-any-return]
    if batch is not None and receipt.refused:
        _split_refused(work, peer, batch, cells.visible(receipt.refused))
    _settle_lines(work, peer, batch, receipt.lines)
    for number in row_batches.settled(work.session, peer.id):
        closed = work.session.get_one(RowBatch, number)
        closed.state, closed.answered_at, closed.sent_at = "answered", work.now, closed.sent_at or work.now
        peer.failures = 0
    work.session.flush()
    removal.on_removal_acknowledged(work)
    return msgspec.to_builtins(receipt.counts)  # type: ignore[no-any-return]


def _batch_of(work: UnitOfWork, peer: Peer, receipt: RowReceipt) -> RowBatch:
    statement = select(RowBatch).where(RowBatch.peer_id == peer.id, RowBatch.sequence == receipt.sequence)
    batch = work.session.scalars(statement.with_for_update()).first()
    if batch is None or batch.digest != receipt.digest:
        raise ReceiptRefused()
    return batch


def _settle_lines(work: UnitOfWork, peer: Peer, batch: RowBatch | None, lines: Sequence[ReceiptLine]) -> None:
    """Settle messages by lines, those with one outcome and reason together."""
    grouped: dict[tuple[str, str | None], list[tuple[str, int]]] = defaultdict(list)
    for line in lines:
        if line.outcome != "pending":
            detail = cells.visible(" ".join(filter(None, (line.code, line.message))))[:300] or None
            grouped[line.outcome, detail].append((line.record, line.revision))
    of_batch = OutboxMessage.batch_id.is_not(None) if batch is None else OutboxMessage.batch_id == batch.id
    for (outcome, detail), versions in grouped.items():
        state = "delivered" if outcome in envelope.DELIVERED else "rejected"
        values = {"state": state, "outcome": outcome, "detail": detail, "settled_at": work.now}
        for start in range(0, len(versions), CHUNK):
            part = versions[start : start + CHUNK]
            entries = select(Publication.from_entry).where(tuple_(Publication.record, Publication.revision).in_(part))
            work.session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.peer_id == peer.id, of_batch, OutboxMessage.state.in_(("sent", "rejected")))
                .where(OutboxMessage.entry.in_(entries))
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def _split_refused(work: UnitOfWork, peer: Peer, batch: RowBatch, refused: str) -> None:
    """A batch that was refused as a whole: its halves are prepared instead, so that the one row for which it was is
    found and set aside, and the others go through."""
    batch.state, batch.code, batch.answered_at = "refused", refused[:64], work.now
    statement = select(OutboxMessage).where(OutboxMessage.batch_id == batch.id, OutboxMessage.state == "sent")
    messages = work.session.scalars(statement.order_by(OutboxMessage.entry)).all()
    # Only what was refused alone tells of the row; a batch may be refused for another of its rows, or for the link.
    refusals = batch.refusals + 1 if len(messages) == 1 else 0
    batches, set_aside = row_batch.after_refusal(messages, refusals) if messages else ([], ())
    if set_aside and peer.paused_because:  # who refuses everything is paused: what it has refused comes again
        batches, set_aside = [messages], ()
    for part in batches:
        _assign(work, peer, part, refusals)
    for message in set_aside:
        message.state, message.outcome, message.detail = "rejected", SET_ASIDE, refused[:64]
        message.settled_at = work.now
        audit.note(work, "exchange.set-aside", f"entry {message.entry}", f"{peer.code}: {refused}"[:200])
    work.session.flush()
    audit.note(work, "exchange.batch.refused", f"batch {batch.sequence}", f"{peer.code}: {refused}"[:200])
    if set_aside and _count_set_aside(work, peer) >= row_batch.SET_ASIDE_MAX:
        peers.pause(work, peer.code, f"{SET_ASIDE}: {refused}"[:200])


def _count_set_aside(work: UnitOfWork, peer: Peer) -> int:
    """How many rows a platform was found to refuse even alone within a day, and since a person released it."""
    statement = select(func.count()).where(
        OutboxMessage.peer_id == peer.id,
        OutboxMessage.state == "rejected",
        OutboxMessage.outcome == SET_ASIDE,
        OutboxMessage.settled_at >= peers.guard_since(work, peer, SET_ASIDE_WINDOW),
    )
    return work.session.execute(statement).scalar_one()


def own_rows(work: UnitOfWork, peer: Peer, entry: int) -> list[tuple[str, int, str]]:
    """(record, revision, hash) of the newest version, as of an entry, of every record that a platform should hold, as
    rows for it."""
    rows: list[tuple[str, int, str]] = []
    after = 0
    while publications := _standing(work, after, entry):
        messages = messages_for(work, peer, publications)
        rows += [(message.record, message.revision, message.hash) for message in messages]
        after = publications[-1].from_entry
    return rows


def _standing(work: UnitOfWork, after: int, entry: int) -> Sequence[Publication]:
    statement = select(Publication).where(
        Publication.audience == "public",
        Publication.erased_by.is_(None),
        Publication.from_entry > after,
        *peer_messages.standing_at(entry),
    )
    return work.session.scalars(statement.order_by(Publication.from_entry).limit(CHUNK)).all()
