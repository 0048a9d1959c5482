"""Heads of peers' ledgers: each must extend the one seen before; a node cosigns what does for the peer."""

from dataclasses import dataclass
from typing import Any

from registry.domain.exchange import batch
from registry.domain.publication import canonical, cosignatures, merkle, signed_notes
from registry.domain.publication.log_identity import is_origin_of
from registry.domain.publication.signed_notes import Checkpoint
from registry.keys.signing import verify
from registry.models import Cosignature, Peer, PeerHead
from registry.queries.exchange import peer_messages
from registry.queries.publication import ledger_state
from registry.refusals.acts import BatchMalformed
from registry.refusals.content import NoteRefused
from registry.services.exchange import peers
from registry.services.node import audit
from registry.services.publication.witnesses import store
from registry.unit_of_work import UnitOfWork

ROLLED_BACK, SPLIT_VIEW, UNREADABLE, MISSING = "head-rolled-back", "head-split-view", "head-unreadable", "head-missing"
"""Why nothing is taken from a peer; the first two pause it until a person has examined both heads."""
OVERTAKEN = "head-overtaken"
"""Why nothing is taken from a peer in this run: another worker was faster, and the next run asks again."""
NOTHING_SEEN = ("", 0)
NODES_MAX = 64


@dataclass(frozen=True)
class HeadVerdict:
    """What came of a peer's head: why nothing may be taken from it, or this node's cosignature to be sent to it."""

    failed: str | None = None
    cosignature: bytes | None = None


def build_head(work: UnitOfWork, peer: Peer, origin: str, size: int) -> bytes:
    """Build the answer to a peer that saw ``size`` entries of ``origin``: newest checkpoint, consistency proof, and
    whether the peer's cosignature is here; signed by the exchange key, by which the peer knows this node."""
    newest = ledger_state.last_checkpoint(work.session)
    note, path, is_cosigned = None, [], False
    if newest is not None:
        note = newest.note
        own_origin = newest.origin
        is_cosigned = work.session.get(Cosignature, (own_origin, newest.size, peer.code)) is not None
        if origin == own_origin and 1 <= size <= newest.size:
            path = [node.hex() for node in ledger_state.consistency(work.session, size, newest.size)]
    value: dict[str, Any] = {"type": "ledger-head", "node": work.settings.node, "note": note, "path": path}
    value["cosigned"] = is_cosigned
    signer = work.keys.exchange
    signature = {"kid": signer.key_id, "value": signer.sign(canonical.dumps(value)).hex()}
    return canonical.dumps({**value, "signature": signature})


def take_head(work: UnitOfWork, peer: Peer, raw: bytes, asked_from: tuple[str, int]) -> HeadVerdict:
    """Judge the head of a peer, keep it when it extends the one seen before, and cosign it.

    A smaller one, or another root, of the same origin is kept as evidence and pauses the peer. ``asked_from`` is the
    origin and size of the head seen when the peer was asked: where another worker has seen a newer one meanwhile, the
    answer is older than that and its proof begins elsewhere, so it proves nothing against the peer (``OVERTAKEN``).
    """
    seen = work.session.get(PeerHead, peer.id, with_for_update=True, populate_existing=True)
    if asked_from != ((seen.origin, seen.size) if seen else NOTHING_SEEN):
        return HeadVerdict(OVERTAKEN)
    try:
        value = _verified_head(peer, raw)
        checkpoint = _parse_note(peer, value["note"])
    except (BatchMalformed, NoteRefused):
        return HeadVerdict(UNREADABLE)
    if checkpoint is None:
        return HeadVerdict(MISSING if seen else None)
    if seen and seen.origin == checkpoint.origin:
        problem = _contradiction(seen, checkpoint, [bytes.fromhex(node) for node in value["path"]])
        if problem:
            return _alarm(work, peer, seen, value["note"], problem)
    elif seen:
        audit.note(work, "exchange.peer.epoch", peer.code, f"{seen.origin} {seen.size} → {checkpoint.origin}")
    _keep(work, peer, seen, checkpoint, value["note"])
    return HeadVerdict(cosignature=None if value["cosigned"] else _cosign(work, checkpoint, value["note"]))


def take_cosignature(work: UnitOfWork, peer: Peer, raw: bytes) -> None:
    """Store the cosignature of a peer under this node's checkpoint. Refuses ``BatchMalformed``, ``NoteRefused``."""
    value = batch.loads(raw)
    if value.keys() != {"origin", "size", "line"} or type(value["size"]) is not int:
        raise BatchMalformed()
    if not isinstance(value["origin"], str) or not isinstance(value["line"], str) or not 0 < value["size"] < 2**53:
        raise BatchMalformed()
    store(work, peer.code, bytes.fromhex(peer.public_key), (value["origin"], value["size"]), value["line"])


def _verified_head(peer: Peer, raw: bytes) -> dict[str, Any]:
    value = batch.loads(raw)
    signature = value.pop("signature", None)
    if value.keys() != {"type", "node", "note", "path", "cosigned"} or not isinstance(signature, dict):
        raise BatchMalformed()
    if (value["type"], value["node"]) != ("ledger-head", peer.code) or signature.keys() != {"kid", "value"}:
        raise BatchMalformed()
    public = peer_messages.keys_of(peer).get(str(signature["kid"]))
    if public is None or not canonical.is_hex(signature["value"], 128):
        raise BatchMalformed()
    if not verify(public, bytes.fromhex(signature["value"]), canonical.dumps(value)):
        raise BatchMalformed()
    path = value["path"]
    if not isinstance(path, list) or len(path) > NODES_MAX or not all(canonical.is_hex(node, 64) for node in path):
        raise BatchMalformed()
    return value


def _parse_note(peer: Peer, note: object) -> Checkpoint | None:
    """The checkpoint of a note. Its own signature is by a key that peers do not know: the answer's is verified."""
    if note is None:
        return None
    if not isinstance(note, str):
        raise NoteRefused("检查点格式不对")
    checkpoint = signed_notes.parse_checkpoint(signed_notes.split_note(note)[0])
    if not is_origin_of(peer.code, checkpoint.origin) or checkpoint.size >= 2**53:
        raise NoteRefused("检查点属于另一个账本")
    return checkpoint


def _contradiction(seen: PeerHead, checkpoint: Checkpoint, path: list[bytes]) -> str | None:
    if checkpoint.size < seen.size:
        return ROLLED_BACK
    roots = (bytes.fromhex(seen.root), checkpoint.root)
    return None if merkle.verify_consistency(seen.size, checkpoint.size, roots, path) else SPLIT_VIEW


def _alarm(work: UnitOfWork, peer: Peer, seen: PeerHead, note: str, problem: str) -> HeadVerdict:
    seen.conflict, seen.conflict_code, seen.conflict_at = note, problem, work.now
    work.session.flush()
    peers.pause(work, peer.code, problem)
    return HeadVerdict(problem)


def _keep(work: UnitOfWork, peer: Peer, seen: PeerHead | None, checkpoint: Checkpoint, note: str) -> None:
    row = seen or PeerHead(peer_id=peer.id)
    row.origin, row.size, row.root, row.note = checkpoint.origin, checkpoint.size, checkpoint.root.hex(), note
    row.seen_at, row.conflict, row.conflict_code, row.conflict_at = work.now, None, None, None
    work.session.add(row)
    work.session.flush()


def _cosign(work: UnitOfWork, checkpoint: Checkpoint, note: str) -> bytes:
    text, _ = signed_notes.split_note(note)
    line = cosignatures.cosign(text, work.settings.node, work.keys.exchange, int(work.now.timestamp()))
    return canonical.dumps({"origin": checkpoint.origin, "size": checkpoint.size, "line": line})
