"""Ed25519 keys in a PKCS#11 token (smart card, HSM): made there, never read out. Needs the extra ``pkcs11``."""

import contextlib
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.keys.key_files import KeyProtection
from registry.refusals.content import KeysDamaged, TokenUnavailable

_URI = re.compile(r"pkcs11:token=([^;]+);object=([^;]+);type=private\s*")
_CURVE = bytes.fromhex("06032b6570")
"""The object identifier of Ed25519, 1.3.101.112, in DER (RFC 8410)."""
_POINT_HEAD = bytes.fromhex("0420")
_lock = threading.RLock()
_sessions: dict[tuple[str, str], Any] = {}


class TokenKey:
    """A private key in a token: it signs there."""

    def __init__(self, protection: KeyProtection, token: str, label: str) -> None:
        self._protection, self._token, self._label = protection, token, label
        self._public = Ed25519PublicKey.from_public_bytes(self._read_point())

    def public_key(self) -> Ed25519PublicKey:
        """Its public half."""
        return self._public

    def sign(self, data: bytes) -> bytes:
        """Sign in the token; a session that was lost is opened once again. Refuses ``TokenUnavailable``."""
        pkcs11 = _library()
        mechanism = pkcs11.Mechanism.EDDSA
        for attempt in (1, 2):
            try:
                with _session(self._protection, self._token) as session:
                    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._label)
                    return bytes(key.sign(data, mechanism=mechanism))
            except pkcs11.PKCS11Error as error:
                _forget(self._protection, self._token)
                if attempt == 2:
                    raise TokenUnavailable(type(error).__name__) from None
        raise AssertionError

    def _read_point(self) -> bytes:
        pkcs11 = _library()
        try:
            with _session(self._protection, self._token) as session:
                public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=self._label)
                point = bytes(public[pkcs11.Attribute.EC_POINT])
        except pkcs11.PKCS11Error as error:
            _forget(self._protection, self._token)
            raise TokenUnavailable(type(error).__name__) from None
        raw = point.removeprefix(_POINT_HEAD) if len(point) == 34 else point
        if len(raw) != 32:
            raise KeysDamaged("令牌中的密钥不是 Ed25519")
        return raw


def generate(protection: KeyProtection) -> str:
    """Make a key pair in the configured token, not extractable; its URI (RFC 7512). Refuses ``TokenUnavailable``."""
    pkcs11, label = _library(), f"registry-{secrets.token_hex(8)}"
    try:
        with _session(protection, protection.token) as session:
            parameters = session.create_domain_parameters(
                pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: _CURVE}, local=True
            )
            parameters.generate_keypair(
                mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                store=True,
                label=label,
                private_template={pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True},
            )
    except pkcs11.PKCS11Error as error:
        _forget(protection, protection.token)
        raise TokenUnavailable(type(error).__name__) from None
    return f"pkcs11:token={quote(protection.token)};object={label};type=private\n"


def is_uri(content: bytes) -> bool:
    """Whether this is the content of a key file that names a key in a token."""
    return content.startswith(b"pkcs11:")


def open_key(content: bytes, protection: KeyProtection) -> TokenKey:
    """The key that a key file names. Refuses ``KeysDamaged`` and ``TokenUnavailable``."""
    matched = _URI.fullmatch(content.decode("utf-8", "replace"))
    if matched is None:
        raise KeysDamaged("密钥文件中的令牌地址不正确")
    return TokenKey(protection, unquote(matched[1]), unquote(matched[2]))


def _library() -> Any:
    try:
        import pkcs11
    except ImportError:
        raise TokenUnavailable("没有安装 pkcs11 扩展") from None
    return pkcs11


@contextmanager
def _session(protection: KeyProtection, token: str) -> Iterator[Any]:
    """The session of this process with a token, one thread at a time: sessions are not made for several."""
    if not protection.module:
        raise TokenUnavailable("没有设置 PKCS#11 模块")
    pkcs11, place = _library(), (protection.module, token)
    with _lock:
        if place not in _sessions:
            try:
                found = pkcs11.lib(protection.module).get_token(token_label=token)
                _sessions[place] = found.open(rw=True, user_pin=protection.pin())
            except (OSError, RuntimeError) as error:
                raise TokenUnavailable(type(error).__name__) from None
        yield _sessions[place]


def _forget(protection: KeyProtection, token: str) -> None:
    with _lock:
        session = _sessions.pop((protection.module, token), None)
        with contextlib.suppress(Exception):
            if session is not None:
                session.close()


def forget_all() -> None:
    """Close every session of this process: after a fork, or when the token was changed."""
    with _lock:
        for module, token in list(_sessions):
            _forget(KeyProtection(module=module), token)
