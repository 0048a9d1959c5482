"""A peer whose answers are none: an error page with status 200, JSON and gzip cut off, another's receipt."""

import gzip
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from registry.queries.exchange import peer_messages
from sync.client import NotDelivered, _accept_answer
from sync.outbound import Answer
from sync.push import push
from tests.support.thread_server import run_server
from tests.sync.bodies import body
from tests.sync.planting import published

RECEIPT = {"batch": "0" * 64, "counts": {"accepted": 1, "pending": 0, "rejected": 0, "sent": 1}, "from": "platform"}
RECEIPT |= {"results": [], "signature": {"kid": "0" * 16, "value": "0" * 128}}
WHOLE = json.dumps(RECEIPT).encode()
PACKED = gzip.compress(WHOLE * 100)
ANSWERS = {
    "error page": (b"<html><h1>502 Bad Gateway</h1></html>", {}),
    "nothing": (b"", {}),
    "JSON cut off": (WHOLE[:-9], {}),
    "deep JSON": (b"[" * 100_000, {}),
    "gzip cut off": (PACKED[:-9], {"Content-Encoding": "gzip"}),
    "no gzip": (WHOLE, {"Content-Encoding": "gzip"}),
    "signature of nobody": (WHOLE, {}),
}


@contextmanager
def answering(plan):
    """A peer that answers with what is planned, one after the other; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            data, headers = plan.pop(0)
            self.send_response(200)
            for name, value in (
                {"Content-Length": str(len(data)), "Content-Type": "application/json"} | headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    with run_server(HTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


class TestPush:
    def test_settles_nothing_by_an_answer_that_is_none_and_loses_nothing(self, city, platform):
        published(city.app, body())
        plan = list(ANSWERS.values())
        with answering(plan) as url:
            address(city, url)
            for name in ANSWERS:
                with city:
                    assert push("platform").failed, name
                assert len(city.messages("pending")) == 1, name
                address(city, url)
        assert plan == []
        address(city, platform.url)
        with city:
            assert push("platform").sent == 1
        assert len(city.messages("delivered")) == 1


def address(city, url):
    """Where the platform is, to be tried at once."""

    def act(work):
        peer = peer_messages.peer(work.session, "platform")
        peer.url, peer.retry_at = url, None

    city.do(act)


@pytest.mark.parametrize(
    "code", ["\x1b[2J", "schema\u202e", "\x00", "\ud800", "a" * 65, "320902199003074518", 7, None, ""]
)
def test_code_that_is_none_is_not_passed_on(code):
    """What a peer gives as the code of its refusal reaches the audit trail, pages and terminals."""
    with pytest.raises(NotDelivered) as refused:
        _accept_answer(Answer(422, {}, json.dumps({"code": code}).encode()))
    assert refused.value.event.code == "refused"
