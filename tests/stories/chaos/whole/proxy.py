"""A proxy between nodes, and between clients and nodes, that cuts, delays, repeats, reorders, corrupts and stalls."""

import contextlib
import random
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

BETWEEN_NODES = ("cut", "delay", "repeat", "late", "corrupt", "stall")
TO_CLIENTS = ("cut", "delay", "repeat", "late")
"""What TLS would catch, and only it, is left out: a corrupted filing of a client is another filing."""
STALL_SECONDS = 3
STALLED_SECONDS_MAX = 12
IDLE_SECONDS = 30
REQUEST_BYTES_MAX = 4 * 1024 * 1024


@dataclass
class Proxy:
    """Listens on a port of its own and passes each connection on to ``target``, with a fault in a share of them."""

    target: int
    kinds: Sequence[str]
    share: float
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    is_calm: bool = False

    def __post_init__(self) -> None:
        self._draw, self._lock = random.Random(self.seed), threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, *self._choose()), daemon=True).start()

    def _choose(self) -> tuple[str | None, random.Random]:
        with self._lock:
            kind = self._draw.choice(self.kinds) if self._draw.random() < self.share else None
            return None if self.is_calm else kind, random.Random(self._draw.random())

    def _serve(self, client: socket.socket, kind: str | None, draw: random.Random) -> None:
        with contextlib.suppress(OSError), client:
            client.settimeout(IDLE_SECONDS)
            request = _read_request(client)
            if not request:
                return
            if kind:
                self.faults[kind] += 1
            self._pass_on(client, request, kind, draw)

    def _pass_on(self, client: socket.socket, request: bytes, kind: str | None, draw: random.Random) -> None:
        if kind == "late":  # the client believes it lost; it arrives after what is sent next
            client.close()
            time.sleep(draw.uniform(0.5, 3))
            _exchange(self.target, request)
            return
        if kind == "delay":
            time.sleep(draw.uniform(0.1, 2))
        if kind == "corrupt" and draw.random() < 0.5:
            request, kind = _corrupt(request, draw), None
        if kind == "cut" and draw.random() < 0.5:
            _exchange(self.target, request[: draw.randrange(len(request))])
            return
        answer = _exchange(self.target, request)
        if kind == "repeat":
            _exchange(self.target, request)
        if kind == "corrupt":
            answer = _corrupt(answer, draw)
        if kind == "cut":
            answer = answer[: draw.randrange(len(answer) + 1)]
        if kind == "stall":
            _send_slowly(client, answer)
        else:
            client.sendall(answer)


def _read_request(client: socket.socket) -> bytes:
    """One whole request, whose body has a length."""
    data = b""
    while len(data) < REQUEST_BYTES_MAX:
        piece = client.recv(65536)
        if not piece:
            return b""
        data += piece
        head, mark, body = data.partition(b"\r\n\r\n")
        if mark and len(body) >= _length(head):
            return data
    return b""


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)


def _exchange(target: int, request: bytes) -> bytes:
    """Send a request as it is and read until the node ends the connection or the answer is whole."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", target), timeout=IDLE_SECONDS) as node:
        node.sendall(request)
        while piece := node.recv(65536):
            answer += piece
            head, mark, body = answer.partition(b"\r\n\r\n")
            if mark and b"content-length:" in head.lower() and len(body) >= _length(head):
                break
    return answer


def _corrupt(data: bytes, draw: random.Random) -> bytes:
    if not data:
        return data
    place = draw.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << draw.randrange(8))]) + data[place + 1 :]


def _send_slowly(client: socket.socket, answer: bytes) -> None:
    deadline = time.monotonic() + STALLED_SECONDS_MAX
    for place in range(len(answer)):
        if time.monotonic() > deadline:
            return
        client.sendall(answer[place : place + 1])
        time.sleep(STALL_SECONDS)


class StalledPeer:
    """A peer that takes every connection and gives one byte per three seconds, for ever."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """End every connection and accept no more."""
        for connection in (self._listener, *self._connections):
            connection.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while self._listener.fileno() >= 0:
                if selector.select(STALL_SECONDS):
                    with contextlib.suppress(OSError):
                        self._connections.append(self._listener.accept()[0])
                self._connections = [one for one in self._connections if _gives_a_byte(one)]


def _gives_a_byte(connection: socket.socket) -> bool:
    try:
        connection.send(b"H")
    except OSError:
        connection.close()
        return False
    return True
