"""Measure checks of 20 bidders by many trading centres at once, over HTTP, each signed and stored before its answer."""

import http.client
import json
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from urllib.parse import urlsplit

from benchmarks.bed import Bed
from benchmarks.checking import SEED_KNOWN, SEED_UNKNOWN, body
from benchmarks.figures import tell
from benchmarks.start import free_port, stop, wait_for
from registry.commands.node import serve_arguments
from registry.settings import Settings, child_environment
from tools.synthetic import Firm, firms

BIDDERS = 20
CLIENTS = 8
SECONDS = 20
WARM_SECONDS = 2


def measure(bed: Bed, records: int) -> None:
    """Print requests a second and how long they take: of an empty signed answer, then of checks of 20 bidders."""
    known, unknown = list(firms(2_000, SEED_KNOWN)), list(firms(20_000, SEED_UNKNOWN))
    with running(bed, Settings().web_workers) as (address, _):
        empty = _measure_load(address, bed.headers, lambda turn: body([unknown[turn % len(unknown)]], f"E-{turn}"))
        full = _measure_load(address, bed.headers, lambda turn: body(_pick_bidders(turn, known, unknown), f"F-{turn}"))
    _print_latencies("one bidder, not on record (the empty signed answer)", empty)
    _print_latencies(
        f"{BIDDERS} bidders, 2 on record", full, f"{len(full) / len(empty):.0%} of the empty answer's rate"
    )
    tell("records in the store", f"{records:,}")


@contextmanager
def running(bed: Bed, web_workers: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the product's own server on the store; yields its address and its first process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = replace(bed.settings, port=port, base_url=address, web_workers=web_workers, log_level="warning")
    server = subprocess.Popen(serve_arguments(settings), env=child_environment(settings), start_new_session=True)
    try:
        wait_for(server, f"{address}/readyz")
        yield address, server
    finally:
        stop(server)


def _pick_bidders(turn: int, known: list[Firm], unknown: list[Firm]) -> list[Firm]:
    """Two on record and eighteen that are not, others each turn."""
    return [
        *(known[(2 * turn + offset) % len(known)] for offset in range(2)),
        *(unknown[(18 * turn + offset) % len(unknown)] for offset in range(BIDDERS - 2)),
    ]


def _measure_load(address: str, headers: dict[str, str], build_body: Callable[[int], dict[str, object]]) -> list[float]:
    """Seconds of every request that was answered within the measured time; ``CLIENTS`` ask one after the other."""
    turns, answered = count(), []
    begun = time.perf_counter() + WARM_SECONDS

    def send_requests() -> None:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        while (sent := time.perf_counter()) < begun + SECONDS:
            content = json.dumps(build_body(next(turns)))
            connection.request("POST", "/api/v1/checks", content, headers | {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 201, answer.status
            if begun <= sent and (ended := time.perf_counter()) < begun + SECONDS:
                answered.append(ended - sent)
        connection.close()

    clients = [threading.Thread(target=send_requests) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return answered


def _print_latencies(what: str, seconds: list[float], ratio: str = "") -> None:
    cuts = statistics.quantiles(seconds, n=100)
    times = "  ".join(f"p{share} {cuts[share - 1] * 1000:,.0f}" for share in (50, 95, 99))
    tell(f"{what}, {CLIENTS} at a time: ms {times}", f"{len(seconds) / SECONDS:,.0f}/s", ratio)
