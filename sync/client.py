"""The HTTPS side of the exchange: signed requests to one peer, bytes back, failures as events of the core."""

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

import requests

from registry import runtime
from registry.httpsig import sign_request
from registry.refusals.acts import PeerRefused
from registry.services.exchange.peers import is_safe_address
from registry.signing import Signer
from sync.backlog import Event, Failed, Refused, TimedOut

ANSWER_BYTES_MAX = 16 * 1024 * 1024
CONNECT_SECONDS = 5


class NotDelivered(Exception):  # noqa: N818 - an answer of the world, not an error of the program
    """The peer gave no usable answer; ``event`` is what the core makes of it."""

    def __init__(self, event: Event) -> None:
        super().__init__(type(event).__name__)
        self.event = event


class Transport(Protocol):
    """What relay, intake and reconciliation need of a peer. Every call may raise ``NotDelivered``."""

    def send_batch(self, raw: bytes) -> bytes:
        """Hand over a batch; the answer is its receipt."""

    def changes(self, after: int, limit: int) -> bytes:
        """The batch of what came after an entry."""

    def send_receipt(self, raw: bytes) -> None:
        """Hand over the receipt of a pulled batch."""

    def digest(self, owner: str, buckets: Sequence[int] = ()) -> dict[str, Any]:
        """What the peer holds of an owner."""


class HttpPeer:
    """A peer behind an address. Refuses addresses that are neither https nor this machine."""

    def __init__(self, url: str, signer: Signer, timeout_seconds: int) -> None:
        if not is_safe_address(url):
            raise PeerRefused()
        self._base = f"{url.rstrip('/')}/exchange/v1"
        self._signer = signer
        self._timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)

    def send_batch(self, raw: bytes) -> bytes:
        """POST /batches."""
        return self._ask("POST", "/batches", raw)

    def changes(self, after: int, limit: int) -> bytes:
        """GET /changes."""
        return self._ask("GET", f"/changes?after={after}&limit={limit}")

    def send_receipt(self, raw: bytes) -> None:
        """POST /receipts."""
        self._ask("POST", "/receipts", raw)

    def digest(self, owner: str, buckets: Sequence[int] = ()) -> dict[str, Any]:
        """GET /digest."""
        path = f"/digest?owner={quote(owner)}"
        if buckets:
            path += f"&bucket={','.join(map(str, buckets))}"
        return _object(self._ask("GET", path))

    def hello(self) -> dict[str, Any]:
        """GET /hello."""
        return _object(self._ask("GET", "/hello"))

    def _ask(self, method: str, path: str, raw: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} if raw is not None else {}
        prepared = requests.Request(method, self._base + path, data=raw, headers=headers).prepare()
        sign_request(prepared, self._signer, self._signer.key_id, runtime.clock())
        try:
            # No session of the environment: its proxies and its .netrc are not for peers.
            with requests.Session() as session:
                session.trust_env = False
                answer = session.send(prepared, timeout=self._timeout, allow_redirects=False, stream=True)
                return _answer(answer, _body(answer))
        except requests.Timeout:
            raise NotDelivered(TimedOut()) from None
        except (requests.RequestException, OSError):
            raise NotDelivered(Failed()) from None


def _body(answer: requests.Response) -> bytes:
    """The body, cut off right behind the most that is read."""
    body = bytearray()
    for piece in answer.iter_content(65536):
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            break
    return bytes(body)


def _answer(answer: requests.Response, body: bytes) -> bytes:
    if answer.status_code == 200 and len(body) <= ANSWER_BYTES_MAX:
        return body
    asked = answer.headers.get("Retry-After", "")
    retry_after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
    if answer.status_code in {408, 504}:
        raise NotDelivered(TimedOut())
    if 400 <= answer.status_code < 500 and answer.status_code != 429:
        raise NotDelivered(Refused(answer.status_code, _code(body), retry_after))
    raise NotDelivered(Failed(retry_after))


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["code"])[:64]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "refused"


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotDelivered(Failed())
    return value
