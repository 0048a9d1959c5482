import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import requests
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from registry.errors import Unavailable
from registry.keys.httpsig import ReceivedRequest, sign_request, verify_for, verify_request
from registry.keys.signing import Signer
from registry.refusals.content import PeerSignature

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIGNER = Signer.generate()
URL = "https://peer.example/exchange/v1/batches?after=1&limit=2"
COVERED = ("@method", "@authority", "@path", "@query", "content-digest", "content-type", "idempotency-key")
HEADERS = {"Content-Type": "application/json", "Idempotency-Key": "k-1"}


def prepared(method="POST", url=URL, body=b'{"a":1}', headers=HEADERS):
    return requests.Request(method, url, data=body, headers=headers).prepare()


def signed(**parts):
    request = prepared(**parts)
    sign_request(request, SIGNER, SIGNER.key_id, NOW)
    return request


def verified(request, now=NOW, resolve={SIGNER.key_id: SIGNER.public}.get, **changed):
    body = request.body or b""
    parts = {"method": request.method, "url": request.url, "headers": request.headers}
    parts["body"] = body.encode() if isinstance(body, str) else body
    parts |= changed
    return verify_request(parts["method"], parts["url"], parts["headers"], parts["body"], resolve, now=now)


def verified_by(node, request):
    received = ReceivedRequest(request.method, request.url, request.headers, request.body)
    return verify_for(node, received, {SIGNER.key_id: SIGNER.public}.get, NOW)


def without(request, *names):
    return {name: value for name, value in request.headers.items() if name.lower() not in names}


class TestAccepts:
    @pytest.mark.parametrize(
        "parts",
        [
            {},
            {"method": "GET", "body": None, "headers": {}},
            {
                "method": "GET",
                "body": None,
                "headers": {},
                "url": "http://127.0.0.1:8001/exchange/v1/changes",
            },
            {"body": "text", "headers": {"Content-Type": "text/plain"}},
            {"body": {"form": "盐城"}, "headers": {}},
            {"url": "https://peer.example/a%2Fb/%E7%9B%90?q=%E5%9F%8E"},
        ],
        ids=["post", "get", "get-without-query", "text", "form", "escaped"],
    )
    def test_what_was_signed(self, parts):
        assert verified(signed(**parts)) == SIGNER.key_id

    def test_a_request_signed_again_on_a_later_try(self):
        request = signed()
        later = NOW + timedelta(hours=1)
        sign_request(request, SIGNER, SIGNER.key_id, later)
        assert verified(request, now=later) == SIGNER.key_id

    def test_another_scheme_behind_a_proxy(self):
        assert verified(signed(), url=URL.replace("https", "http")) == SIGNER.key_id

    def test_what_the_web_server_hands_over(self):
        sent = signed(url="http://127.0.0.1:8001/exchange/v1/batches?after=1")
        environ = EnvironBuilder(
            "/exchange/v1/batches",
            base_url="http://127.0.0.1:8001",
            query_string="after=1",
            method="POST",
            data=sent.body,
            headers=dict(sent.headers),
        ).get_environ()
        got = Request(environ)
        keys = {SIGNER.key_id: SIGNER.public}.get
        assert verify_request(got.method, got.url, got.headers, got.get_data(), keys, now=NOW) == SIGNER.key_id


class TestReceiver:
    """Who got a signed request could pass it on to a third node under the Host that it was signed with."""

    @pytest.mark.parametrize(("signed_for", "received_by"), [("city", "city"), (None, "city")])
    def test_takes_what_is_for_it_and_what_names_nobody(self, signed_for, received_by):
        request = prepared()
        sign_request(request, SIGNER, SIGNER.key_id, NOW, signed_for)
        assert verified_by(received_by, request) == SIGNER.key_id

    @pytest.mark.parametrize("change", [lambda text: text, lambda text: text.replace(';tag="county"', "")])
    def test_refuses_what_is_for_another(self, change):
        request = prepared()
        sign_request(request, SIGNER, SIGNER.key_id, NOW, "county")
        request.headers["Signature-Input"] = change(request.headers["Signature-Input"])
        with pytest.raises(PeerSignature):
            verified_by("city", request)


class TestRefuses:
    @pytest.mark.parametrize(
        "changed",
        [
            {"body": b'{"a":2}'},
            {"body": b""},
            {"method": "PUT"},
            {"url": URL.replace("batches", "receipts")},
            {"url": URL.replace("after=1", "after=2")},
            {"url": URL.split("?", maxsplit=1)[0]},
            {"url": URL.replace("peer.example", "other.example")},
            {"url": "no url"},
            {"url": "/exchange/v1/batches"},
        ],
        ids=repr,
    )
    def test_a_changed_request(self, changed):
        with pytest.raises(PeerSignature):
            verified(signed(), **changed)

    @pytest.mark.parametrize(
        "name", ["signature", "signature-input", "content-digest", "content-type", "idempotency-key"]
    )
    def test_a_request_without_a_header(self, name):
        request = signed()
        with pytest.raises(PeerSignature):
            verified(request, headers=without(request, name))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Content-Type", "text/plain"),
            ("Idempotency-Key", "k-2"),
            ("Content-Digest", "sha-256=:AAAA:"),
            ("Signature", "pyhms=:AAAA:"),
            ("Signature", "\x00"),
            ("Signature-Input", "pyhms=()"),
            ("Signature-Input", "盐城"),
        ],
    )
    def test_a_changed_header(self, name, value):
        request = signed()
        with pytest.raises(PeerSignature):
            verified(request, headers=dict(request.headers) | {name: value})

    def test_an_idempotency_key_added_on_the_way(self):
        request = signed(headers={"Content-Type": "application/json"})
        with pytest.raises(PeerSignature):
            verified(request, headers=dict(request.headers) | {"Idempotency-Key": "k-1"})

    def test_a_second_idempotency_key(self):
        request = signed()
        with pytest.raises(PeerSignature):
            verified(request, headers=Headers([*request.headers.items(), ("idempotency-key", "k-2")]))

    @pytest.mark.parametrize("body", [b'{"a":2}', b""])
    def test_another_body_with_its_own_digest(self, body):
        request, other = signed(), signed(body=body)
        headers = dict(request.headers) | {"Content-Digest": other.headers["Content-Digest"]}
        with pytest.raises(PeerSignature):
            verified(request, headers=headers, body=body)

    def test_another_kind_of_digest(self):
        request = prepared()
        digest = base64.b64encode(hashlib.sha512(request.body).digest()).decode()
        request.headers["Content-Digest"] = f"sha-512=:{digest}:"
        sign_covering(request, COVERED)
        with pytest.raises(PeerSignature, match="摘要"):
            verified(request)

    @pytest.mark.parametrize("component", COVERED)
    def test_a_signature_that_covers_too_little(self, component):
        request = prepared()
        sign_request(request, SIGNER, SIGNER.key_id, NOW)
        sign_covering(request, tuple(name for name in COVERED if name != component))
        with pytest.raises(PeerSignature):
            verified(request)

    def test_a_signature_without_a_time(self):
        request = signed()
        source = request.headers["Signature-Input"]
        timeless = ";".join(part for part in source.split(";") if not part.startswith("created"))
        with pytest.raises(PeerSignature):
            verified(request, headers=dict(request.headers) | {"Signature-Input": timeless})

    def test_a_replay_after_five_minutes(self):
        assert verified(signed(), now=NOW + timedelta(minutes=5)) == SIGNER.key_id
        with pytest.raises(PeerSignature):
            verified(signed(), now=NOW + timedelta(minutes=5, seconds=1))

    def test_a_time_ahead_of_ours(self):
        assert verified(signed(), now=NOW - timedelta(minutes=1)) == SIGNER.key_id
        with pytest.raises(PeerSignature):
            verified(signed(), now=NOW - timedelta(minutes=1, seconds=1))

    @pytest.mark.parametrize("public", [None, Signer.generate().public, b"short"], ids=["unknown", "wrong", "broken"])
    def test_another_key(self, public):
        with pytest.raises(PeerSignature):
            verified(signed(), resolve=lambda key_id: public)

    def test_a_stream(self):
        with pytest.raises(TypeError):
            signed(body=iter([b"a"]))


class TestKeyStore:
    def test_that_cannot_be_read_is_not_called_a_bad_signature(self):
        def resolve(key_id):
            raise Unavailable

        with pytest.raises(Unavailable):
            verified(signed(), resolve=resolve)


def sign_covering(request, covered):
    http = HTTPMessageSigner(signature_algorithm=ED25519)
    draft = http.prepare(
        request,
        key_id=SIGNER.key_id,
        created=NOW,
        covered_component_ids=covered,
        use_existing_digest=True,
    )
    http.apply(request, draft, SIGNER.sign(draft.signature_base))
