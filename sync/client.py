"""HTTPS client of the exchange: signed requests to one peer; failures become events of the backlog."""

import json
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

import requests

from registry import logs, runtime
from registry.keys.httpsig import sign_request
from registry.keys.signing import Signer
from registry.refusals.acts import PeerRefused
from registry.services.exchange.peers import is_safe_address
from sync import outbound
from sync.backlog import Broken, Event, Failed, Refused, TimedOut
from sync.outbound import Answer, CallFailed

_CODE = re.compile(r"[a-z][a-z0-9-]{0,63}")
ANSWER_BYTES_MAX = 16 * 1024 * 1024


class NotDelivered(Exception):  # noqa: N818 - an answer of the world, not an error of the program
    """The peer gave no usable answer; ``event`` is how the backlog treats it."""

    def __init__(self, event: Event) -> None:
        super().__init__(type(event).__name__)
        self.event = event


class Transport(Protocol):
    """Calls to a peer that push, pull and reconciliation need. Every call may raise ``NotDelivered``."""

    def send_batch(self, raw: bytes) -> bytes:
        """Send a batch; the answer is its receipt."""

    def changes(self, after: int, limit: int) -> bytes:
        """The batch of what came after an entry."""

    def send_receipt(self, raw: bytes) -> None:
        """Send the receipt of a pulled batch."""

    def head(self, origin: str, size: int) -> bytes:
        """The peer's newest checkpoint, and the proof that it extends what was seen."""

    def send_cosignature(self, raw: bytes) -> None:
        """Send this node's cosignature under the peer's checkpoint."""

    def members(self) -> bytes:
        """The statements about members that the peer has."""

    def digest(self, owner: str, buckets: Sequence[int] = (), sector: str | None = None) -> dict[str, Any]:
        """Digest of the records of an owner at the peer, all or those of a sector."""

    def kept(self, records: Sequence[str]) -> dict[str, Any]:
        """The versions of this node's own records that the peer keeps."""


class HttpPeer:
    """A peer behind an address, and by its code. Refuses addresses that are neither https nor this machine."""

    def __init__(self, url: str, signer: Signer, timeout_seconds: int, code: str | None = None) -> None:
        if not is_safe_address(url):
            raise PeerRefused()
        self._base = f"{url.rstrip('/')}/exchange/v1"
        self._signer, self._code = signer, code
        self._seconds = timeout_seconds

    def send_batch(self, raw: bytes) -> bytes:
        """POST /batches."""
        return self._request("POST", "/batches", raw)

    def changes(self, after: int, limit: int) -> bytes:
        """GET /changes."""
        return self._request("GET", f"/changes?after={after}&limit={limit}")

    def send_receipt(self, raw: bytes) -> None:
        """POST /receipts."""
        self._request("POST", "/receipts", raw)

    def head(self, origin: str, size: int) -> bytes:
        """GET /head."""
        return self._request("GET", f"/head?origin={quote(origin, safe='')}&size={size}")

    def send_cosignature(self, raw: bytes) -> None:
        """POST /cosignatures."""
        self._request("POST", "/cosignatures", raw)

    def members(self) -> bytes:
        """GET /members."""
        return self._request("GET", "/members")

    def digest(self, owner: str, buckets: Sequence[int] = (), sector: str | None = None) -> dict[str, Any]:
        """GET /digest."""
        path = f"/digest?owner={quote(owner)}"
        if sector is not None:
            path += f"&sector={quote(sector)}"
        if buckets:
            path += f"&bucket={','.join(map(str, buckets))}"
        return _parse_object(self._request("GET", path))

    def kept(self, records: Sequence[str]) -> dict[str, Any]:
        """GET /kept."""
        return _parse_object(self._request("GET", f"/kept?record={','.join(records)}"))

    def hello(self) -> dict[str, Any]:
        """GET /hello."""
        return _parse_object(self._request("GET", "/hello"))

    def _request(self, method: str, path: str, raw: bytes | None = None) -> bytes:
        headers = {"X-Request-ID": logs.request_id() or logs.new_request_id()}
        if raw is not None:
            headers["Content-Type"] = "application/json"
        prepared = requests.Request(method, self._base + path, data=raw, headers=headers).prepare()
        sign_request(prepared, self._signer, self._signer.key_id, runtime.clock(), self._code)
        try:
            return _accept_answer(outbound.call(prepared, self._seconds, ANSWER_BYTES_MAX))
        except CallFailed as failure:
            raise NotDelivered(TimedOut() if failure.is_late else Failed()) from None


def _accept_answer(answer: Answer) -> bytes:
    body = answer.body
    if answer.status == 200 and len(body) <= ANSWER_BYTES_MAX:
        return body
    seconds_text = answer.headers.get("Retry-After", "")
    retry_after = (
        int(seconds_text) if seconds_text.isascii() and seconds_text.isdigit() and len(seconds_text) < 7 else None
    )
    if answer.status in {408, 504}:
        raise NotDelivered(TimedOut())
    if 400 <= answer.status < 500 and answer.status != 429:
        raise NotDelivered(Refused(answer.status, _read_code(body), retry_after))
    if answer.status in {200, 500} and retry_after is None:
        raise NotDelivered(Broken())
    raise NotDelivered(Failed(retry_after))


def _read_code(body: bytes) -> str:
    try:
        code = json.loads(body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "refused"
    # It goes into the trail, onto pages and terminals: a permanent code, or nothing that the peer chose.
    return code if isinstance(code, str) and _CODE.fullmatch(code) else "refused"


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotDelivered(Failed())
    return value
