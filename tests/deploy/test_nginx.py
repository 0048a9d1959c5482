"""The example for nginx, by a real nginx: slow clients, large bodies, the address of who asks."""

import http.server
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tests.support.processes import ROOT, free_ports, wait_for

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed; `make needs` installs it")
EXAMPLE = ROOT / "deploy" / "nginx" / "registry.conf"


class _Upstream(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


class Front:
    """nginx with the example, in front of a server that notes what reaches it."""

    def __init__(self, folder: Path) -> None:
        _Upstream.seen.clear()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Upstream)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        plain, self.port = free_ports()
        key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=registry.example", "-days", "2",
             "-keyout", str(key), "-out", str(certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        text = EXAMPLE.read_text("utf-8")
        for old, new in (
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("127.0.0.1:8000", f"127.0.0.1:{self.server.server_port}"),
            ("/etc/ssl/registry", str(folder)),
            ("/var/cache/nginx/registry", str(folder / "cache")),
        ):
            assert old in text
            text = text.replace(old, new)
        paths = "".join(
            f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = f"user {folder.owner()};\n" if os.getuid() == 0 else ""
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(
            f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
            f"http {{\n{paths}{text}}}\n",
            encoding="utf-8",
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def seen(self) -> list[tuple[str, dict[str, str], bytes]]:
        """What reached the server behind."""
        return _Upstream.seen

    def start(self) -> None:
        """Start nginx and wait until it takes connections."""
        self.process = subprocess.Popen(["nginx", "-c", str(self.configuration)], stderr=subprocess.DEVNULL)
        wait_for(self._listens, "nginx listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """Stop both."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.server.shutdown()
        self.server.server_close()

    def connect(self) -> ssl.SSLSocket:
        """A connection over TLS."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=20))

    def post(self, length: int, body: bytes, *headers: str) -> int:
        """Send a request as it is; the status of the answer."""
        with self.connect() as connection:
            head = ["POST /api/v1/disputes HTTP/1.1", "Host: registry.example", f"Content-Length: {length}", *headers]
            connection.sendall("\r\n".join([*head, "Connection: close", "", ""]).encode() + body)
            return int(re.match(rb"HTTP/1.1 (\d+)", connection.recv(100))[1])  # type: ignore[index]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    made = Front(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_a_slow_client_reaches_the_node_only_with_its_whole_request(front: Front) -> None:
    with front.connect() as connection:
        head = "POST /api/v1/disputes HTTP/1.1\r\nHost: registry.example\r\nContent-Length: 20\r\n\r\n"
        connection.sendall(head.encode() + b"0123456789")
        time.sleep(1)
        assert front.seen == []
        connection.sendall(b"0123456789")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert [body for _, _, body in front.seen] == [b"0123456789" * 2]


def test_a_body_that_is_too_large_never_reaches_the_node(front: Front) -> None:
    assert front.post(33 * 1024 * 1024, b"x") == 413
    assert front.seen == []


def test_the_node_is_told_who_asks_and_under_which_name(front: Front) -> None:
    assert front.post(1, b"x", "X-Forwarded-For: 203.0.113.7") == 200
    [(_, headers, _)] = front.seen
    assert (headers["X-Forwarded-For"], headers["Host"]) == ("127.0.0.1", "registry.example")
