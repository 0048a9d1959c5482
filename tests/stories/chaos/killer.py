"""Who kills the processes, and the client who does not mind."""

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.processes import Node, Process

PATIENCE_SECONDS = 120
PAUSE_SECONDS = (0.1, 1.9)


class Killer(threading.Thread):
    """Kills one process group after another with SIGKILL at random moments and starts each again at once."""

    def __init__(self, seed: int, processes: dict[str, Process], rounds: int) -> None:
        super().__init__(daemon=True)
        self._draw = random.Random(seed)
        self._processes = processes
        self._rounds = rounds
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.kills: list[str] = []
        self.ended_alone: list[str] = []

    def run(self) -> None:
        """Kill until the rounds are over."""
        for _ in range(self._rounds):
            if self._stopped.wait(self._draw.uniform(*PAUSE_SECONDS)):
                return
            self.kill(self._draw.choice(sorted(self._processes)))

    def kill(self, name: str) -> None:
        """Kill and start again; a process that had already ended alone is noted."""
        with self._lock:
            if self._stopped.is_set():
                return
            process = self._processes[name]
            if not process.is_running:
                self.ended_alone.append(name)
            process.end()
            process.start()
            self.kills.append(name)

    def stop(self) -> None:
        """No more kills from now on."""
        self._stopped.set()
        with self._lock:
            pass
        if self.is_alive():
            self.join()


@dataclass
class Client:
    """A client that sends a request again, unchanged, until it is answered."""

    node: Node

    def ask(self, method: str, path: str, officer: str, **given: Any) -> requests.Response:
        """The first answer that is one: no broken connection, no 503. 500 is a fault of the program."""
        given["headers"] = self.node.headers(officer) | given.get("headers", {})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = requests.request(method, f"{self.node.settings.base_url}{path}", timeout=30, **given)
                if answer.status_code != 503:
                    assert answer.status_code < 500, answer.text
                    return answer
            except requests.RequestException:
                pass
            assert time.monotonic() < deadline, f"{method} {path} was never answered"
            time.sleep(0.05)
