"""One line and two measurements for each request: its id, its route as a template, never its address or content."""

import ipaddress
import logging
import time

from flask import Flask, Response, g, request

from registry import logs
from registry.serving import metrics

HEADER, HEADER_IN_ENVIRON = "X-Request-ID", "HTTP_X_REQUEST_ID"
log = logging.getLogger(__name__)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ROUTINE = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by machines; logged only when they fail, or for debugging."""
UNMATCHED = "unmatched"
"""Stands for every path that no route has: what was typed there may be anything."""
IPV4_PREFIX, IPV6_PREFIX = 24, 48


def network_of(address: str | None) -> str:
    """The network that an address lies in (/24, of IPv6 /48): tells offices apart, not persons; ``-`` if unknown."""
    parsed = parse_address(address)
    if parsed is None:
        return "-"
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))


def parse_address(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a text is, without the zone of a link; None for any other text.

    An IPv4 address in the form that an IPv6 socket gives it (``::ffff:192.0.2.7``) is that IPv4 address.
    """
    try:
        parsed = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if parsed.version == 6 else parsed


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
