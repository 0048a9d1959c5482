"""Peers and webhooks that send one byte now and then: cut off after the total time, and apart from each other."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from registry.services.exchange import peers
from sync import outbound, peer_links
from sync.client import HttpPeer, NotDelivered
from sync.outbound import CallFailed
from sync.push import push_all
from tests.sync.bodies import body
from tests.sync.planting import published

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SHAPES = {
    "nothing": b"",
    "status-line": b"HTTP/1.1 2",
    "headers": HEAD + b"X-Slow: ",
    "body": HEAD + b"Content-Length: 1000\r\n\r\n{",
    "body-without-length": HEAD + b"\r\n{",
}


@contextmanager
def dripping(start):
    """A server that begins an answer and then sends a byte every 0.2 s; its port."""
    listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(connection):
        with connection:
            connection.settimeout(5)
            try:
                connection.recv(65536)
                connection.sendall(start)
                while not stop.wait(0.2):
                    connection.sendall(b"x")
            except OSError:
                return

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


class TestCall:
    @pytest.mark.parametrize("start", SHAPES.values(), ids=SHAPES)
    def test_ends_with_its_time(self, start):
        with dripping(start) as port:
            prepared = requests.Request("GET", f"http://127.0.0.1:{port}/").prepare()
            begun = time.monotonic()
            with pytest.raises(CallFailed) as failed:
                outbound.call(prepared, 1, 10_000)
        assert failed.value.is_late
        assert time.monotonic() - begun < 4

    def test_ends_with_its_time_in_a_handshake_of_tls(self):
        with dripping(b"\x16\x03\x03\x40\x00") as port:
            prepared = requests.Request("GET", f"https://127.0.0.1:{port}/").prepare()
            begun = time.monotonic()
            with pytest.raises(CallFailed) as failed:
                outbound.call(prepared, 1, 10_000)
        assert failed.value.is_late
        assert time.monotonic() - begun < 4

    def test_leaves_no_thread_behind(self, city, platform):
        before = threading.active_count()
        with platform:
            HttpPeer(city.url, platform.signer, 5).hello()
        deadline = time.monotonic() + 5
        while threading.active_count() > before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert threading.active_count() <= before + 1  # the server's own


class TestPeer:
    def test_is_given_up_by_its_client(self, city):
        with dripping(SHAPES["body"]) as port, city, pytest.raises(NotDelivered) as failed:
            HttpPeer(f"http://127.0.0.1:{port}", city.signer, 1).hello()
        assert type(failed.value.event).__name__ == "TimedOut"

    def test_that_stalls_delays_no_other(self, city, platform, monkeypatch):
        """In one lane, run after run: the healthy peer has each record at once, the stalled one holds one thread."""
        monkeypatch.setattr(peer_links, "PATIENCE_SECONDS", 0.5)
        with dripping(SHAPES["body"]) as port:
            key = "ab" * 32
            city.do(lambda work: peers.add(work, "slow", "慢", f"http://127.0.0.1:{port}", key, ()).id)
            for count in (1, 2, 3):
                published(city.app, body())
                begun = time.monotonic()
                with city:
                    push_all(lane="push")
                assert len(platform.publications()) == count
                assert time.monotonic() - begun < 4
            running = [thread for thread in threading.enumerate() if thread.name == "push slow"]
            assert len(running) <= 1
        for thread in running:
            thread.join(10)
