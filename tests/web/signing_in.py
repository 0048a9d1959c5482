"""Sign in for tests: a real session, opened by the service, and the token without which a form is refused."""

import secrets
from typing import Any

from flask import current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from registry import runtime
from registry.queries.node import account_lookup
from registry.services.node import sign_in as sessions
from registry.services.node.sign_in import Visitor
from registry.unit_of_work import day_of

VISITOR = Visitor("address", "192.0.2.0/24", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
_FORM = "csrf_token"


def sign_in(client: FlaskClient, name: str) -> None:
    """Sign a test client in as an account."""
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["token"] = open_session(name)


def open_session(name: str, *, is_complete: bool = True) -> str:
    """The token of a new session of an account."""
    with runtime.reading() as session:
        actor = account_lookup.by_name(session, name, day_of(runtime.clock()))
    return runtime.perform(actor, lambda work: sessions.open_session(work, VISITOR, is_complete=is_complete))


def form_token(client: FlaskClient) -> str:
    """The token against forgery that a form of this client carries."""
    with client.session_transaction() as cookie:
        raw = cookie.setdefault(_FORM, secrets.token_hex())
    serializer = URLSafeTimedSerializer(str(current_app.secret_key), salt="wtf-csrf-token")
    return str(serializer.dumps(raw))


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **request: Any) -> TestResponse:
    """Submit a form of a private page, as the page itself would."""
    return client.post(path, data={_FORM: form_token(client), **(data or {})}, **request)


def sign_in_browser(page: Page, name: str) -> None:
    """Sign a browser in as an account; it stands on the form to sign in before."""
    page.goto("/login")
    serializer = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    value = serializer.dumps({"token": open_session(name)})
    name_of_cookie = current_app.config["SESSION_COOKIE_NAME"]
    page.context.add_cookies([{"name": name_of_cookie, "value": value, "url": page.url.split("/login")[0]}])
