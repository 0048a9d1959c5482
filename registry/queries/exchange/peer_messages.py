"""Look up peers, their pending messages, the batches they sent, and quarantined records."""

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, func, or_, select, true
from sqlalchemy.orm import Session

from registry.domain.exchange.envelope import KnownRecord
from registry.keys.signing import key_id_of
from registry.models import (
    BulkRelease,
    InboxBatch,
    InboxItem,
    OutboxMessage,
    Peer,
    Publication,
    PublicationSector,
    Takeaway,
)
from registry.queries.any_of import any_of, texts
from registry.refusals.acts import ItemUnknown, PeerUnknown

CHUNK = 500
READ_AT_ONCE = 10_000
_OWNED = select(Publication.record, Publication.revision, Publication.content_hash).where(
    Publication.audience == "public"
)
_OF_ENVELOPE = ("from_entry", "record", "revision", "origin", "body", "previous", "content_hash", "signature")


@dataclass(frozen=True)
class PendingDelivery:
    """A pending message and the publication it promises."""

    message: OutboxMessage
    publication: Publication


def peers(session: Session) -> list[Peer]:
    """Every peer that was not removed, in the order of codes."""
    return [peer for peer in ever_known(session) if peer.removed_at is None]


def ever_known(session: Session) -> list[Peer]:
    """Every peer, also those that were removed: what they signed is still to be verified."""
    return list(session.scalars(select(Peer).order_by(Peer.code)))


def peer(session: Session, code: str) -> Peer:
    """The peer of this code; refuses ``PeerUnknown``."""
    row = session.scalars(select(Peer).where(Peer.code == code, Peer.removed_at.is_(None))).first()
    if row is None:
        raise PeerUnknown()
    return row


def by_key_id(session: Session) -> dict[str, Peer]:
    """Peers by the id of their signing key."""
    return {key_id_of(bytes.fromhex(row.public_key)): row for row in peers(session) if row.public_key}


def keys_of(peer: Peer) -> dict[str, bytes]:
    """The raw public keys that verify a peer's records, by key id: its own, and those it had before."""
    publics = [public for public in (*peer.former_keys, peer.public_key) if public]
    return {key_id_of(bytes.fromhex(public)): bytes.fromhex(public) for public in publics}


def keys_by_code(session: Session) -> dict[str, dict[str, bytes]]:
    """The keys that verify records of every peer, also of those that were removed, by code and key id."""
    return {peer.code: keys_of(peer) for peer in ever_known(session)}


def known_records(session: Session, records: Sequence[str]) -> dict[str, KnownRecord]:
    """The owner and every stored revision of these records."""
    known: dict[str, KnownRecord] = {}
    columns = (Publication.record, Publication.origin, Publication.revision, Publication.content_hash)
    statement = select(*columns).where(any_of(Publication.record, texts("records")))
    for record, origin, revision, content in session.connection().execute(statement, {"records": records}):
        known[record] = known.get(record, KnownRecord(origin)).with_revision(revision, content)
    return known


def shown_bodies(session: Session, records: Sequence[str], today: dt.date) -> dict[str, dict[str, Any]]:
    """The newest bodies of those of these records that are shown today."""
    statement = select(Publication.record, Publication.body).where(
        any_of(Publication.record, texts("records")),
        Publication.until_entry.is_(None),
        Publication.state == "published",
        Publication.visible_until > today,
    )
    rows = session.connection().execute(statement, {"records": records}).tuples()
    return {record: json.loads(body) for record, body in rows}


def balance(session: Session, owner: str, today: dt.date, since: dt.datetime) -> tuple[int, set[str]]:
    """How many records of an owner are shown, counting those of which something was taken away since an instant, and
    which those are."""
    shown = (
        Publication.origin == owner,
        Publication.until_entry.is_(None),
        Publication.state == "published",
        Publication.visible_until > today,
    )
    standing = session.execute(select(func.count()).where(*shown)).scalar_one()
    taken_statement = select(Takeaway.record).where(Takeaway.origin == owner, Takeaway.at >= since)
    taken = set(session.scalars(taken_statement.distinct()))
    still = session.execute(select(func.count()).where(*shown, Publication.record.in_(taken_statement))).scalar_one()
    return standing + len(taken) - still, taken


def due(session: Session, peer_id: int, limit: int) -> list[PendingDelivery]:
    """The oldest pending messages to a peer; removals go first."""
    rows = _due_rows(session, select(OutboxMessage, Publication), peer_id, limit)
    return [PendingDelivery(message, publication) for message, publication in rows]


def due_versions(session: Session, peer_id: int, limit: int) -> Sequence[Row[Any]]:
    """What an envelope is made of, of the oldest pending messages to a peer; removals go first."""
    return _due_rows(session, select(*(getattr(Publication, name) for name in _OF_ENVELOPE)), peer_id, limit)


def _due_rows(session: Session, columns: Select[Any], peer_id: int, limit: int) -> list[Row[Any]]:
    """Removals and the others are two walks along the index, so that no more is read than is taken: of a backlog of a
    million, every batch would sort all that wait."""
    statement = (
        columns.join_from(OutboxMessage, Publication, Publication.from_entry == OutboxMessage.entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state == "pending")
        .order_by(OutboxMessage.entry)
    )
    rows: list[Row[Any]] = []
    for is_removal in (true(), false()):
        rows += session.execute(statement.where(OutboxMessage.is_removal == is_removal).limit(limit - len(rows))).all()
    return rows


def changes(session: Session, asker: str, after: int, upto: int, limit: int) -> list[Publication]:
    """Newest versions with entries in (after, upto], in order, that a peer should have."""
    statement = select(Publication).where(
        Publication.from_entry > after,
        Publication.from_entry <= upto,
        Publication.until_entry.is_(None),
        Publication.audience == "public",
        Publication.origin != asker,
    )
    return list(session.scalars(statement.order_by(Publication.from_entry).limit(limit)))


def owned(
    session: Session, owner: str, entry: int | None = None, sector: str | None = None
) -> Iterator[tuple[str, int, str]]:
    """(record, revision, hash) of the newest public version of every record of an owner, now or as of an entry; of a
    ``sector`` only those that are of it."""
    statement = _OWNED.where(Publication.origin == owner, *standing_at(entry))
    if sector is not None:
        of_sector = PublicationSector.from_entry == Publication.from_entry
        statement = statement.join(PublicationSector, of_sector).where(PublicationSector.sector == sector)
    # Rows of the driver: objects of the session for a million rows cost more than reading them.
    for rows in session.connection().execute(statement.execution_options(stream_results=True)).partitions(READ_AT_ONCE):
        yield from map(tuple, rows)


def records_by_sector(session: Session, entry: int) -> dict[str, set[str]]:
    """The records whose newest public version, as of an entry, is of a sector, by its code."""
    statement = (
        select(PublicationSector.sector, Publication.record)
        .join(Publication, Publication.from_entry == PublicationSector.from_entry)
        .where(Publication.audience == "public", *standing_at(entry))
    )
    records: dict[str, set[str]] = {}
    for sector, record in session.connection().execute(statement):
        records.setdefault(sector, set()).add(record)
    return records


def owned_among(session: Session, owner: str, records: Collection[str], entry: int) -> Iterator[tuple[str, int, str]]:
    """``owned`` of these records only, as of an entry."""
    wanted = sorted(records)
    for start in range(0, len(wanted), CHUNK):
        of_these = Publication.record.in_(wanted[start : start + CHUNK])
        rows = session.connection().execute(_OWNED.where(Publication.origin == owner, *standing_at(entry), of_these))
        yield from map(tuple, rows)


def standing_at(entry: int | None) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the newest versions: now, or as of an entry."""
    if entry is None:
        return (Publication.until_entry.is_(None),)
    return Publication.from_entry <= entry, or_(Publication.until_entry.is_(None), Publication.until_entry > entry)


def changed_after(session: Session, entry: int) -> set[str]:
    """The records with versions after an entry."""
    return set(session.scalars(select(Publication.record).where(Publication.from_entry > entry)))


def newest(session: Session, owner: str, records: Collection[str]) -> list[Publication]:
    """The newest public versions of these records of an owner, in the order of their entries."""
    statement = select(Publication).where(
        Publication.record.in_(records),
        Publication.origin == owner,
        Publication.until_entry.is_(None),
        Publication.audience == "public",
    )
    return list(session.scalars(statement.order_by(Publication.from_entry)))


def delivery_states(session: Session, peer_id: int, states: Collection[str]) -> dict[str, str]:
    """Record → state of the messages to a peer in one of these states, newest versions only."""
    statement = (
        select(Publication.record, OutboxMessage.state)
        .join(OutboxMessage, OutboxMessage.entry == Publication.from_entry)
        .where(OutboxMessage.peer_id == peer_id, OutboxMessage.state.in_(states))
        .where(Publication.until_entry.is_(None))
    )
    return {record: state for record, state in session.execute(statement)}  # noqa: C416 - rows, for mypy


def receipt(session: Session, peer_id: int, digest: str) -> str | None:
    """The receipt signed for a batch, None when the batch never came."""
    statement = select(InboxBatch.receipt).where(InboxBatch.peer_id == peer_id, InboxBatch.digest == digest)
    return session.execute(statement).scalar_one_or_none()


@dataclass(frozen=True)
class QuarantinedItem:
    """A record version that waits for a person, the peer it came from, and when."""

    item: InboxItem
    peer: str
    received_at: dt.datetime


def quarantined(session: Session) -> list[QuarantinedItem]:
    """All quarantined items, oldest first."""
    statement = (
        select(InboxItem, Peer.code, InboxBatch.received_at)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .join(Peer, Peer.id == InboxBatch.peer_id)
        .where(InboxItem.state == "quarantined")
    )
    return [QuarantinedItem(*row) for row in session.execute(statement.order_by(InboxItem.id)).tuples()]


def open_bulk_releases(session: Session) -> list[tuple[BulkRelease, str]]:
    """Releases of many items that wait for their second person, with the code of their peer, oldest first."""
    statement = select(BulkRelease, Peer.code).join(Peer, Peer.id == BulkRelease.peer_id)
    waiting = statement.where(BulkRelease.confirmed_by.is_(None)).order_by(BulkRelease.id)
    return [(row[0], row[1]) for row in session.execute(waiting)]


def quarantined_of(session: Session, peer_id: int, code: str, after: int, upto: int, limit: int) -> list[InboxItem]:
    """Quarantined items of a peer with this code and numbers in (after, upto], in order, locked."""
    statement = (
        select(InboxItem)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .where(InboxBatch.peer_id == peer_id, InboxItem.state == "quarantined", InboxItem.code == code)
        .where(InboxItem.id > after, InboxItem.id <= upto)
    )
    return list(session.scalars(statement.order_by(InboxItem.id).limit(limit).with_for_update(of=InboxItem)))


def quarantined_item(session: Session, number: int) -> tuple[InboxItem, Peer]:
    """The quarantined item of this number and its peer, locked; refuses ``ItemUnknown``."""
    statement = (
        select(InboxItem, Peer)
        .join(InboxBatch, InboxBatch.id == InboxItem.batch_id)
        .join(Peer, Peer.id == InboxBatch.peer_id)
        .where(InboxItem.id == number, InboxItem.state == "quarantined")
    )
    row = session.execute(statement.with_for_update(of=InboxItem)).first()
    if row is None:
        raise ItemUnknown()
    return row[0], row[1]
