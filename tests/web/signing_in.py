"""Sign in for tests: a real session, opened by the service, and the token without which a form is refused."""

import datetime as dt
import itertools
import secrets
from typing import Any

import pyotp
from flask import Flask, current_app
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from playwright.sync_api import Page
from werkzeug.test import TestResponse

from registry import runtime
from registry.queries.node import account_lookup, sign_in_lookup
from registry.services.node import passwords, second_factor
from registry.services.node import sign_in as sessions
from registry.services.node.sign_in import Visitor
from registry.unit_of_work import day_of
from tests.support.people import Person

VISITOR = Visitor("address", "192.0.2.0/24", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
PASSWORD = "山高水长 风清月白 2026"
_ADDRESSES = itertools.count(1)
_FORM = "csrf_token"


def new_browser(app: Flask) -> FlaskClient:
    """A browser at an address of its own, so that the failures of one test shut out no other."""
    made = app.test_client()
    made.environ_base["REMOTE_ADDR"] = f"198.51.100.{next(_ADDRESSES)}"
    return made


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
    """Sign a browser in as an account, in place of whoever was; it stands on the form to sign in before."""
    page.context.clear_cookies()
    page.goto("/login")
    serializer = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    value = serializer.dumps({"token": open_session(name)})
    name_of_cookie = current_app.config["SESSION_COOKIE_NAME"]
    page.context.add_cookies([{"name": name_of_cookie, "value": value, "url": page.url.split("/login")[0]}])


def give_password(person: Person, password: str = PASSWORD) -> None:
    """Let somebody have a password."""
    hashed = passwords.hash_password(password, password, person.actor.name)
    runtime.perform(person.actor, lambda work: passwords.set_password(work, person.actor.account_id, hashed))


def give_second_factor(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """Let somebody have a second factor: the authenticator and the recovery codes."""
    number = person.actor.account_id
    runtime.perform(person.actor, lambda work: second_factor.draft(work, number))
    with runtime.reading() as session:
        sealed = sign_in_lookup.second_factor(session, number).draft
    totp = pyotp.TOTP(runtime.keys().vault.open(sealed).decode())
    early = runtime.clock() - dt.timedelta(seconds=30)
    codes = runtime.perform(person.actor, lambda work: second_factor.confirm_draft(work, number, totp.at(early)))
    return totp, codes


def login(client: FlaskClient, name: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    """Type a password into the form to sign in."""
    return post(client, "/login", {"name": name, "password": password, **more})


def token_of(client: FlaskClient) -> str:
    """The token in the cookie of a browser."""
    with client.session_transaction() as cookie:
        return str(cookie.get("token"))


def is_signed_in(client: FlaskClient) -> bool:
    """Whether pages for signed-in people open."""
    return client.get("/account").status_code == 200
