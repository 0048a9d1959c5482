"""The manifest of a backup: whose it is, what it holds up to which entry, and the hashes of its files, signed."""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from registry.domain.publication import canonical
from registry.errors import Refusal
from registry.keys import signing
from registry.keys.signing import Signer
from registry.refusals.maintenance import BackupDamaged, BackupForeign, BackupMalformed

FILE = "manifest.json"
FORMAT = 1
_SIGNED_AS = b"registry backup\n"
"""Before the signed bytes, so that no signature of another purpose can stand here."""


@dataclass(frozen=True)
class BackupFile:
    """A file of a backup: its length in bytes and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself. ``root`` is that of the Merkle tree over the first ``size`` entries."""

    format: int
    node: str
    made_at: str
    store: str
    revision: str
    release: str
    size: int
    root: str
    files: dict[str, BackupFile]


def describe(folder: Path) -> dict[str, BackupFile]:
    """Length and hash of every file in a folder."""
    return {path.name: BackupFile(path.stat().st_size, _sha256(path)) for path in sorted(folder.iterdir())}


def write(folder: Path, manifest: Manifest, signer: Signer) -> None:
    """Write the signed manifest into the folder."""
    content = asdict(manifest)
    signature = {"kid": signer.key_id, "value": signer.sign(_SIGNED_AS + canonical.dumps(content)).hex()}
    (folder / FILE).write_bytes(canonical.dumps({"manifest": content, "signature": signature}))


def read(folder: Path, node: str, signer: Signer) -> Manifest:
    """Read the manifest of a backup of this node and verify every file against it.

    Refuses ``BackupMalformed``, ``BackupForeign`` (of another node, or under another signing key) and
    ``BackupDamaged``.
    """
    content, signature = _load(folder)
    try:
        manifest = msgspec.convert(content, Manifest)
    except msgspec.ValidationError:
        raise BackupMalformed() from None
    if manifest.format != FORMAT:
        raise BackupMalformed(f"format {manifest.format}")
    if manifest.node != node:
        raise BackupForeign(f"备份属于 {manifest.node}，本节点是 {node}")
    if signature.get("kid") != signer.key_id:
        raise BackupForeign(f"备份由密钥 {signature.get('kid')} 签名，现有密钥是 {signer.key_id}，请放回当时的密钥")
    if not signing.verify(signer.public, _signature_bytes(signature), _SIGNED_AS + canonical.dumps(content)):
        raise BackupForeign("签名无效")
    _require_files(folder, manifest)
    return manifest


def _load(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        document = canonical.loads((folder / FILE).read_bytes())
    except (OSError, Refusal):
        raise BackupMalformed() from None
    match document:
        case {"manifest": dict(content), "signature": dict(signature), **rest} if not rest:
            return content, signature
    raise BackupMalformed()


def _signature_bytes(signature: dict[str, Any]) -> bytes:
    value = signature.get("value")
    return bytes.fromhex(value) if canonical.is_hex(value, 128) and isinstance(value, str) else b""


def _require_files(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.files.items():
        path = folder / name
        is_whole = path.parent == folder and path.is_file() and path.stat().st_size == expected.bytes
        if not is_whole or _sha256(path) != expected.sha256:
            raise BackupDamaged(name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
