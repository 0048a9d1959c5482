"""Clients that say nothing, or never end a request, leave the web server to the others."""

import socket
import time
from contextlib import ExitStack

import pytest
import requests

from registry.app import create_app
from registry.commands.node import prepare
from registry.settings import Settings
from tests.support.processes import Node, free_ports, running

THREADS = 2


@pytest.fixture
def url(tmp_path):
    """The address of a web server with two threads."""
    port = free_ports()[0]
    chosen = {"web_workers": 1, "web_threads": THREADS, "request_timeout_seconds": 3}
    node = Node(Settings(home=str(tmp_path), node="city", port=port, base_url=f"http://127.0.0.1:{port}", **chosen))
    with create_app(node.settings).app_context():
        prepare()
    with running(node.web):
        node.wait_until_ready()
        yield node.settings.base_url


def opened(stack, url, data=b""):
    port = int(url.rsplit(":", 1)[1])
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.sendall(data)
    return connection


def answer_seconds(url):
    begun = time.monotonic()
    assert requests.get(f"{url}/healthz", timeout=30).status_code == 200
    return time.monotonic() - begun


class TestSlowClients:
    def test_that_say_nothing_hold_no_thread(self, url):
        with ExitStack() as stack:
            for _ in range(200):
                opened(stack, url)
            assert answer_seconds(url) < 2

    @pytest.mark.parametrize(
        "data",
        [
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            b"POST /api/v1/disputes HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
        ],
        ids=["headers", "body"],
    )
    def test_that_never_end_are_cut_off(self, url, data):
        with ExitStack() as stack:
            slow = [opened(stack, url, data) for _ in range(THREADS)]
            time.sleep(0.5)
            assert answer_seconds(url) < 8
            for connection in slow:
                connection.settimeout(10)
                while connection.recv(65536):
                    pass
