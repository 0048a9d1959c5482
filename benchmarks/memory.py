"""How much memory one web process holds after searches and checks."""

import subprocess
import time
from dataclasses import replace
from pathlib import Path

import requests

from benchmarks.bed import Bed
from benchmarks.checking import BIDDERS, bidders, body
from benchmarks.figures import tell
from benchmarks.start import free_port, stop
from registry.commands.node import serve_arguments
from registry.settings import child_environment

SEARCHES, CHECKS = 50, 10
WAIT_SECONDS = 60


def measure(bed: Bed, records: int) -> None:
    """Start the server on the store and print the resident memory of its one worker."""
    port = free_port()
    settings = replace(bed.settings, port=port, base_url=f"http://127.0.0.1:{port}")
    server = subprocess.Popen(
        serve_arguments(settings), env=child_environment(settings), start_new_session=True
    )
    try:
        _await(settings.base_url)
        fresh = _resident(server.pid)
        for number in range(SEARCHES):
            place = ("/records?q=瀚垚", "/api/v1/records?sector=procurement", "/api/v1/records?q=霁黛")[
                number % 3
            ]
            assert requests.get(settings.base_url + place, timeout=60).ok
        for _ in range(CHECKS):
            made = requests.post(
                f"{settings.base_url}/api/v1/checks",
                json=body(bidders(BIDDERS)),
                headers=bed.headers,
                timeout=60,
            )
            assert made.status_code == 201, made.status_code
        tell("memory (RSS) of a web process, just started", f"{fresh:,.0f} MB")
        tell(f"the same after {SEARCHES} searches and {CHECKS} checks, {records:,} records",
             f"{_resident(server.pid):,.0f} MB")  # fmt: skip
    finally:
        stop(server)


def _await(address: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")


def _resident(master: int) -> float:
    """Megabytes of the largest child of the server's first process."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(_megabytes(child) for child in children)


def _megabytes(process: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
