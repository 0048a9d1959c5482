"""Sign and verify HTTP requests between peers (RFC 9421, Ed25519).

The signature covers method, address, body digest and idempotency key.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ED25519
from requests import PreparedRequest

from registry.keys.signing import Signer
from registry.refusals.content import PeerSignature

ResolvePublicKey = Callable[[str], bytes | None]

MAX_AGE = timedelta(minutes=5)
MAX_AHEAD = timedelta(minutes=1)  # clocks of two nodes differ a little
# Not @target-uri: its scheme differs behind a proxy that ends TLS.
_ALWAYS_COVERED = ("@method", "@authority", "@path", "@query", "content-digest")
_COVERED_IF_PRESENT = ("content-type", "idempotency-key")
_REPLACED = ("Content-Digest", "Signature", "Signature-Input")


class Headers(Protocol):
    """Header fields of a dict, a prepared request or a received request."""

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it was received; ``url`` is the absolute address in its percent-encoded form."""

    method: str
    url: str
    headers: Headers
    body: bytes


def sign_request(
    prepared: PreparedRequest, signer: Signer, key_id: str, now: datetime, receiver: str | None = None
) -> None:
    """Add Content-Digest, Signature-Input and Signature to a prepared request, replacing older ones.

    ``receiver``: the code of the node that it is for, as the signed ``tag``. The covered address does not name it: who
    got the request may pass it on under a Host of its own choice.

    Sign last: any change afterwards breaks it. The body must be text or bytes, not a stream.
    """
    for name in _REPLACED:
        prepared.headers.pop(name, None)
    http = HTTPMessageSigner(signature_algorithm=ED25519)
    draft = http.prepare(
        prepared,
        key_id=key_id,
        created=now,
        tag=receiver,
        covered_component_ids=_covered_components(_fold_headers(prepared.headers)),
        body=_read_body(prepared),
    )
    http.apply(prepared, draft, signer.sign(draft.signature_base))


def verify_request(
    method: str,
    url: str,
    headers: Headers,
    body: bytes,
    resolve_public_key: ResolvePublicKey,
    *,
    now: datetime,
) -> str:
    """Verify that this request was signed, exactly as received, within the last five minutes; return the key id.

    ``url`` is the absolute address in its percent-encoded form; ``resolve_public_key`` returns the raw key of a
    key id, or None. Refuses as ``PeerSignature``. The caller checks whether the key may do this, and
    whether this idempotency key was used before.
    """
    return verify_for(None, ReceivedRequest(method, url, headers, body), resolve_public_key, now)


def verify_for(node: str | None, received: ReceivedRequest, resolve_public_key: ResolvePublicKey, now: datetime) -> str:
    """Verify a request as ``verify_request`` does, and that it was not signed for another node than this one; one that
    names none, as releases before did, is taken."""
    request = _Request(received.method, received.url, _fold_headers(received.headers))
    resolver = _Resolver(resolve_public_key)
    try:
        results = _Verifier(resolver, now).verify(
            request, require_components=_covered_components(request.headers), body=received.body
        )
    except (HTTPMessageSignaturesException, ValueError) as error:
        if resolver.failure is not None:
            raise resolver.failure from None
        raise PeerSignature("请求签名缺失、过期或不成立") from error
    _require_digest(request.headers["content-digest"], received.body)
    if node is not None and results[0].parameters.get("tag", node) != node:
        raise PeerSignature("请求是签给另一节点的")
    return str(results[0].parameters["keyid"])


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str]


class _Resolver(HTTPSignatureKeyResolver):
    """Keeps a failure of the key store apart: the library would report it as a bad signature."""

    def __init__(self, resolve: ResolvePublicKey) -> None:
        self._resolve = resolve
        self.failure: Exception | None = None

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        try:
            public = self._resolve(key_id)
        except Exception as failure:
            self.failure = failure
            raise
        return Ed25519PublicKey.from_public_bytes(public) if public is not None else None


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with the caller's clock."""

    def __init__(self, resolver: _Resolver, now: datetime) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=resolver)
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:  # noqa: ARG002
        created = sig_input.params.get("created")
        expires = sig_input.params.get("expires")
        if type(created) is not int:
            raise InvalidSignature("no creation time")
        age = self._now.timestamp() - created
        if not -MAX_AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds():
            raise InvalidSignature("created too long ago, or ahead of this clock")
        if expires is not None and (type(expires) is not int or expires < self._now.timestamp()):
            raise InvalidSignature("expired")


def _fold_headers(headers: Headers) -> dict[str, str]:
    """Lower-case names; lines of one name joined, so that no second line escapes the signature."""
    fields: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    return fields


def _covered_components(headers: dict[str, str]) -> tuple[str, ...]:
    return _ALWAYS_COVERED + tuple(name for name in _COVERED_IF_PRESENT if name in headers)


def _read_body(prepared: PreparedRequest) -> bytes:
    body = prepared.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    raise TypeError("a streamed body cannot be signed")


def _require_digest(value: str, body: bytes) -> None:
    """Check, without relying on the library, that there is one SHA-256 digest and that it is of exactly this body."""
    if value.strip() != f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:":
        raise PeerSignature("正文与摘要不符")
