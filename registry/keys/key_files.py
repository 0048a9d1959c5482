"""Files that hold keys: plain, encrypted under a passphrase (scrypt, AES-256-GCM), or naming a key in a token."""

import base64
import contextlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from registry import durable
from registry.refusals.content import KeysDamaged, KeysLocked

_BEGIN, _END = b"-----BEGIN REGISTRY ENCRYPTED KEY-----", b"-----END REGISTRY ENCRYPTED KEY-----"
_ENCRYPTED = re.compile(_BEGIN + rb"\s+([A-Za-z0-9+/=\s]+)" + _END + rb"\s*")
_VERSION = 1
_COST = 15
"""Scrypt with N = 2^15, r = 8, p = 1: 32 MiB and about a tenth of a second for each guess (RFC 7914)."""
_COST_MAX = 20
_SALT_BYTES, _NONCE_BYTES = 16, 12
_OTHERS = 0o007
PASSPHRASE_BYTES_MAX = 1024


@dataclass(frozen=True)
class KeyProtection:
    """How the keys of a node are protected at rest; paths only, so that nothing secret is printed with it.

    ``passphrase_file``: the first line encrypts, every line opens: a new passphrase stands above the old one until all
    files are encrypted under it. ``module``, ``token``, ``pin_file``: the PKCS#11 token in which signing keys are made.
    """

    passphrase_file: str = ""
    module: str = ""
    token: str = ""
    pin_file: str = ""

    def passphrases(self) -> list[bytes]:
        """The passphrases, the one that encrypts first; none when none is set. Refuses ``KeysLocked``."""
        return _read_lines(self.passphrase_file) if self.passphrase_file else []

    def pin(self) -> str:
        """The PIN of the token's user. Refuses ``KeysLocked``."""
        lines = _read_lines(self.pin_file) if self.pin_file else []
        return lines[0].decode("utf-8", "replace") if lines else ""


UNPROTECTED = KeyProtection()


def _read_lines(file: str) -> list[bytes]:
    path = Path(file)
    try:
        if path.stat().st_mode & _OTHERS:
            raise KeysLocked("口令文件不得对其他用户可读")
        content = path.read_bytes()
    except OSError:
        raise KeysLocked("口令文件无法读取") from None
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    if not lines or any(len(line) > PASSPHRASE_BYTES_MAX for line in lines):
        raise KeysLocked("口令文件中没有可用的口令")
    return lines


def read(path: Path, protection: KeyProtection = UNPROTECTED) -> bytes:
    """The content of a key file, decrypted. Raises ``OSError``; refuses ``KeysLocked`` and ``KeysDamaged``."""
    content = path.read_bytes()
    if not is_encrypted(content):
        return content
    passphrases = protection.passphrases()
    for passphrase in passphrases:
        with contextlib.suppress(InvalidTag):
            return _decrypt(content, passphrase)
    raise KeysLocked("口令不正确" if passphrases else "密钥已加密，没有设置口令文件")


def write_once(path: Path, content: bytes, protection: KeyProtection = UNPROTECTED) -> None:
    """Put a whole, durable key file at ``path``, encrypted if there is a passphrase, unless one is there: linking is
    atomic and never replaces."""
    draft = durable.write_draft(path, _protected(content, protection))
    try:
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    durable.sync(path.parent)


def replace(path: Path, content: bytes, protection: KeyProtection = UNPROTECTED) -> None:
    """Put a whole, durable key file at ``path``, encrypted if there is a passphrase, in place of one that is there."""
    durable.write_draft(path, _protected(content, protection)).replace(path)
    durable.sync(path.parent)


def encrypt_in_place(path: Path, protection: KeyProtection) -> bool:
    """Replace a key file by one that is encrypted under the first passphrase; False when it is so already."""
    content, [first, *_] = path.read_bytes(), protection.passphrases()
    if is_encrypted(content):
        with contextlib.suppress(InvalidTag):
            _decrypt(content, first)
            return False
    plain = read(path, protection)
    durable.write_draft(path, _encrypt(plain, first)).replace(path)
    durable.sync(path.parent)
    return True


def is_encrypted(content: bytes) -> bool:
    """Whether this is the content of an encrypted key file."""
    return content.startswith(_BEGIN)


def _protected(content: bytes, protection: KeyProtection) -> bytes:
    passphrases = protection.passphrases()
    return _encrypt(content, passphrases[0]) if passphrases else content


def _encrypt(plain: bytes, passphrase: bytes) -> bytes:
    head = bytes((_VERSION, _COST)) + secrets.token_bytes(_SALT_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_derive(passphrase, head)).encrypt(nonce, plain, head)
    return _BEGIN + b"\n" + base64.encodebytes(head + nonce + sealed) + _END + b"\n"


def _decrypt(content: bytes, passphrase: bytes) -> bytes:
    """Raises ``InvalidTag`` for a wrong passphrase or an altered file; ``KeysDamaged`` is another form."""
    matched = _ENCRYPTED.fullmatch(content)
    try:
        raw = base64.b64decode(b"".join(matched[1].split()), validate=True) if matched else b""
    except ValueError:
        raw = b""
    start = 2 + _SALT_BYTES
    head, nonce, sealed = raw[:start], raw[start : start + _NONCE_BYTES], raw[start + _NONCE_BYTES :]
    if len(nonce) < _NONCE_BYTES or head[0] != _VERSION or not 1 <= head[1] <= _COST_MAX:
        raise KeysDamaged("加密的密钥文件已损坏")
    return AESGCM(_derive(passphrase, head)).decrypt(nonce, sealed, head)


def _derive(passphrase: bytes, head: bytes) -> bytes:
    return Scrypt(salt=head[2:], length=32, n=2 ** head[1], r=8, p=1).derive(passphrase)
