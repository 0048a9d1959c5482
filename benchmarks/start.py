"""Time the start of the demo until both nodes answer, from nothing and the second time."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from benchmarks.figures import tell, timed, times

WAIT_SECONDS = 120
GRACE_SECONDS = 20


def measure() -> None:
    """Start the demo twice in one folder and print both times."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        first = _seconds_to_ready(Path(folder))
        second = _seconds_to_ready(Path(folder))
    tell("registry demo, first start from nothing, until both nodes answer", f"{first:,.1f} s")
    tell("registry demo, second start", f"{second:,.1f} s", times(second, first, "first start"))


def free_port() -> int:
    """A port that is free and whose neighbour is free."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process: terminate it, and kill it after ``GRACE_SECONDS``."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _seconds_to_ready(folder: Path) -> float:
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "registry"),
        "demo",
        "--port",
        str(port),
        "--dir",
        str(folder),
    ]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    with (folder / "demo.log").open("ab") as log, timed() as span:
        process = subprocess.Popen(command, env=kept, stdout=log, stderr=log)
        try:
            for number in (port, port + 1):
                wait_for(process, f"http://127.0.0.1:{number}/readyz")
        except BaseException:
            stop(process)
            raise
    stop(process)
    return span.seconds


def wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until an address answers well; raises ``RuntimeError`` when the process ended or the time is up."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.02)
    raise RuntimeError(f"{address} does not answer")
