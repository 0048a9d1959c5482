"""Measure public reading over HTTP on the product's own server: pages, answers 304, and a static file beside them."""

import http.client
import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.bed import Bed
from benchmarks.figures import tell
from benchmarks.processor import children_of, of_processes, store_processes
from benchmarks.serving import running

CLIENTS = 8
SECONDS = 8.0
WARM_SECONDS = 1.0
WORKERS = 2
STATIC = "/static/icon.svg"
PAGE = "/records"
PAGE_ANEW = "/records?anew="
"""The same page at an address that is not kept, because it has a query."""
_BUFFER = 1 << 16


@dataclass
class Load:
    """What a load came to: seconds of each request, and the server's processor time for all of them."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second by the clock."""
        return len(self.seconds) / SECONDS

    @property
    def rate_of_processor(self) -> float:
        """Requests per second of the server's processor time."""
        return len(self.seconds) / self.processor


def measure(bed: Bed, records: int) -> None:
    """Print the rates of a full page, kept and made anew, of 304 and of a static file, of one server in one run."""
    with running(bed, WORKERS) as (address, server):
        workers = [server.pid, *children_of(server.pid)]
        static = _measure(address, workers, STATIC)
        fresh = _measure(address, workers, PAGE, {"Accept-Encoding": "gzip"})
        anew = _measure(address, workers, PAGE_ANEW, {"Accept-Encoding": "gzip"})
        tag = _find_tag(address, PAGE)
        unchanged = _measure(address, workers, PAGE, {"If-None-Match": tag})
    _tell(f"a static file ({STATIC})", static)
    _tell(f"a page as it stands ({PAGE}, If-None-Match: 304)", unchanged, static)
    _tell(f"a full page, kept since the last entry ({PAGE}, {records:,} records)", fresh)
    _tell(f"a full page, made anew each time ({PAGE_ANEW}, {records:,} records)", anew)


def _tell(what: str, load: Load, beside: Load | None = None) -> None:
    cuts = statistics.quantiles(load.seconds, n=100)
    spread = "  ".join(f"p{share} {cuts[share - 1] * 1000:,.0f}" for share in (50, 95, 99))
    by_clock = f"{load.rate / beside.rate:.0%} of the static file's" if beside else ""
    tell(f"{what}, {CLIENTS} at a time: ms {spread}", f"{load.rate:,.0f}/s", by_clock)
    by_processor = f"{load.rate_of_processor / beside.rate_of_processor:.0%} of the static file's" if beside else ""
    tell("the same per second of the server's processor time", f"{load.rate_of_processor:,.0f}/s", by_processor)


def _find_tag(address: str, path: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"]


def _measure(address: str, workers: Sequence[int], path: str, headers: dict[str, str] | None = None) -> Load:
    """Ask for one address again and again over connections that stay open."""
    parts, load, lock = urlsplit(address), Load(), threading.Lock()
    lines = [f"GET {path} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    begun = time.perf_counter() + WARM_SECONDS

    def send_requests() -> None:
        answered, client = [], _Client(parts.hostname or "", parts.port or 0)
        while (sent := time.perf_counter()) < begun + SECONDS:
            client.ask(request)
            if begun <= sent and (ended := time.perf_counter()) < begun + SECONDS:
                answered.append(ended - sent)
        client.close()
        with lock:
            load.seconds += answered

    clients = [threading.Thread(target=send_requests) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    time.sleep(WARM_SECONDS)
    processes = [*workers, *store_processes()]
    before = of_processes(processes)
    time.sleep(SECONDS)
    load.processor = of_processes(processes) - before
    for client in clients:
        client.join()
    return load


class _Client:
    """A client that costs little beside the server that is measured: it reads only how long an answer is."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._place, timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes) -> None:
        """Send a request and read the answer to its end; connect again where the server closes."""
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        top, _, rest = data.partition(b"\r\n\r\n")
        headers = top.lower()
        assert top.split(b" ", 2)[1] in (b"200", b"304"), top
        at = headers.find(b"content-length:")
        left = (int(headers[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0) - len(rest)
        while left > 0:
            left -= len(self._receive())
        if b"connection: close" in headers:
            self.close()
            self._socket = self._connect()

    def _receive(self) -> bytes:
        data = self._socket.recv(_BUFFER)
        if not data:
            raise ConnectionError("the server ended the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
