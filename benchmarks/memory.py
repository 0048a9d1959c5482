"""Measure the memory of one web process after searches and checks."""

from pathlib import Path

import requests

from benchmarks.bed import Bed
from benchmarks.checking import BIDDERS, bidders, body
from benchmarks.figures import tell
from benchmarks.serving import running

SEARCHES, CHECKS = 50, 10


def measure(bed: Bed, records: int) -> None:
    """Start the server on the store and print the resident memory of its one worker."""
    with running(bed, web_workers=1) as (address, server):
        fresh = measure_resident(server.pid)
        for number in range(SEARCHES):
            place = ("/records?q=瀚垚", "/api/v1/records?sector=procurement", "/api/v1/records?q=霁黛")[number % 3]
            assert requests.get(address + place, timeout=60).ok
        for number in range(CHECKS):
            response = requests.post(
                f"{address}/api/v1/checks",
                json=body(bidders(BIDDERS), f"M-{number}"),
                headers=bed.headers,
                timeout=60,
            )
            assert response.status_code == 201, response.status_code
        tell("memory (RSS) of a web process, just started", f"{fresh:,.0f} MB")
        tell(
            f"the same after {SEARCHES} searches and {CHECKS} checks, {records:,} records",
            f"{measure_resident(server.pid):,.0f} MB",
        )


def measure_resident(master: int) -> float:
    """Megabytes of the largest child of the server's first process."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return max(_read_megabytes(child) for child in children)


def _read_megabytes(process: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
