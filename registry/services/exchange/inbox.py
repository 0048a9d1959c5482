"""What peers tell this node: each batch stored once, each record admitted or quarantined with its reason."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import insert, select

from registry.domain.exchange import batch, envelope
from registry.domain.exchange.envelope import Envelope, KnownRecord, Outcome, Sender
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.models import InboxBatch, InboxItem, Peer
from registry.queries.exchange import peer_messages
from registry.queries.law import reference_data
from registry.refusals.acts import BatchMalformed, PeerPaused, RemovalShare
from registry.services.node import audit
from registry.services.publication.publishing import Version, publish
from registry.signing import verify
from registry.unit_of_work import UnitOfWork

REMOVALS_UNGUARDED = 20
"""So few removals a day need no second look."""
GUARD_WINDOW = dt.timedelta(days=1)


@dataclass
class JudgedItem:
    """One record of a batch and what became of it; ``envelope`` is None when it could not be read."""

    value: Any
    envelope: Envelope | None
    outcome: Outcome


def receive(work: UnitOfWork, peer: Peer, raw: bytes) -> bytes:
    """Take in a batch and return its signed receipt, canonical JSON; the same batch again gets the same.

    A bad record is quarantined and stops no other. Refuses the whole, storing nothing: ``BatchTooLarge``,
    ``BatchMalformed``, ``BatchDigest``, ``PeerPaused``, ``RemovalShare`` (the door then pauses the peer).
    """
    incoming = batch.parse_batch(raw, work.settings.batch_records_max)
    if incoming.sender != peer.code:
        raise BatchMalformed("from")
    _queue_up(work)
    known = peer_messages.receipt(work.session, peer.id, incoming.digest)
    if known is not None:
        return known.encode()
    if peer.paused_because:
        raise PeerPaused()
    judged = _judge(work, peer, incoming.records)
    accepted = [one.envelope for one in judged if one.envelope and one.outcome.outcome == envelope.ACCEPTED]
    _guard(work, peer, accepted)
    _publish(work, accepted)
    lines = [batch.result(*_identity(one), one.outcome) for one in judged]
    receipt = _signed(work, batch.delivery_receipt(incoming.digest, work.settings.node, lines))
    stored = InboxBatch(
        peer_id=peer.id, digest=incoming.digest, raw=raw, received_at=work.now, receipt=receipt.decode()
    )
    _store(work, stored, judged, peer.code)
    return receipt


def release(work: UnitOfWork, number: int) -> Outcome:
    """Judge a quarantined item again after what stood in its way was put right; publish it if it passes."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    _queue_up(work)
    item, peer = peer_messages.quarantined_item(work.session, number)
    [judged] = _judge(work, peer, [json.loads(item.envelope)])
    outcome = judged.outcome
    if judged.envelope and outcome.outcome == envelope.ACCEPTED:
        _publish(work, [judged.envelope])
    if outcome.outcome in envelope.DELIVERED:
        item.state, item.envelope = "released", ""
    item.outcome, item.code, item.detail = outcome.outcome, outcome.code, _detail(outcome.faults)
    work.session.flush()
    audit.note(work, "exchange.quarantine.release", f"item {number}", outcome.outcome)
    return outcome


def drop(work: UnitOfWork, number: int, reason: str) -> None:
    """Put a quarantined item away for good, with the reason."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    item, _ = peer_messages.quarantined_item(work.session, number)
    item.state, item.detail = "dropped", reason
    work.session.flush()
    audit.note(work, "exchange.quarantine.drop", f"item {number}")


def _queue_up(work: UnitOfWork) -> None:
    """One intake at a time: two at once could leave a record with two newest versions.

    ``key_share``: who publishes meanwhile refers to these rows in its promises, and must not wait for us while
    we wait for its ledger lock.
    """
    work.session.execute(select(Peer.id).order_by(Peer.id).with_for_update(key_share=True)).all()


def _judge(work: UnitOfWork, peer: Peer, values: Sequence[Any]) -> list[JudgedItem]:
    """Judged in the order of revisions, returned in the order given."""
    sectors = reference_data.current(work.session).names("sectors")
    judged = [_read(value, sectors) for value in values]
    readable = [(one, one.envelope) for one in judged if one.envelope]
    held = peer_messages.known_records(work.session, sorted({found.record for _, found in readable}))
    sender = _sender(work, peer)
    for one, incoming in sorted(readable, key=lambda pair: pair[1].revision):
        one.outcome = envelope.judge_envelope(held.get(incoming.record), incoming, sender)
        if one.outcome.outcome == envelope.ACCEPTED:
            before = held.get(incoming.record, KnownRecord(incoming.owner))
            held[incoming.record] = before.with_revision(incoming.revision, incoming.hash)
    return judged


def _read(value: Any, sectors: dict[str, str]) -> JudgedItem:
    try:
        found = envelope.parse(value, sectors)
    except Exception as error:  # one record that no check foresaw must not stop a batch, and so a peer, for ever
        found = [Fault("", type(error).__name__, "无法识别")]
    if isinstance(found, Envelope):
        return JudgedItem(value, found, Outcome(envelope.ACCEPTED))
    return JudgedItem(value, None, Outcome(envelope.REJECTED, envelope.SCHEMA, tuple(found)))


def _sender(work: UnitOfWork, peer: Peer) -> Sender:
    verifiers: dict[str, dict[str, Callable[[bytes, bytes], bool]]] = {}
    for one in peer_messages.peers(work.session):
        verifiers[one.code] = {kid: partial(verify, public) for kid, public in peer_messages.keys_of(one).items()}
    return Sender(frozenset(peer.owners) - {work.settings.node}, verifiers)


def _guard(work: UnitOfWork, peer: Peer, accepted: Sequence[Envelope]) -> None:
    """Refuse as ``RemovalShare`` what would remove too much of an owner's records within a day."""
    if peer.removals_until is not None and work.now < peer.removals_until:
        return
    removals: dict[str, set[str]] = defaultdict(set)
    for one in accepted:
        if one.is_removal:
            removals[one.owner].add(one.record)
    for owner, records in removals.items():
        removed = peer_messages.count_visible(work.session, sorted(records), work.today)
        standing, before = peer_messages.balance(work.session, owner, work.today, work.now - GUARD_WINDOW)
        share_max = work.settings.removal_share_percent_max * (standing + before)
        if removed + before > REMOVALS_UNGUARDED and (removed + before) * 100 > share_max:
            raise RemovalShare(owner=owner, removed=removed)


def _publish(work: UnitOfWork, accepted: Sequence[Envelope]) -> None:
    """Lower revisions first; each call publishes a record once, because the next revision closes this one."""
    layers: list[dict[str, Envelope]] = []
    for one in sorted(accepted, key=lambda found: found.revision):
        layer = next((layer for layer in layers if one.record not in layer), None)
        if layer is None:
            layers.append(layer := {})
        layer[one.record] = one
    for layer in layers:
        publish(work, [_version(one) for one in layer.values()])


def _version(one: Envelope) -> Version:
    signature = canonical.dumps({"kid": one.kid, "value": one.signature}).decode()
    return Version(one.body, one.owner, signature=signature, previous=one.previous)


def _signed(work: UnitOfWork, receipt: dict[str, Any]) -> bytes:
    signer = work.keys.exchange
    value = signer.sign(canonical.dumps(receipt)).hex()
    return canonical.dumps({**receipt, "signature": {"kid": signer.key_id, "value": value}})


def _store(work: UnitOfWork, stored: InboxBatch, judged: Sequence[JudgedItem], sender: str) -> None:
    work.session.add(stored)
    work.session.flush()
    rows = [_item(stored.id, position, one) for position, one in enumerate(judged)]
    if rows:
        work.session.execute(insert(InboxItem), rows)
    alarms = [one for one in judged if one.outcome.outcome == envelope.CONFLICT]
    audit.note(work, "exchange.equivocation", [str(_identity(one)[0]) for one in alarms], sender)
    audit.note(work, "exchange.receive", stored.digest, sender)


def _item(batch_id: int, position: int, one: JudgedItem) -> dict[str, Any]:
    record, revision = _identity(one)
    waits = one.outcome.outcome in envelope.QUARANTINED
    return {
        "batch_id": batch_id,
        "position": position,
        "record": record,
        "revision": revision,
        "envelope": canonical.dumps(one.value).decode() if waits else "",
        "state": "quarantined" if waits else "settled",
        "outcome": one.outcome.outcome,
        "code": one.outcome.code,
        "detail": _detail(one.outcome.faults),
    }


def _identity(one: JudgedItem) -> tuple[str | None, int | None]:
    """Record and revision; of what could not be read, only as far as they are plain."""
    if one.envelope:
        return one.envelope.record, one.envelope.revision
    given = one.value if isinstance(one.value, dict) else {}
    record, revision = given.get("record"), given.get("revision")
    is_plain = isinstance(record, str) and len(record) == 32 and record.isascii() and record.isalnum()
    return record if is_plain else None, revision if type(revision) is int and 0 < revision < 2**31 else None


def _detail(faults: Sequence[Fault]) -> str | None:
    return "; ".join(f"{fault.pointer} {fault.code}" for fault in faults[:20]) or None
