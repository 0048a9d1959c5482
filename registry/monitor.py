"""Monitor of a node's ledger: every head must extend the one seen before; what contradicts is kept as evidence.

It needs no account and no database. Files of its folder: ``keys.json`` and ``checkpoint`` as seen last, and
``evidence/``.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.domain.publication import cosignatures, keyring, merkle, signed_notes, tiles
from registry.domain.publication.keyring import Keyring
from registry.domain.publication.signed_notes import Checkpoint
from registry.domain.publication.tiles import Tile
from registry.keys.signing import verify
from registry.refusals.content import KeysMalformed, MonitorRefused, NoteRefused
from registry.witness import write_durably

Fetch = Callable[[str], bytes]
"""Fetches a path below the address of the node; raises ``MonitorRefused`` when there is no answer."""
PROOF_NODES_MAX = 64
HASH_BYTES = 32
WORDS = {
    "rollback": "账本变短了：本监测方见过更多的记录",
    "split-view": "账本分叉：同一账本给出了互相矛盾的内容",
    "new-epoch": "账本标识更换：该节点宣称从备份恢复或者另起账本，须由人核实后再接受",
    "keys-changed": "公钥链中断：公钥文件不是由先前见过的公钥接续的",
    "checkpoint-unsigned": "检查点没有该节点公钥的有效签名",
    "cosignature-forged": "检查点上有伪造的见证签名",
}
"""Alarms and what they say."""


@dataclass(frozen=True)
class Look:
    """Result of one look: the checkpoint, the witnesses that cosigned it and how many must, and the node's keys; or an
    alarm and where its evidence lies."""

    checkpoint: Checkpoint | None
    witnesses: tuple[str, ...] = ()
    required: int = 0
    ring: Keyring | None = None
    alarm: str | None = None
    evidence: Path | None = None


class _Alarm(Exception):  # noqa: N818 - a finding, not an error of the program
    def __init__(self, code: str, **files: bytes) -> None:
        super().__init__(code)
        self.code, self.files = code, files


class Monitor:
    """The monitor of a folder over one node."""

    def __init__(self, folder: Path, fetch: Fetch) -> None:
        self._folder, self._fetch = folder, fetch
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def look(self, accepted_epoch: str = "", *, with_tiles: bool = False) -> Look:
        """Fetch the newest head and compare it with what was seen. What is seen advances only where nothing
        contradicts. ``accepted_epoch``: a person has examined why there is this one. ``with_tiles`` mirrors the tree
        under ``tile/``. Refuses ``MonitorRefused``."""
        keys, note = self._fetch("/api/v1/ledger/keys"), self._fetch("/api/v1/ledger/checkpoint")
        try:
            ring = self._verified_ring(keys)
            checkpoint = _open_checkpoint(ring, note)
            self._compare(checkpoint, note, accepted_epoch)
            witnesses = _witnesses(ring, note)
            if with_tiles:
                self._mirror(checkpoint)
        except _Alarm as alarm:
            folder = self._keep_evidence(alarm.code, {**alarm.files, "keys.json": keys, "checkpoint": note})
            return Look(None, alarm=alarm.code, evidence=folder)
        write_durably(self._folder / "keys.json", keys)
        write_durably(self._folder / "checkpoint", note)
        return Look(checkpoint, witnesses, ring.policy.required if ring.policy else 0, ring)

    def _verified_ring(self, keys: bytes) -> Keyring:
        seen = self._read("keys.json")
        try:
            ring = keyring.parse_keyring(keys, verify)
            known = keyring.parse_keyring(seen, verify) if seen else ring
        except KeysMalformed:
            raise _Alarm("keys-changed", seen_keys=seen) from None
        publics = [key.public for key in known.keys]
        if ring.node != known.node or [key.public for key in ring.keys][: len(publics)] != publics:
            raise _Alarm("keys-changed", seen_keys=seen)
        return ring

    def _compare(self, checkpoint: Checkpoint, note: bytes, accepted_epoch: str) -> None:
        seen_note = self._read("checkpoint")
        if not seen_note or seen_note == note:
            return
        seen = signed_notes.parse_checkpoint(signed_notes.split_note(seen_note.decode())[0])
        if seen.origin != checkpoint.origin:
            if checkpoint.origin.rpartition("/")[2] == accepted_epoch:
                return
            raise _Alarm("new-epoch", seen_checkpoint=seen_note)
        if checkpoint.size < seen.size:
            raise _Alarm("rollback", seen_checkpoint=seen_note)
        proof = b'{"path": []}'
        if seen.size and checkpoint.size > seen.size:
            proof = self._fetch(f"/api/v1/ledger/proofs/consistency?from={seen.size}&to={checkpoint.size}")
        path = _parse_path(proof)
        if path is None or not merkle.verify_consistency(
            seen.size, checkpoint.size, (seen.root, checkpoint.root), path
        ):
            raise _Alarm("split-view", seen_checkpoint=seen_note, proof=proof)

    def _mirror(self, checkpoint: Checkpoint) -> None:
        """Fetch the missing tiles of leaves, compute those above them, and write all once they give the signed root.

        A full tile never changes, so one that is here is not fetched again, unless the ledger has another epoch.
        """
        epoch = checkpoint.origin.rpartition("/")[2]
        folder = self._folder / "tile" if self._read("tile/epoch").decode() == epoch else None
        found: dict[Tile, bytes] = {}
        for tile in tiles.tiles_of(checkpoint.size):
            if tile.level == 0:
                kept = folder / tile.path if folder and tile.is_full else None
                is_kept = kept is not None and kept.exists()
                data = kept.read_bytes() if kept and is_kept else self._fetch_tile(tile, epoch)
            else:
                data = _above(tile, found)
            found[tile] = data
        leaves = [leaf for tile, data in found.items() if tile.level == 0 for leaf in _hashes(data)]
        if merkle.root(leaves) != checkpoint.root:
            raise _Alarm("split-view", tiles=b"the tiles do not give the signed root\n")
        write_durably(_made(self._folder / "tile" / "epoch"), epoch.encode())
        for tile, data in found.items():
            write_durably(_made(self._folder / "tile" / tile.path), data)

    def _fetch_tile(self, tile: Tile, epoch: str) -> bytes:
        data = self._fetch(f"/api/v1/ledger/tile/{tile.path}?epoch={epoch}")
        if len(data) != HASH_BYTES * tile.width:
            raise _Alarm("split-view", tiles=f"{tile.path} has {len(data)} bytes\n".encode())
        return data

    def _keep_evidence(self, code: str, files: dict[str, bytes]) -> Path:
        digest = hashlib.sha256(b"".join(files.values())).hexdigest()[:16]
        folder = self._folder / "evidence" / f"{code}-{digest}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_durably(folder / name, content)
        return folder

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        return path.read_bytes() if path.exists() else b""


def _hashes(data: bytes) -> list[bytes]:
    return [data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES)]


def _above(tile: Tile, found: Mapping[Tile, bytes]) -> bytes:
    """A tile above the leaves: each hash is the root of a full tile below it."""
    below = (Tile(tile.level - 1, tile.index * tiles.WIDTH + place) for place in range(tile.width))
    return b"".join(merkle.root(_hashes(found[child])) for child in below)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _open_checkpoint(ring: Keyring, note: bytes) -> Checkpoint:
    try:
        text, _ = ring.open_note(note.decode("utf-8"), verify, good_only=True)
        return signed_notes.parse_checkpoint(text)
    except (UnicodeDecodeError, NoteRefused):
        raise _Alarm("checkpoint-unsigned") from None


def _witnesses(ring: Keyring, note: bytes) -> tuple[str, ...]:
    if ring.policy is None:
        return ()
    try:
        return tuple(sorted(cosignatures.witnesses_of(note.decode("utf-8"), ring.policy.keys, verify)))
    except NoteRefused:
        raise _Alarm("cosignature-forged") from None


def _parse_path(proof: bytes) -> list[bytes] | None:
    try:
        path = [bytes.fromhex(node) for node in json.loads(proof)["path"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return path if len(path) <= PROOF_NODES_MAX else None


def require_url(url: str) -> str:
    """The address of a node without its last slash; refuses ``MonitorRefused`` what is no web address."""
    if not url.startswith(("https://", "http://")) or not url.isprintable():
        raise MonitorRefused("地址应以 https:// 或 http:// 开头")
    return url.rstrip("/")
