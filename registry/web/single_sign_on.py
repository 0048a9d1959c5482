"""Single sign-on by OpenID Connect: the sign-on of the city stands for the password, and for nothing else.

A claim names an account that exists and has a password; who is unknown is refused, and nothing is made or granted. The
second factor follows as after a password. The code is bound to this browser by state, nonce and PKCE (S256).
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import current_app, redirect, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from registry import runtime
from registry.queries.node import sign_in_lookup
from registry.refusals.sign_in import PageUnknown, SingleSignOnUnavailable
from registry.settings import LOOPBACK, Settings
from registry.unit_of_work import day_of
from registry.web import sessions
from registry.web.private import private
from registry.web.sign_in import continue_sign_in, render_login, wanted_page

ALGORITHMS = ["ES256", "ES384", "PS256", "RS256"]
"""Signatures that an ID token may have, whatever the provider announces: none without a key, none by the secret."""
TIMEOUT_SECONDS = 10
_DISCOVERY = "/.well-known/openid-configuration"
_EXTENSION = "registry_single_sign_on"
_WANTED = "wanted_page"
_FAILED = (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError)
"""What the library raises for an answer that proves nothing."""
_SEE_OTHER = 303


def is_enabled(settings: Settings) -> bool:
    """Whether the node has a provider, which is reached over TLS unless it is on this machine."""
    parts = urlsplit(settings.oidc_issuer)
    return bool(settings.oidc_client_id) and (parts.scheme == "https" or parts.hostname in LOOPBACK)


@private.get("/login/single-sign-on")
def single_sign_on() -> ResponseReturnValue:
    """Lead to the provider."""
    client = _client()
    session[_WANTED] = wanted_page()
    try:
        answer: ResponseReturnValue = client.authorize_redirect(_own_address("private.single_sign_on_return"))
    except (*_FAILED, RequestException, RuntimeError):
        raise SingleSignOnUnavailable() from None
    return answer


@private.get("/login/single-sign-on/return")
def single_sign_on_return() -> ResponseReturnValue:
    """Take the answer of the provider, once, in the browser that was sent there."""
    client, settings = _client(), runtime.settings()
    wanted = sessions.safe_path(str(session.pop(_WANTED, None) or ""))
    options = {
        "iss": {"essential": True, "values": [settings.oidc_issuer]},
        "aud": {"essential": True, "values": [settings.oidc_client_id]},
    }
    try:
        client.load_server_metadata()["id_token_signing_alg_values_supported"] = ALGORITHMS
        claims = client.authorize_access_token(claims_options=options)["userinfo"]
        name = claims[settings.oidc_account_claim]
    except (RequestException, RuntimeError):
        raise SingleSignOnUnavailable() from None
    except _FAILED:
        return _refuse(None)
    with runtime.reading(on_primary=True) as store:
        stored = sign_in_lookup.stored_password(store, str(name), day_of(runtime.clock()))
    # Who has no second factor yet sets it up after the password of this node alone.
    if stored.actor is None or not isinstance(name, str) or not stored.has_second_factor:
        return _refuse(None)
    return continue_sign_in(stored, wanted)


@private.get("/login/single-sign-on/end")
def end_single_sign_on() -> ResponseReturnValue:
    """Lead to where the provider ends its own session, when it has such a page."""
    client = _client()
    back = _own_address("private.login")
    try:
        metadata = client.load_server_metadata()
        if not metadata.get("end_session_endpoint"):
            return redirect(back, _SEE_OTHER)
        leaving = client.create_logout_url(post_logout_redirect_uri=back, client_id=client.client_id)
    except (*_FAILED, RequestException, RuntimeError):
        raise SingleSignOnUnavailable() from None
    return redirect(leaving["url"], _SEE_OTHER)


@private.context_processor
def _add_single_sign_on() -> dict[str, object]:
    return {"has_single_sign_on": is_enabled(runtime.settings())}


def _refuse(account: str | None) -> ResponseReturnValue:
    return render_login(sessions.note_failure(account))


def _own_address(endpoint: str) -> str:
    return runtime.settings().base_url.rstrip("/") + url_for(endpoint)


def _client() -> Any:
    """The client of the node, which keeps what the provider says of itself. Refuses ``PageUnknown`` without one."""
    settings = runtime.settings()
    if not is_enabled(settings):
        raise PageUnknown()
    if _EXTENSION not in current_app.extensions:
        file = settings.oidc_client_secret_file
        current_app.extensions[_EXTENSION] = FlaskOAuth2App(
            FlaskIntegration("single_sign_on"),
            "single_sign_on",
            client_id=settings.oidc_client_id,
            client_secret=Path(file).read_text(encoding="utf-8").strip() if file else None,
            server_metadata_url=settings.oidc_issuer.rstrip("/") + _DISCOVERY,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
            },
        )
    return current_app.extensions[_EXTENSION]
