"""A receiver of webhooks as there are in the world: it drops, delays, fails, sends elsewhere, and sometimes listens."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.thread_server import run_server

DELAY_SECONDS = 2.5


@dataclass
class Receiver:
    """What it will do next (``ok`` when nothing is planned), and what reached it: (path, headers, body)."""

    port: int = 0
    plan: list[str] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def sequences(self) -> list[int]:
        """The sequence numbers in the order they came, whatever was answered."""
        return [int(headers["Registry-Event"].rsplit("-", 1)[1]) for _, headers, _ in self.got]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver that listens as long as the block runs."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender was killed half-way
                return
            receiver.got.append((self.path, dict(self.headers), body))
            receiver.before_answer()
            planned = receiver.plan.pop(0) if receiver.plan else "ok"
            if planned == "drop":
                self.connection.close()
                return
            if planned == "delay":
                time.sleep(DELAY_SECONDS)
            status = {"ok": 204, "delay": 200, "elsewhere": 307}.get(planned) or int(planned)
            if status < 300 and planned != "delay":
                receiver.taken.append(body)
            try:
                self.send_response(status)
                if planned == "elsewhere":
                    self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    with run_server(server):
        yield receiver
