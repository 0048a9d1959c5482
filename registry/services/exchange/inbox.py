"""Receive batches of records from peers: store each once, admit or quarantine each record with its reason."""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import insert

from registry.domain.cases import revision
from registry.domain.exchange import batch, envelope, membership, takeaway
from registry.domain.exchange.envelope import Envelope, KnownRecord, Outcome, Sender
from registry.domain.law.reference import Reference
from registry.domain.permissions import Permission
from registry.domain.publication import canonical
from registry.domain.publication.erasure import ACT
from registry.errors import Fault
from registry.garbage import rarely_collected
from registry.keys.signing import verify
from registry.models import InboxBatch, InboxItem, Peer, Takeaway
from registry.queries.exchange import member_statements, peer_messages
from registry.queries.law import reference_data
from registry.refusals.acts import BatchMalformed, PeerPaused, RemovalShare
from registry.services.exchange import peers, row_inbox
from registry.services.exchange.received import format_faults, lock_peers
from registry.services.node import audit
from registry.services.node.sealed_text import open_text, seal_text
from registry.services.publication import erasure
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass
class JudgedItem:
    """One record of a batch and its outcome; ``envelope`` is None when it could not be read."""

    value: Any
    envelope: Envelope | None
    outcome: Outcome


@rarely_collected()
def receive(work: UnitOfWork, peer: Peer, raw: bytes) -> bytes:
    """Receive a batch and return its signed receipt, canonical JSON; the same batch again gets the same.

    A bad record is quarantined and stops no other. Refuses the whole, storing nothing: ``BatchTooLarge``,
    ``BatchMalformed``, ``BatchDigest``, ``PeerPaused``, ``RemovalShare`` (the door then pauses the peer).
    """
    incoming = batch.parse_batch(raw, work.settings.batch_records_max)
    if incoming.sender != peer.code:
        raise BatchMalformed("from")
    lock_peers(work)
    known_receipt = peer_messages.receipt(work.session, peer.id, incoming.digest)
    if known_receipt is not None:
        return known_receipt.encode()
    if peer.paused_because:
        raise PeerPaused()
    judged_items = _judge_records(work, peer, incoming.records, incoming.encoded)
    accepted = [item.envelope for item in judged_items if item.envelope and item.outcome.outcome == envelope.ACCEPTED]
    _guard_takeaways(work, peer, accepted)
    _publish(work, accepted)
    lines = [batch.result(*_find_identity(item), item.outcome) for item in judged_items]
    receipt = _sign_receipt(work, batch.delivery_receipt(incoming.digest, work.settings.node, lines))
    inbox_batch = InboxBatch(
        peer_id=peer.id,
        digest=incoming.digest,
        raw=work.keys.vault.seal(raw),
        received_at=work.now,
        receipt=receipt.decode(),
    )
    _store_batch(work, inbox_batch, judged_items, peer.code)
    erasure.clear_received(work, [incoming.record for incoming in accepted if incoming.body["act"] == ACT])
    return receipt


def release(work: UnitOfWork, number: int) -> Outcome:
    """Release a quarantined item: judge it again after its fault was put right, and publish it if it passes."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    lock_peers(work)
    return release_item(work, *peer_messages.quarantined_item(work.session, number))


def release_item(work: UnitOfWork, item: InboxItem, peer: Peer) -> Outcome:
    """Judge a quarantined item again, and publish it if it passes; the peers are locked already."""
    if peer.is_platform:
        return row_inbox.release_item(work, item, peer)
    value = json.loads(open_text(work, item.envelope))
    [judged_item] = _judge_records(work, peer, [value], [canonical.dumps(value)])
    outcome = judged_item.outcome
    if judged_item.envelope and outcome.outcome == envelope.ACCEPTED:
        _publish(work, [judged_item.envelope])
    if outcome.outcome in envelope.DELIVERED:
        item.state, item.envelope = "released", ""
    item.outcome, item.code, item.detail = outcome.outcome, outcome.code, format_faults(outcome.faults)
    work.session.flush()
    audit.note(work, "exchange.quarantine.release", f"item {item.id}", outcome.outcome)
    return outcome


def drop(work: UnitOfWork, number: int, reason: str) -> None:
    """Drop a quarantined item for good, with the reason."""
    work.actor.require(Permission.EXCHANGE_OPERATE)
    item, _ = peer_messages.quarantined_item(work.session, number)
    item.state, item.detail = "dropped", reason
    work.session.flush()
    audit.note(work, "exchange.quarantine.drop", f"item {number}")


def _judge_records(work: UnitOfWork, peer: Peer, values: Sequence[Any], encoded: Sequence[bytes]) -> list[JudgedItem]:
    """Judge records, with their canonical bytes, in the order of revisions; returned in the order of the batch."""
    reference = reference_data.current(work.session)
    months = max((policy.max_months for policy in reference.policies), default=None)
    judged_items = [_parse_record(value, reference, months, data) for value, data in zip(values, encoded, strict=True)]
    readable = [(item, item.envelope) for item in judged_items if item.envelope]
    known_records = peer_messages.known_records(work.session, sorted({incoming.record for _, incoming in readable}))
    sender = _build_sender(work, peer)
    for item, incoming in sorted(readable, key=lambda pair: pair[1].revision):
        item.outcome = envelope.judge_envelope(known_records.get(incoming.record), incoming, sender)
        if item.outcome.outcome == envelope.ACCEPTED:
            before = known_records.get(incoming.record, KnownRecord(incoming.owner))
            known_records[incoming.record] = before.with_revision(incoming.revision, incoming.hash)
    return judged_items


def _parse_record(value: Any, reference: Reference, publicity_months: int | None, encoded: bytes) -> JudgedItem:
    sectors = reference.names("sectors")
    try:
        result = envelope.parse(value, sectors, reference.list_measures, publicity_months, encoded)
    except Exception as error:  # one record that no check foresaw must not stop a batch, and so a peer, for ever
        result = [Fault("", type(error).__name__, "无法识别")]
    if isinstance(result, Envelope):
        return JudgedItem(value, result, Outcome(envelope.ACCEPTED))
    return JudgedItem(value, None, Outcome(envelope.REJECTED, envelope.SCHEMA, tuple(result)))


def _build_sender(work: UnitOfWork, peer: Peer) -> Sender:
    verifiers: dict[str, dict[str, Callable[[bytes, bytes], bool]]] = {}
    for known_peer in peer_messages.peers(work.session):
        verifiers[known_peer.code] = {
            kid: partial(verify, public) for kid, public in peer_messages.keys_of(known_peer).items()
        }
    members = member_statements.members(work.session, work.settings.node, work.today)
    return Sender(frozenset(peer.owners) - {work.settings.node}, verifiers, members)


def _guard_takeaways(work: UnitOfWork, peer: Peer, envelopes: Sequence[Envelope]) -> None:
    """Note what is taken away of records shown here, by its effect. Refuses as ``RemovalShare`` too much of an owner's
    records within a day, unless a person saw just these and let the peer do so: those count no more."""
    newest = {incoming.record: incoming for incoming in sorted(envelopes, key=lambda incoming: incoming.revision)}
    shown = peer_messages.shown_bodies(work.session, sorted(newest), work.today)
    taken: dict[str, set[str]] = defaultdict(set)
    for record, body in shown.items():
        if takeaway.takes_away(body, newest[record].body):
            taken[newest[record].owner].add(record)
    since, percent_max = peers.guard_since(work, peer, revision.GUARD_WINDOW), work.settings.removal_share_percent_max
    stopped: dict[str, set[str]] = {}
    for owner, records in taken.items():
        standing, before = peer_messages.balance(work.session, owner, work.today, since)
        if revision.is_mass_removal(len(records | before), standing, percent_max):
            stopped[owner] = records
    removed = set().union(*stopped.values())
    if removed and not peers.use_release(work, peer, removed):
        raise RemovalShare(owner=min(stopped), removed=len(removed), records=removed)
    rows = [
        {"origin": owner, "record": record, "at": work.now}
        for owner, records in taken.items()
        if owner not in stopped
        for record in records
    ]
    if rows:
        work.session.connection().execute(insert(Takeaway), rows)


def _publish(work: UnitOfWork, envelopes: Sequence[Envelope]) -> None:
    """Lower revisions first; each call publishes a record once, because the next revision closes this one."""
    layers: list[dict[str, Envelope]] = []
    for incoming in sorted(envelopes, key=lambda incoming: incoming.revision):
        layer = next((layer for layer in layers if incoming.record not in layer), None)
        if layer is None:
            layers.append(layer := {})
        layer[incoming.record] = incoming
    for layer in layers:
        entries = publish(work, [_build_version(incoming) for incoming in layer.values()])
        for entry, incoming in zip(entries, layer.values(), strict=True):
            if incoming.body["act"] == ACT:
                erasure.clear_versions(work, incoming.record, entry)


def _build_version(incoming: Envelope) -> Version:
    signature = canonical.dumps({"kid": incoming.kid, "value": incoming.signature}).decode()
    return Version(
        incoming.body, incoming.owner, signature=signature, previous=incoming.previous, encoded=incoming.encoded
    )


def _sign_receipt(work: UnitOfWork, receipt: dict[str, Any]) -> bytes:
    signer = work.keys.exchange
    value = signer.sign(canonical.dumps(receipt)).hex()
    return canonical.dumps({**receipt, "signature": {"kid": signer.key_id, "value": value}})


def _store_batch(work: UnitOfWork, inbox_batch: InboxBatch, judged_items: Sequence[JudgedItem], sender: str) -> None:
    work.session.add(inbox_batch)
    work.session.flush()
    rows = [_build_item_row(work, inbox_batch.id, position, item) for position, item in enumerate(judged_items)]
    if rows:
        work.session.connection().execute(insert(InboxItem), rows)
    conflicts = [item for item in judged_items if item.outcome.outcome == envelope.CONFLICT]
    audit.note(work, "exchange.equivocation", [str(_find_identity(item)[0]) for item in conflicts], sender)
    _alarm_foreign_authorities(work, judged_items, sender)
    audit.note(work, "exchange.receive", inbox_batch.digest, sender)


def _alarm_foreign_authorities(work: UnitOfWork, judged_items: Sequence[JudgedItem], sender: str) -> None:
    """Note and log what was stated in the name of an authority that is not its owner's."""
    for item in judged_items:
        if item.envelope and item.outcome.code in membership.ALARMS:
            detail = f"{item.outcome.code}: {item.envelope.owner} by {sender}"
            audit.note(work, "exchange.foreign-authority", item.envelope.record, detail)
            log.error("record %s quarantined, %s", item.envelope.record, detail)


def _build_item_row(work: UnitOfWork, batch_id: int, position: int, item: JudgedItem) -> dict[str, Any]:
    record, revision = _find_identity(item)
    waits = item.outcome.outcome in envelope.QUARANTINED
    return {
        "batch_id": batch_id,
        "position": position,
        "record": record,
        "revision": revision,
        "envelope": seal_text(work, canonical.dumps(item.value)) if waits else "",
        "state": "quarantined" if waits else "settled",
        "outcome": item.outcome.outcome,
        "code": item.outcome.code,
        "detail": format_faults(item.outcome.faults),
    }


def _find_identity(item: JudgedItem) -> tuple[str | None, int | None]:
    """Record and revision; of what could not be read, only as far as they are plain."""
    if item.envelope:
        return item.envelope.record, item.envelope.revision
    fields = item.value if isinstance(item.value, dict) else {}
    record, revision = fields.get("record"), fields.get("revision")
    is_plain = isinstance(record, str) and len(record) == 32 and record.isascii() and record.isalnum()
    return record if is_plain else None, revision if type(revision) is int and 0 < revision < 2**31 else None
