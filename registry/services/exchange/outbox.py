"""Send publications to peers: envelopes, batches, and outbox messages settled by receipts."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Row, insert, select, update

from registry.domain.exchange import batch, envelope
from registry.domain.publication import canonical
from registry.domain.publication.canonical import CanonicalText
from registry.keys.signing import Signer, key_id_of, verify
from registry.models import OutboxMessage, Peer, Publication
from registry.queries.any_of import any_of, numbers, texts
from registry.queries.exchange import peer_messages
from registry.queries.publication import log_identity
from registry.queries.publication.ledger_state import head
from registry.refusals.content import ReceiptRefused
from registry.services.cases import removal
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

CHUNK = 400
ROOM = 4096
"""Bytes of a batch around its records."""
Version = tuple[int, CanonicalText]
"""The entry of a version to send, and its envelope."""


class _Identity(Struct):
    record: str
    revision: int
    schema: int | UnsetType = UNSET


_decode_identity = msgspec.json.Decoder(_Identity).decode


def envelope_of(version: Publication | Row[Any], node: str, signer: Signer) -> CanonicalText:
    """Write the envelope of a stored version: ours is signed here, another's keeps its owner's signature.

    The body is embedded as it is stored, in canonical form.
    """
    content = version.content_hash
    if version.origin == node:
        data = envelope.signed_bytes(version.record, node, version.revision, content)
        signature = {"kid": signer.key_id, "value": signer.sign(data).hex()}
    else:
        signature = json.loads(version.signature or "null")
    identity = msgspec.to_builtins(_decode_identity(version.body))
    fields = envelope.build(version.origin, identity, version.previous, content, signature)
    return canonical.canonical_text({**fields, "body": CanonicalText(version.body)})


def take_due(work: UnitOfWork, peer: Peer, limit: int) -> list[Version]:
    """Take the (entry, envelope) pairs to send to a peer now: removals first, then by age; counts the try."""
    if not _is_due(work, peer):
        return []
    versions = peer_messages.due_versions(work.session, peer.id, limit)
    if versions:
        tried = update(OutboxMessage).where(any_of(OutboxMessage.entry, numbers("entries")))
        tried = tried.where(OutboxMessage.peer_id == peer.id).values(attempts=OutboxMessage.attempts + 1)
        statement = tried.execution_options(synchronize_session=False)
        work.session.connection().execute(statement, {"entries": [version.from_entry for version in versions]})
    node, signer = work.settings.node, work.keys.exchange
    return [(version.from_entry, envelope_of(version, node, signer)) for version in versions]


def _is_due(work: UnitOfWork, peer: Peer) -> bool:
    return bool(peer.url) and (peer.retry_at is None or peer.retry_at <= work.now)


def batch_of(work: UnitOfWork, versions: Sequence[Version], page: dict[str, int]) -> bytes:
    """Build the bytes of a batch of (entry, envelope) pairs."""
    entries, records = [entry for entry, _ in versions], [record for _, record in versions]
    return batch.build(work.settings.node, log_identity.epoch(work.session), records, entries, page)


def build_page(work: UnitOfWork, peer: Peer, after: int, limit: int) -> bytes:
    """Build a batch of what a peer should have after an entry, with ``next`` (its new cursor) and ``head``."""
    size = head(work.session)
    publications = peer_messages.changes(work.session, peer.code, after, size, limit)
    node, signer = work.settings.node, work.keys.exchange
    fitting = _limit_bytes(
        [(publication.from_entry, envelope_of(publication, node, signer)) for publication in publications]
    )
    is_last = len(publications) < limit and len(fitting) == len(publications)
    reached = size if is_last else max(entry for entry, _ in fitting)
    return batch_of(work, fitting, {"next": max(reached, after), "head": size})


def _limit_bytes(versions: Sequence[Version]) -> list[Version]:
    """As many from the start as one batch may have bytes, at least one."""
    fitting: list[Version] = []
    size = 0
    for entry, record in versions:
        size += len(record.encode()) + 1
        if fitting and size > batch.BYTES_MAX - ROOM:
            break
        fitting.append((entry, record))
    return fitting


def kept_records(work: UnitOfWork, peer: Peer, records: Collection[str]) -> list[CanonicalText]:
    """The envelopes of the peer's own records that this node keeps, as far as they fit into one batch."""
    kept = peer_messages.newest(work.session, peer.code, records)
    versions = [(row.from_entry, envelope_of(row, work.settings.node, work.keys.exchange)) for row in kept]
    return [record for _, record in _limit_bytes(versions)]


def settle(work: UnitOfWork, peer: Peer, raw: bytes) -> dict[str, int]:
    """Settle outbox messages by a peer's signed receipt; returns its counts.

    Delivered is final; a rejected message keeps the peer's own code. Lines about what was never queued are
    ignored. Refuses ``BatchMalformed`` and ``ReceiptRefused``.
    """
    receipt, kid, signature = batch.parse_delivery_receipt(raw)
    public = bytes.fromhex(peer.public_key)
    is_signed = kid == key_id_of(public) and _is_signature_valid(public, signature, canonical.dumps(receipt))
    if not is_signed or receipt["from"] != peer.code:
        raise ReceiptRefused()
    grouped: dict[tuple[str, str | None], list[tuple[str, int]]] = defaultdict(list)
    for line in receipt["results"]:
        if isinstance(line.get("record"), str) and type(line.get("revision")) is int:
            grouped[line["outcome"], line.get("code")].append((line["record"], line["revision"]))
    for (outcome, code), versions in grouped.items():
        _settle_versions(work, peer, versions, outcome, code)
    removal.on_removal_acknowledged(work)
    return dict(receipt["counts"])


def _is_signature_valid(public: bytes, signature: str, data: bytes) -> bool:
    try:
        return verify(public, bytes.fromhex(signature), data)
    except ValueError:
        return False


def _settle_versions(
    work: UnitOfWork, peer: Peer, versions: Sequence[tuple[str, int]], outcome: str, code: str | None
) -> None:
    is_delivered = outcome in envelope.DELIVERED
    state, states = ("delivered", ["pending", "rejected"]) if is_delivered else ("rejected", ["pending"])
    revisions = set(versions)
    found = select(Publication.from_entry, Publication.record, Publication.revision)
    found = found.where(any_of(Publication.record, texts("records")))
    rows = work.session.connection().execute(found, {"records": [record for record, _ in versions]}).tuples()
    entries = [entry for entry, record, revision in rows if (record, revision) in revisions]
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.peer_id == peer.id, any_of(OutboxMessage.entry, numbers("entries")))
        .where(OutboxMessage.state.in_(states))
        .values(state=state, outcome=outcome, detail=code, settled_at=work.now)
    )
    work.session.connection().execute(statement, {"entries": entries})


def set_aside(work: UnitOfWork, peer: Peer, entry: int, code: str) -> None:
    """Give up one outbox message that the peer refuses even alone; it stays listed as rejected."""
    work.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.peer_id == peer.id, OutboxMessage.entry == entry, OutboxMessage.state == "pending")
        .values(state="rejected", outcome="set-aside", detail=code, settled_at=work.now)
        .execution_options(synchronize_session=False)
    )
    audit.note(work, "exchange.set-aside", f"entry {entry}", f"{peer.code}: {code}")


def queue_again(work: UnitOfWork, peer: Peer, records: Collection[str]) -> int:
    """Queue again the newest version of records that a peer has lost; returns how many.

    What is pending stays so; what the peer has rejected waits for a person over there.
    """
    count = 0
    wanted = sorted(records)
    for start in range(0, len(wanted), CHUNK):
        statement = select(Publication.from_entry, Publication.state != "published").where(
            Publication.record.in_(wanted[start : start + CHUNK]),
            Publication.until_entry.is_(None),
            Publication.audience == "public",
            Publication.origin != peer.code,
        )
        count += _queue_again(work, peer, dict(work.session.execute(statement).tuples().all()))
    return count


def _queue_again(work: UnitOfWork, peer: Peer, entries: Mapping[int, bool]) -> int:
    """``entries`` says of each whether it takes its record away."""
    statement = select(OutboxMessage).where(OutboxMessage.peer_id == peer.id, OutboxMessage.entry.in_(entries))
    messages = {message.entry: message for message in work.session.scalars(statement)}
    lost_messages = [message for message in messages.values() if message.state in ("delivered", "cancelled")]
    for message in lost_messages:
        message.state, message.outcome, message.settled_at = "pending", None, None
        message.promised_at = work.now
    row = {"peer_id": peer.id, "state": "pending", "attempts": 0, "promised_at": work.now}
    new_rows = [
        {**row, "entry": entry, "is_removal": is_removal}
        for entry, is_removal in entries.items()
        if entry not in messages
    ]
    if new_rows:
        work.session.execute(insert(OutboxMessage), new_rows)
    work.session.flush()
    return len(lost_messages) + len(new_rows)


def record_found_at_peer(work: UnitOfWork, peer: Peer, records: Collection[str]) -> None:
    """Settle rejected outbox messages whose very version the peer turned out to have."""
    wanted = sorted(records)
    for start in range(0, len(wanted), CHUNK):
        newest = select(Publication.from_entry).where(
            Publication.record.in_(wanted[start : start + CHUNK]), Publication.until_entry.is_(None)
        )
        work.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.peer_id == peer.id, OutboxMessage.entry.in_(newest))
            .where(OutboxMessage.state == "rejected")
            .values(state="delivered", outcome="reconciled", settled_at=work.now)
            .execution_options(synchronize_session=False)
        )
