"""Keys of a node in one file, sealed under a passphrase (scrypt, AES-256-GCM)."""

import os
import secrets
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from registry import durable
from registry.domain.publication import canonical
from registry.errors import Refusal
from registry.refusals.maintenance import BackupMalformed, PassphraseWrong, RestoreNotEmpty

FILE = "keys.sealed"
PASSPHRASE_LENGTH_MIN = 12
_COST = {"n": 1 << 17, "r": 8, "p": 1}
"""128 MiB and some tenths of a second for each guess."""
_KNOWN: dict[str, Any] = {"format": 1, "kdf": "scrypt", **_COST}


def seal(keys_path: Path, passphrase: str) -> bytes:
    """The files of a folder of keys, sealed."""
    content = {path.name: path.read_bytes().hex() for path in sorted(keys_path.iterdir()) if _is_key_file(path)}
    header: dict[str, Any] = {
        "format": 1,
        "kdf": "scrypt",
        **_COST,
        "salt": secrets.token_hex(16),
        "nonce": secrets.token_hex(12),
    }
    sealed = _cipher(header, passphrase).encrypt(
        bytes.fromhex(header["nonce"]), canonical.dumps(content), canonical.dumps(header)
    )
    return canonical.dumps({**header, "sealed": sealed.hex()})


def restore(sealed_file: Path, passphrase: str, keys_path: Path) -> None:
    """Open sealed keys into a folder that does not exist yet.

    Refuses ``RestoreNotEmpty``, ``BackupMalformed`` and ``PassphraseWrong``.
    """
    if keys_path.exists() and any(keys_path.iterdir()):
        raise RestoreNotEmpty(str(keys_path))
    content = open_sealed(sealed_file, passphrase)
    keys_path.parent.mkdir(parents=True, exist_ok=True)
    if keys_path.exists():
        keys_path.rmdir()
    with durable.new_folder(keys_path) as draft:
        for name, value in content.items():
            path = draft / name
            if path.parent != draft or not _is_hex(value):
                raise BackupMalformed()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(bytes.fromhex(value))


def open_sealed(sealed_file: Path, passphrase: str) -> dict[str, str]:
    """Names and contents (hexadecimal) of sealed keys. Refuses ``BackupMalformed`` and ``PassphraseWrong``."""
    try:
        document = canonical.loads(sealed_file.read_bytes())
    except (OSError, Refusal):
        raise BackupMalformed() from None
    header: dict[str, Any] = document if isinstance(document, dict) else {}
    sealed = header.pop("sealed", None)
    has_salt = canonical.is_hex(header.get("salt"), 32) and canonical.is_hex(header.get("nonce"), 24)
    # The cost is not taken from the file: whoever alters it must not choose how long this computes.
    if {name: header.get(name) for name in _KNOWN} != _KNOWN or not has_salt or not _is_hex(sealed):
        raise BackupMalformed()
    try:
        plain = _cipher(header, passphrase).decrypt(
            bytes.fromhex(header["nonce"]), bytes.fromhex(sealed), canonical.dumps(header)
        )
    except (InvalidTag, ValueError):
        raise PassphraseWrong() from None
    return msgspec.json.decode(plain, type=dict[str, str])


def _cipher(header: dict[str, Any], passphrase: str) -> AESGCM:
    return AESGCM(Scrypt(bytes.fromhex(header["salt"]), 32, **_COST).derive(passphrase.encode()))


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and canonical.is_hex(value, len(value))


def _is_key_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")
