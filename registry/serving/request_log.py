"""One line and two measurements for each request: its id, its route as a template, never its address or content."""

import logging
import time

from flask import Flask, Response, g, request

from registry import logs
from registry.serving import metrics
from registry.serving.addresses import network_of

HEADER, HEADER_IN_ENVIRON = "X-Request-ID", "HTTP_X_REQUEST_ID"
log = logging.getLogger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTINE = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by machines; logged only when they fail, or for debugging."""
UNMATCHED = "unmatched"
"""Stands for every path that no route has: what was typed there may be anything."""


def init_app(app: Flask) -> None:
    """Give every request an id, answer it in ``X-Request-ID``, and write its line when it is answered."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(lambda _: logs.end_request())


def _begin() -> None:
    g.request_began = time.monotonic()
    g.request_id = logs.begin_request(request.headers.get(HEADER, ""))


def _finish(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[HEADER] = g.request_id
    route = request.url_rule.rule if request.url_rule else UNMATCHED
    seconds = time.monotonic() - g.request_began
    record_request(request.method, route, response.status_code, seconds, request.remote_addr)
    return response


def record_request(method: str, route: str, status: int, seconds: float, address: str | None) -> None:
    """Count a request and write its line; ``address`` is that of who asked, of which only the network is written."""
    known_method = method if method in METHODS else "other"
    metrics.count_request(known_method, route, status, seconds)
    fields = {
        "method": known_method,
        "route": route,
        "status": status,
        "ms": round(seconds * 1000),
        "network": network_of(address),
    }
    is_routine = route in ROUTINE and status < 400
    log.log(logging.DEBUG if is_routine else logging.INFO, "request", extra=fields)
