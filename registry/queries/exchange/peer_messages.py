"""Questions of the exchange: peers, what they are owed, what they gave, what waits for a person."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.exchange.envelope import KnownRecord
from registry.models import Counter, InboxBatch, InboxItem, OutboxMessage, Peer, Publication
from registry.refusals.acts import ItemUnknown, PeerUnknown
from registry.signing import key_id_of

CHUNK = 500


@dataclass(frozen=True)
class PendingDelivery:
    """A pending message and the publication it promises."""

    message: OutboxMessage
    publication: Publication


@dataclass(frozen=True)
class PeerStatus:
    """What one peer is owed; ``removals`` are (record, promised at) of open removals, oldest first."""

    peer: Peer
    messages: dict[str, int]
    quarantined: int
    removals: Sequence[tuple[str, dt.datetime]]


def epoch(session: Session) -> str | None:
    """The epoch of this node's entry numbers, None before its first use."""
    value = session.execute(select(Counter.value).where(Counter.name == "epoch")).scalar_one_or_none()
    return f"{value:x}" if value is not None else None


def peers(session: Session) -> list[Peer]:
    """Every peer, in the order of codes."""
    return list(session.scalars(select(Peer).order_by(Peer.code)))


def peer(session: Session, code: str) -> Peer:
    """The peer of this code; refuses ``PeerUnknown``."""
    found = session.scalars(select(Peer).where(Peer.code == code)).first()
    if found is None:
        raise PeerUnknown()
    return found


def by_key_id(session: Session) -> dict[str, Peer]:
    """Peers by the id of their signing key."""
    return {key_id_of(bytes.fromhex(one.public_key)): one for one in peers(session)}


def keys_of(peer: Peer) -> dict[str, bytes]:
    """The raw public keys that verify a peer's records, by key id: its own, and those it had before."""
    return {key_id_of(bytes.fromhex(public)): bytes.fromhex(public) for public in (*peer.former_keys, peer.public_key)}


def known_records(session: Session, records: Sequence[str]) -> dict[str, KnownRecord]:
    """The owner and every held revision of these records."""
    found: dict[str, KnownRecord] = {}
    columns = (Publication.record, Publication.origin, Publication.revision, Publication.content_hash)
    for start in range(0, len(records), CHUNK):
        question = select(*columns).where(Publication.record.in_(records[start : start + CHUNK]))
        for record, origin, revision, content in session.execute(question):
            found[record] = found.get(record, KnownRecord(origin)).with_revision(revision, content)
    return found


def count_visible(session: Session, records: Sequence[str], today: dt.date) -> int:
    """How many of these records are shown now."""
    number = 0
    for start in range(0, len(records), CHUNK):
        question = select(func.count()).where(
            Publication.record.in_(records[start : start + CHUNK]),
            Publication.until_entry.is_(None),
            Publication.state == "published",
            Publication.visible_until > today,
        )
        number += session.execute(question).scalar_one()
    return number


def balance(session: Session, owner: str, today: dt.date, since: dt.datetime) -> tuple[int, int]:
    """How many records of an owner are shown now, and how many it has taken away early since an instant."""
    current = select(func.count()).where(
        Publication.origin == owner, Publication.until_entry.is_(None), Publication.visible_until > today
    )
    standing = session.execute(current.where(Publication.state == "published")).scalar_one()
    removed = current.where(Publication.state != "published", Publication.recorded_at >= since)
    return standing, session.execute(removed).scalar_one()


def due(session: Session, peer_id: int, limit: int) -> list[PendingDelivery]:
    """The oldest pending promises to a peer; removals go first."""
    question = (
        select(OutboxMessage, Publication)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state == "pending")
        .order_by(Publication.state == "published", OutboxMessage.entry)
        .limit(limit)
    )
    return [PendingDelivery(message, publication) for message, publication in session.execute(question)]


def changes(session: Session, asker: str, after: int, upto: int, limit: int) -> list[Publication]:
    """Newest versions with entries in (after, upto], in order, that a peer should have."""
    question = select(Publication).where(
        Publication.from_entry > after,
        Publication.from_entry <= upto,
        Publication.until_entry.is_(None),
        Publication.audience == "public",
        Publication.origin != asker,
    )
    return list(session.scalars(question.order_by(Publication.from_entry).limit(limit)))


def owned(session: Session, owner: str) -> Iterator[tuple[str, int, str]]:
    """(record, revision, hash) of the newest public version of every record of an owner."""
    question = select(Publication.record, Publication.revision, Publication.content_hash).where(
        Publication.origin == owner, Publication.until_entry.is_(None), Publication.audience == "public"
    )
    yield from session.execute(question).tuples()


def delivery_states(session: Session, peer_id: int, states: Collection[str]) -> dict[str, str]:
    """Record → state of the messages to a peer that stand in one of these states, newest versions only."""
    question = (
        select(Publication.record, OutboxMessage.state)
        .join(OutboxMessage, OutboxMessage.entry == Publication.from_entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state.in_(states))
        .where(Publication.until_entry.is_(None))
    )
    return {record: state for record, state in session.execute(question)}  # noqa: C416 - rows, for mypy


def receipt(session: Session, peer_id: int, digest: str) -> str | None:
    """The receipt given for a batch, None when it never came."""
    question = select(InboxBatch.receipt).where(InboxBatch.peer_id == peer_id, InboxBatch.digest == digest)
    return session.execute(question).scalar_one_or_none()


@dataclass(frozen=True)
class QuarantinedItem:
    """A record version that waits for a person, the peer it came from, and when."""

    item: InboxItem
    peer: str
    received_at: dt.datetime


def quarantined(session: Session) -> list[QuarantinedItem]:
    """What waits for a person, oldest first."""
    question = (
        select(InboxItem, Peer.code, InboxBatch.received_at)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .join(Peer, Peer.id == InboxBatch.peer_id)
        .where(InboxItem.state == "quarantined")
    )
    return [QuarantinedItem(*row) for row in session.execute(question.order_by(InboxItem.id)).tuples()]


def quarantined_item(session: Session, number: int) -> tuple[InboxItem, Peer]:
    """One item that waits, and its peer; refuses ``ItemUnknown``."""
    question = (
        select(InboxItem, Peer)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .join(Peer, Peer.id == InboxBatch.peer_id)
        .where(InboxItem.id == number, InboxItem.state == "quarantined")
    )
    found = session.execute(question.with_for_update(of=InboxItem)).first()
    if found is None:
        raise ItemUnknown()
    return found[0], found[1]


def status(session: Session) -> list[PeerStatus]:
    """Per peer the messages by state, what of it is quarantined, and the removals not yet acknowledged."""
    waiting = [one.peer for one in quarantined(session)]
    return [
        PeerStatus(one, _messages(session, one.id), waiting.count(one.code), _removals(session, one.id))
        for one in peers(session)
    ]


def _messages(session: Session, peer_id: int) -> dict[str, int]:
    question = select(OutboxMessage.state, func.count()).where(OutboxMessage.peer_id == peer_id)
    counted = {state: number for state, number in session.execute(question.group_by(OutboxMessage.state))}  # noqa: C416
    return {state: counted.get(state, 0) for state in ("pending", "delivered", "rejected")}


def _removals(session: Session, peer_id: int) -> list[tuple[str, dt.datetime]]:
    question = (
        select(Publication.record, OutboxMessage.promised_at)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state != "delivered")
        .where(Publication.state != "published")
        .order_by(OutboxMessage.promised_at)
    )
    return [(record, promised) for record, promised in session.execute(question)]
