"""Give public answers again as they stand, before any part of the application is run.

An answer that was tagged by the state (``conditional``) holds for as long as the tag does: it is kept with its tag, and
given again when the one statement that reads the state leads to the same tag. Whatever moves the tag (an entry, a
signed head, the law, the epoch, the legal day, the program) ends all that is kept. Only addresses without a query are
kept: what somebody searched for is not.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.http import parse_etags, remove_entity_headers
from werkzeug.wsgi import ClosingIterator

from registry import logs, runtime
from registry.errors import Refusal
from registry.serving import conditional, metrics, request_log
from registry.settings import Settings

ANSWER_BYTES_MAX = 512 * 1024
KEPT_MAX, KEPT_BYTES_MAX = 4096, 16 * 1024 * 1024
"""So many answers, and so much of them, a process keeps; the longest unused are dropped."""
_STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}
_OWN_HEADERS = frozenset({request_log.HEADER.lower(), "content-length"})
"""What is made anew for every answer."""
Headers = list[tuple[str, str]]
Address = tuple[str, ...]


@dataclass(frozen=True)
class _Answer:
    """``body`` None: it is known only that the address was answered 304."""

    tag: str
    route: str
    headers: Headers
    body: bytes | None
    settings: Settings

    @property
    def size(self) -> int:
        return len(self.body or b"")


class AnswerCache:
    """Stands before an application; what it does not know it passes on."""

    def __init__(self, app: Flask, inner: Callable[..., Iterable[bytes]]) -> None:
        self._app, self._inner = app, inner
        self._lock = threading.Lock()
        self._answers: OrderedDict[Address, _Answer] = OrderedDict()
        self._bytes = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        address = _address_of(environ)
        if address is None:
            return self._inner(environ, start_response)
        began = time.monotonic()
        answer = self._find(address, environ)
        is_unchanged = answer and parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(answer.tag)
        if answer is None or (answer.body is None and not is_unchanged):
            return self._pass_on(address, environ, start_response)
        request_id = logs.begin_request(environ.get(request_log.HEADER_IN_ENVIRON, ""))
        status, body = (304, None) if is_unchanged else (200, answer.body)
        start_response(_STATUS[status], _headers_of(answer, body, request_id))
        seconds = time.monotonic() - began
        request_log.record_request("GET", answer.route, status, seconds, environ.get("REMOTE_ADDR"))
        logs.end_request()
        return [body] if body else []

    def _find(self, address: Address, environ: dict[str, Any]) -> _Answer | None:
        """The answer that is kept for an address, if the state is still the one that it was made from."""
        with self._lock:
            answer = self._answers.get(address)
            if answer is None:
                return None
            self._answers.move_to_end(address)
        with self._app.app_context():
            settings = runtime.settings()
            if settings is not answer.settings or runtime.has_replica():
                return None
            if metrics.came_by(environ, settings.metrics_bind):
                return None
            try:
                tag = conditional.read_tag()
            except Refusal:  # refused once more by who has words for it
                return None
        return answer if tag == answer.tag else None

    def _pass_on(self, address: Address, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Let the application answer, and keep that where it is of a state."""
        started: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, *error: Any) -> Any:
            started[:] = [(status, headers)]
            return start_response(status, headers, *error)

        parts = self._inner(environ, note)
        tag, route = conditional.tag_of(environ)
        if not tag or not started:
            return parts
        status, headers = started[0]
        values = {name.lower(): value for name, value in headers}
        body: bytes | None = None
        if status.startswith("200") and int(values.get("content-length", ANSWER_BYTES_MAX + 1)) <= ANSWER_BYTES_MAX:
            with closing(ClosingIterator(parts)) as whole:
                body = b"".join(whole)
            parts = [body]
        if (body is not None or status.startswith("304")) and "set-cookie" not in values:
            lasting = [(name, value) for name, value in headers if name.lower() not in _OWN_HEADERS]
            with self._app.app_context():
                self._keep(address, _Answer(tag, route, lasting, body, runtime.settings()))
        return parts

    def _keep(self, address: Address, answer: _Answer) -> None:
        with self._lock:
            former = self._answers.pop(address, None)
            self._answers[address] = answer
            self._bytes += answer.size - (former.size if former else 0)
            while self._bytes > KEPT_BYTES_MAX or len(self._answers) > KEPT_MAX:
                self._bytes -= self._answers.popitem(last=False)[1].size


def _address_of(environ: dict[str, Any]) -> Address | None:
    """What an answer is kept under, with what it may be encoded as; None for a request whose answer is not kept."""
    if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or "HTTP_AUTHORIZATION" in environ:
        return None
    names = ("SCRIPT_NAME", "PATH_INFO", "HTTP_ACCEPT_ENCODING")
    return tuple(environ.get(name, "") for name in names)


def _headers_of(answer: _Answer, body: bytes | None, request_id: str) -> Headers:
    headers = [*answer.headers, (request_log.HEADER, request_id)]
    if body is None:
        remove_entity_headers(headers)
    else:
        headers.append(("Content-Length", str(len(body))))
    return headers


def connect(app: Flask) -> None:
    """Let an application give again what it has answered."""
    app.wsgi_app = AnswerCache(app, app.wsgi_app)  # type: ignore[method-assign]
