"""A provider of single sign-on (OpenID Connect) over HTTP: it knows one client, asks nobody, and can be told to lie."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

from tests.support.thread_server import run_server

CLIENT, SECRET = "registry", "secret of the client"


@dataclass
class Provider:
    """Who is signed in there (``name``), and what is to be wrong: claims of the ID token to replace, another key."""

    issuer: str = ""
    name: str = "clerk"
    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    signs_with: ECKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self) -> Any:
        """Send the browser back with a code."""
        code = secrets.token_urlsafe()
        self.asked[code] = request.args.to_dict()
        query = urlencode({"code": code, "state": request.args["state"]})
        return redirect(f"{request.args['redirect_uri']}?{query}")

    def token(self) -> Response | tuple[Response, int]:
        """Change a code, once, for an ID token; the client proves itself by its secret and by the verifier."""
        asked = self.asked.pop(request.form["code"], None)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_client = request.authorization and request.authorization.password == SECRET
        if asked is None or asked["code_challenge"] != challenge or not is_client:
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {"preferred_username": self.name} | self.claims
        signed = jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.signs_with or self.key)
        return jsonify(access_token="a", token_type="Bearer", id_token=signed)

    def describe(self) -> Response:
        """What the provider says of itself."""
        places = {name: f"{self.issuer}/{path}" for name, path in _PLACES.items()}
        return jsonify(issuer=self.issuer, id_token_signing_alg_values_supported=["none", "ES256"], **places)

    def keys(self) -> Response:
        """Its public keys."""
        return jsonify(keys=[self.key.as_dict(private=False)])


_PLACES = {
    "authorization_endpoint": "authorize",
    "token_endpoint": "token",
    "jwks_uri": "keys",
    "end_session_endpoint": "leave",
}


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider on a server of its own."""
    provider, app = Provider(), Flask("provider")
    app.add_url_rule("/.well-known/openid-configuration", view_func=provider.describe)
    app.add_url_rule("/authorize", view_func=provider.authorize)
    app.add_url_rule("/token", view_func=provider.token, methods=["POST"])
    app.add_url_rule("/keys", view_func=provider.keys)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with run_server(server) as provider.issuer:
        yield provider
