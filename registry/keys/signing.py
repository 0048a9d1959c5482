"""Keys of this node: Ed25519 keys that sign receipts and exchange requests, and the secret that seals and indexes
personal identifiers."""

import contextlib
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry import durable
from registry.keys import key_files, partner_secrets, token_keys
from registry.keys.key_files import UNPROTECTED, KeyProtection
from registry.keys.sm2 import Sm2Signer
from registry.refusals.content import KeysDamaged, KeysLocked, SealBroken
from registry.refusals.maintenance import ContentCleared

SIGNING, EXCHANGE, SECOND = "signing", "exchange", "second"
"""Names of the signing keys: one of receipts and checkpoints, one of the exchange with peers, and where there is one,
the SM2 key that signs receipts and checkpoints beside the first."""
VAULT_FILE = "vault.key"
_SECRET_BYTES = 32
_ROW_DIGEST_BYTES = 16
_NONCE_BYTES = 12
_SEAL_VERSION = b"\x01"


def key_id_of(public: bytes) -> str:
    """First 16 hexadecimal digits of SHA-256 over the raw public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def verify(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``data`` is by the raw Ed25519 key ``public`` (32 bytes)."""
    try:
        _load_public(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(64)  # a batch has a thousand signatures of few keys, and reading a key takes a third of verifying by it
def _load_public(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


class PrivateKey(Protocol):
    """An Ed25519 private key wherever it lies: in memory, or in a token."""

    def public_key(self) -> Ed25519PublicKey:
        """Its public half."""

    def sign(self, data: bytes) -> bytes:
        """64 bytes over the data."""


class Signer:
    """An Ed25519 private key; it signs and is not handed out."""

    def __init__(self, private: PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public)

    @classmethod
    def generate(cls) -> "Signer":
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path, protection: KeyProtection = UNPROTECTED) -> "Signer":
        """Read a key file: PEM, encrypted PEM, or the address of a key in a token.

        Refuses as ``KeysDamaged`` what is no Ed25519 key, ``KeysLocked``, ``TokenUnavailable``.
        """
        try:
            content = key_files.read(path, protection)
            if token_keys.is_uri(content):
                return cls(token_keys.open_key(content, protection))
            private = serialization.load_pem_private_key(content, password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise KeysDamaged("签名密钥无法读取") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeysDamaged("签名密钥不是 Ed25519")
        return cls(private)

    def save(self, path: Path, protection: KeyProtection = UNPROTECTED) -> None:
        """Write the PEM file, readable by its owner only, durably, encrypted if there is a passphrase; a file already
        there stays as it is. A key in a token cannot be read out (``TypeError``)."""
        if not isinstance(self._private, Ed25519PrivateKey):
            raise TypeError
        pem = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        key_files.write_once(path, pem, protection)

    @classmethod
    def make(cls, path: Path, protection: KeyProtection) -> None:
        """Make a key at ``path``, in the token if there is one, unless a file is there already."""
        if path.exists():
            return
        if protection.module:
            key_files.write_once(path, token_keys.generate(protection).encode())
        else:
            cls.generate().save(path, protection)

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


class Vault:
    """Index and seal for personal identifiers, under a secret that the database never holds."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _SECRET_BYTES:
            raise KeysDamaged("标识密钥长度不对")
        self._index_key = hmac.digest(secret, b"identifier index", "sha256")
        self._row_key = hmac.digest(secret, b"row commitment", "sha256")
        self._chain_key = hmac.digest(secret, b"row chain", "sha256")
        self._cipher = AESGCM(hmac.digest(secret, b"identifier seal", "sha256"))

    def index(self, id_type: str, id_number: str) -> bytes:
        """Keyed hash of an identifier, 32 bytes: equal identifiers can be found, the number cannot be guessed.

        Both parts are taken as they are; the caller normalises them first.
        """
        return hmac.digest(self._index_key, f"{id_type}\0{id_number}".encode(), "sha256")

    def row_digest(self, row: bytes) -> bytes:
        """Keyed hash of a row, 16 bytes: who has the database alone can neither make it nor guess the row from it."""
        return hmac.digest(self._row_key, row, "sha256")[:_ROW_DIGEST_BYTES]

    def chain_digest(self, link: bytes) -> str:
        """Keyed hash (hex) of a link of the chain of row commitments."""
        return hmac.digest(self._chain_key, link, "sha256").hex()

    def seal(self, content: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-GCM); two seals of one content differ."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _SEAL_VERSION + nonce + self._cipher.encrypt(nonce, content, _SEAL_VERSION)

    def open(self, sealed: bytes) -> bytes:
        """Decrypt sealed content. Refuses ``ContentCleared`` what is empty, because its retention period is over; as
        ``SealBroken`` anything altered or sealed under another secret."""
        if not sealed:
            raise ContentCleared()
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, sealed[:1])
        except (InvalidTag, ValueError):
            raise SealBroken from None


@dataclass(frozen=True, repr=False)
class Keys:
    """All keys of a node: ``signer`` of receipts and checkpoints, ``exchange`` of messages to peers, the vault, and the
    ``second`` signer of receipts and checkpoints, None unless one was made."""

    signer: Signer
    vault: Vault
    exchange: Signer
    directory: Path
    stamp: tuple[tuple[int, int], ...]
    protection: KeyProtection = UNPROTECTED
    second: Sm2Signer | None = None

    @classmethod
    def load_or_create(cls, directory: Path, protection: KeyProtection = UNPROTECTED) -> "Keys":
        """Read the keys, making them on a first start; processes that start together end with the same keys.

        The vault's file is always made first and that of the signing key last. A signing key without the vault means
        that the secret was lost: a new one would find no known person any more and call that "no record", so this
        refuses as ``KeysDamaged``. A signing key without an exchange key is from before there were two: peers know
        it, so it is both.
        """
        signing, exchange = _key_file(directory, SIGNING), _key_file(directory, EXCHANGE)
        if not signing.exists():
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            key_files.write_once(directory / VAULT_FILE, secrets.token_bytes(_SECRET_BYTES), protection)
            Signer.make(exchange, protection)
            Signer.make(signing, protection)
        elif not exchange.exists():
            key_files.write_once(exchange, key_files.read(signing, protection), protection)
        return cls.load(directory, protection)

    @classmethod
    def load(cls, directory: Path, protection: KeyProtection = UNPROTECTED) -> "Keys":
        """Read the keys from their files. Refuses ``KeysDamaged``."""
        stamp = _stamp_key_files(directory)
        signer, exchange = (Signer.load(_key_file(directory, name), protection) for name in (SIGNING, EXCHANGE))
        secret, path = _read_secret(directory / VAULT_FILE, protection), _key_file(directory, SECOND)
        second = Sm2Signer.load(path, protection) if path.exists() else None
        return cls(signer, Vault(secret), exchange, directory, stamp, protection, second)

    def fresh(self) -> "Keys":
        """These keys, or those that a rotation has put in their place since. Refuses ``KeysDamaged``."""
        if _stamp_key_files(self.directory) == self.stamp:
            return self
        return Keys.load(self.directory, self.protection)

    def draft(self, name: str) -> Signer:
        """Generate the successor of the key ``name``, on disk but not in use; the same again after a stop half-way."""
        path = _draft_file(self.directory, name)
        Signer.make(path, self.protection)
        return Signer.load(path, self.protection)

    def draft_second(self) -> Sm2Signer:
        """Generate the second key, or its successor, like ``draft``. Refuses ``Sm2Unavailable``."""
        path = _draft_file(self.directory, SECOND)
        Sm2Signer.make(path, self.protection)
        return Sm2Signer.load(path, self.protection)

    def promote(self, name: str) -> Path | None:
        """Replace the key ``name`` by its successor, at once and for all processes; returns the file of the old
        private key, None when the key is the first of its name."""
        current, retired = _key_file(self.directory, name), None
        if current.exists():
            kind = Sm2Signer if name == SECOND else Signer
            retired = self.directory / f"{name}.retired-{kind.load(current, self.protection).key_id}.pem"
            with contextlib.suppress(FileExistsError):
                retired.hardlink_to(current)
        _draft_file(self.directory, name).replace(current)
        durable.sync(self.directory)
        return retired

    def encrypt(self) -> list[Path]:
        """Encrypt every key file of the folder under the first passphrase, those that are so already left out; the
        files replaced. May be run again after a stop half-way. Refuses ``KeysLocked`` without a passphrase."""
        if not self.protection.passphrases():
            raise KeysLocked("没有设置口令文件")
        pems = sorted(self.directory.glob("*.pem"))
        files = [*pems, self.directory / VAULT_FILE, *partner_secrets.files(self.directory)]
        files = [path for path in files if not token_keys.is_uri(path.read_bytes())]
        return [path for path in files if key_files.encrypt_in_place(path, self.protection)]


def _key_file(directory: Path, name: str) -> Path:
    return directory / f"{name}.pem"


def _draft_file(directory: Path, name: str) -> Path:
    return directory / f"{name}.next.pem"


def _stamp_key_files(directory: Path) -> tuple[tuple[int, int], ...]:
    """Inode and modification time of the key files: they change when a file is replaced."""
    try:
        stats = [_key_file(directory, name).stat() for name in (SIGNING, EXCHANGE)]
    except OSError:
        raise KeysDamaged("签名密钥无法读取") from None
    with contextlib.suppress(FileNotFoundError):
        stats.append(_key_file(directory, SECOND).stat())
    return tuple((stat.st_ino, stat.st_mtime_ns) for stat in stats)


def _read_secret(path: Path, protection: KeyProtection) -> bytes:
    try:
        return key_files.read(path, protection)
    except OSError:
        raise KeysDamaged("标识密钥无法读取，请从备份恢复") from None
