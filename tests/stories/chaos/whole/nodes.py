"""A node of the run: its fork server, its processes, and the clock that all of them follow."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import requests

from registry.commands.node import serve_arguments
from registry.settings import METRICS_VARIABLE
from tests.support.processes import ROOT, Node, descendants, is_alive, wait_for

KILL_SECONDS = 20


class ForkServer:
    """Starts programs of one node by forking."""

    def __init__(self, node: Node) -> None:
        environment = node.environment
        Path(environment[METRICS_VARIABLE]).mkdir(exist_ok=True)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.chaos.whole.fork_server"],
            env=environment,
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def wait(self) -> None:
        """Wait until everything is imported."""
        assert self._line() == "ready"

    def fork(self, **order: object) -> int:
        """The id of a new process."""
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def stop(self) -> None:
        """End it; what it started is ended by who had it started."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


class Clock:
    """The shift of a node's clock in seconds, in a file that its processes have mapped."""

    def __init__(self, path: Path, seconds: float) -> None:
        self.path, self.base = path, seconds
        self.set(seconds)

    def set(self, seconds: float) -> None:
        """Shift the clock of every process at once."""
        self.path.touch()
        with self.path.open("r+b") as file:
            file.write(struct.pack("d", seconds))


@dataclass
class Program:
    """One process of a node: started again and again, each time with crash points or none."""

    name: str
    kind: str
    node: "ChaosNode"
    arguments: list[str]
    pid: int = 0
    started: float = 0
    ready_seconds: list[float] = field(default_factory=list)

    def start(self, crash_at: tuple[str, ...] = ()) -> None:
        """Start it; for the web server wait in ``wait_until_ready``."""
        self.started = time.monotonic()
        self.pid = self.node.start(self.kind, self.arguments, self.name, crash_at)

    @property
    def is_running(self) -> bool:
        """Whether its main process is there."""
        return self.pid > 0 and is_alive(self.pid)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill the whole process group and wait until nothing of it is alive."""
        everybody = [self.pid, *descendants(self.pid)]
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return
        wait_for(lambda: not any(map(is_alive, everybody)), f"{self.name} is dead", KILL_SECONDS)


class ChaosNode:
    """A node with a web server and so many workers."""

    def __init__(self, node: Node, folder: Path, workers: int, shift_seconds: float) -> None:
        self.node, self.code = node, node.settings.node
        self._folder = folder
        self.clock = Clock(folder / f"{self.code}.clock", shift_seconds)
        self.crashes = folder / "crashes"
        self._server = ForkServer(node)
        self.web = Program(f"{self.code}.web", "web", self, serve_arguments(node.settings)[3:])
        self.workers = [Program(f"{self.code}.worker{number}", "worker", self, []) for number in range(workers)]

    @property
    def programs(self) -> list[Program]:
        """All its processes."""
        return [self.web, *self.workers]

    def wait(self) -> None:
        """Wait until processes can be forked."""
        self._server.wait()

    def start(self, program: str, arguments: list[str], name: str, crash_at: tuple[str, ...] = ()) -> int:
        """Fork a process."""
        return self._server.fork(
            program=program,
            arguments=arguments,
            log=str(self._folder / f"{name}.log"),
            clock=str(self.clock.path),
            crash_at=crash_at,
            crashes=str(self.crashes),
        )

    def command(self, *arguments: str) -> str:
        """Run ``registry …`` under the clock of the run; what it said."""
        log = self._folder / f"{self.code}.command.log"
        log.unlink(missing_ok=True)
        pid = self.start("registry", list(arguments), f"{self.code}.command")
        wait_for(lambda: not is_alive(pid), f"{arguments} ends", 180)
        return log.read_text(encoding="utf-8")

    def is_ready(self) -> bool:
        """Whether the web server answers from its store."""
        try:
            return requests.get(f"{self.node.settings.base_url}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """End everything."""
        for program in self.programs:
            if program.pid:
                program.kill()
        self._server.stop()
