"""The public pages: rendered on the server, readable without JavaScript, nothing loaded from elsewhere."""

from flask import Flask, Response

from registry.web import (
    downloads,  # noqa: F401
    feeds,  # noqa: F401
    open_data,  # noqa: F401
    reference,  # noqa: F401
    reliefs,  # noqa: F401
    reports,  # noqa: F401
    shell,  # noqa: F401
    statistics,  # noqa: F401
)
from registry.web import pages as _pages  # noqa: F401 - to be imported is what puts pages on the blueprint
from registry.web.blueprint import pages

HEADERS = {
    # The style sheet carries its arrows and ticks as data: images.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # An address may hold what somebody searched for.
    "Referrer-Policy": "no-referrer",
}


def init_app(app: Flask) -> None:
    """Register the pages and give every answer of the application the security headers."""
    app.register_blueprint(pages)
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
