"""The HTTP door of the exchange, and its client."""

import json

import pytest
import requests

from registry.keys.httpsig import sign_request
from registry.keys.signing import Signer
from registry.queries.exchange import peer_messages
from registry.queries.publication import log_identity
from registry.refusals.acts import PeerRefused
from registry.runtime import clock
from sync.backlog import Failed, Refused, TimedOut
from sync.client import HttpPeer, NotDelivered
from sync.push import push
from tests.sync.bodies import batch_of, body, chained, refit, removed, sealed
from tests.sync.planting import published

ROUTES = [
    ("GET", "/hello"),
    ("POST", "/batches"),
    ("GET", "/changes"),
    ("POST", "/receipts"),
    ("GET", "/digest"),
    ("GET", "/members"),
]


@pytest.fixture
def caller(city, platform):
    """The platform's client of the city."""
    with platform:
        yield HttpPeer(city.url, platform.signer, 5)


def ask(node, signer, method, path, body=None):
    prepared = requests.Request(method, f"{node.url}/exchange/v1{path}", data=body).prepare()
    if signer:
        sign_request(prepared, signer, signer.key_id, clock())
    with requests.Session() as session:
        return session.send(prepared, timeout=5)


class TestDoor:
    @pytest.mark.parametrize(("method", "path"), ROUTES)
    def test_is_closed_to_unsigned_and_unknown_callers(self, city, method, path):
        for signer in (None, Signer.generate()):
            answer = ask(city, signer, method, path)
            assert (answer.status_code, answer.json()["code"]) == (403, "peer-signature")
            assert answer.headers["Content-Type"] == "application/problem+json"

    def test_refuses_what_was_signed_for_another_node(self, city, platform):
        with platform:
            assert HttpPeer(city.url, platform.signer, 5, "city").hello()["node"] == "city"
            with pytest.raises(NotDelivered) as refused:
                HttpPeer(city.url, platform.signer, 5, "county").hello()
        assert refused.value.event == Refused(403, "peer-signature")

    def test_refuses_a_body_changed_on_the_way(self, city, platform):
        raw = batch_of("platform", sealed(platform.signer, body(node="platform")))
        prepared = requests.Request("POST", f"{city.url}/exchange/v1/batches", data=raw).prepare()
        sign_request(prepared, platform.signer, platform.signer.key_id, clock())
        prepared.body = raw[:-1] + b" "
        with requests.Session() as session:
            answer = session.send(prepared, timeout=5)
        assert answer.json()["code"] == "peer-signature"
        assert not city.publications()

    @pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?after=1&after=2", "?limit=1&colour=red"])
    def test_refuses_unknown_and_malformed_parameters(self, city, platform, query):
        answer = ask(city, platform.signer, "GET", f"/changes{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "query-refused")

    def test_says_who_it_is(self, city, caller):
        published(city.app, body())
        told = caller.hello()
        assert (told["node"], told["head"]) == ("city", 1)
        assert told["epoch"] == city.ask(log_identity.epoch)

    def test_refuses_a_wrong_digest_and_stores_nothing(self, city, platform, caller):
        raw = refit(batch_of("platform", sealed(platform.signer, body(node="platform"))), digest="0" * 64)
        with pytest.raises(NotDelivered) as refused:
            caller.send_batch(raw)
        assert refused.value.event == Refused(422, "batch-digest")
        assert not city.publications()

    def test_pauses_a_peer_that_would_remove_too_much(self, city, platform, caller):
        shown = [body(node="platform") for _ in range(25)]
        caller.send_batch(batch_of("platform", *(sealed(platform.signer, one) for one in shown)))
        gone = [chained(platform.signer, one, removed(one))[1] for one in shown]
        with pytest.raises(NotDelivered) as refused:
            caller.send_batch(batch_of("platform", *gone))
        assert isinstance(refused.value.event, Failed)
        assert refused.value.event.retry_after_seconds
        assert city.peer("platform").paused_because == "removal-share"
        assert len(city.publications()) == 25

    @pytest.mark.parametrize("bucket", ["x", "1,,2", ",".join("1" * 257)])
    def test_refuses_malformed_buckets(self, city, platform, bucket):
        answer = ask(city, platform.signer, "GET", f"/digest?owner=city&bucket={bucket}")
        assert answer.json()["code"] == "query-refused"


class TestClient:
    @pytest.mark.parametrize("url", ["http://10.0.0.1:80", "ftp://127.0.0.1", "http://localhost.example", ""])
    def test_refuses_an_address_where_others_could_listen(self, url):
        with pytest.raises(PeerRefused):
            HttpPeer(url, Signer.generate(), 1)

    def test_calls_a_closed_port_a_failure(self, city):
        with city, pytest.raises(NotDelivered) as failed:
            HttpPeer("http://127.0.0.1:9", city.signer, 1).hello()
        assert failed.value.event == Failed()


class _Changing:
    """A transport that changes what travels."""

    def __init__(self, inner, change):
        self._inner, self._change = inner, change

    def send_batch(self, raw):
        return self._change(self._inner.send_batch(raw))


class _Forgetful:
    """A transport whose answers are lost on the way back."""

    def __init__(self, inner):
        self._inner = inner

    def send_batch(self, raw):
        self._inner.send_batch(raw)
        raise NotDelivered(TimedOut())


class TestRelay:
    def test_sends_again_when_the_answer_was_lost_and_has_one_effect(self, city, platform):
        published(city.app, body())
        with city:
            lost = push("platform", lambda peer: _Forgetful(HttpPeer(peer.url, city.signer, 5)))
        assert lost.failed == "TimedOut"
        assert len(city.messages("pending")) == 1
        city.do(lambda work: setattr(peer_messages.peer(work.session, "platform"), "retry_at", None))
        with city:
            push("platform")
        assert [message.outcome for message in city.messages("delivered")] == ["accepted"]
        assert len(platform.publications()) == 1

    def test_settles_nothing_on_a_receipt_that_was_changed(self, city, platform):
        published(city.app, body())

        def connect(peer):
            return _Changing(HttpPeer(peer.url, city.signer, 5), lambda raw: raw.replace(b'"accepted"', b'"rejected"'))

        with city:
            assert push("platform", connect).failed == "Broken"
        assert len(city.messages("pending")) == 1

    def test_keeps_the_peers_own_code_of_a_rejection(self, city, platform):
        published(city.app, body(basis=""), body())
        with city:
            push("platform")
        assert [(m.outcome, m.detail) for m in city.messages("rejected")] == [("rejected", "schema")]
        assert len(city.messages("delivered")) == 1
        assert len(platform.items()) == 1

    def test_writes_no_name_into_what_is_signed_or_told(self, city, platform):
        published(city.app, body(basis=""))
        with city:
            push("platform")
        [item] = platform.items()
        assert "虚构" not in json.dumps([item.code, item.detail], ensure_ascii=False)
