"""The public pages: rendered on the server, readable without JavaScript, nothing loaded from elsewhere."""

from flask import Flask, Response

from registry.keys.signing import Keys
from registry.settings import Settings
from registry.web import (
    admin,  # noqa: F401
    centre,  # noqa: F401
    components_page,  # noqa: F401
    desk,  # noqa: F401 - before others, so that an officer begins with it
    language,
    own_account,  # noqa: F401
    passkeys,  # noqa: F401
    private,
    problems,
    proposals,  # noqa: F401
    public,  # noqa: F401
    sign_in,  # noqa: F401
    single_sign_on,  # noqa: F401
)
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
    language.init_app(app)
    app.register_blueprint(pages)
    private.init_app(app)
    app.after_request(_secure)
    app.after_request(problems.show_as_page)


def connect(app: Flask, settings: Settings, keys: Keys) -> None:
    """Give an application what its pages need of its node."""
    private.connect(app, settings, keys)
    language.connect(app)


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
