"""Nodes as they run in the world: a web server and a worker each, in process groups of their own."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from registry import runtime
from registry.app import create_node
from registry.commands.node import serve_arguments
from registry.domain.permissions import SYSTEM, Role
from registry.services.exchange import peers
from registry.services.node import accounts
from registry.settings import Settings, child_environment
from registry.unit_of_work import UnitOfWork
from tests.support.membership import entitle
from tools.synthetic import FINANCE_AUTHORITY, HOUSING_AUTHORITY, uscc

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
START_SECONDS = 90
STOP_SECONDS = 30
# Below those that the kernel gives to outgoing calls: a dead node's port must be free when it comes back.
PORTS = range(12_000, 32_000)


def free_ports() -> tuple[int, int]:
    """Two neighbouring ports that nobody listens on."""
    while True:
        first = random.SystemRandom().randrange(PORTS.start, PORTS.stop, 2)
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", first))
                other.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
            return first, first + 1


def wait_for(condition: Callable[[], Any], what: str, seconds: float = START_SECONDS) -> Any:
    """What the condition gives once it is true; fails loudly when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)
    return found


def answers(address: str) -> bool:
    """Whether a GET succeeds."""
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


@dataclass
class Process:
    """One program in its own process group, its output appended to a file."""

    arguments: list[str]
    environment: dict[str, str]
    log: Path
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it must not be running."""
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.arguments,
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, number: int = signal.SIGKILL) -> int | None:
        """Send a signal to the whole group, wait, and make sure that nothing of it is left."""
        if self.child is None:
            return None
        _signal_group(self.child.pid, number)
        try:
            return self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _signal_group(self.child.pid, signal.SIGKILL)
            self.child.wait()
            self.child = None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.child is not None and self.child.poll() is None


def _compiling(environment: dict[str, str]) -> dict[str, str]:
    """The same, but modules are compiled once and not at each of a hundred starts."""
    return {name: text for name, text in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


@dataclass
class Node:
    """A node's settings, its two processes, and the keys of its officers by name."""

    settings: Settings
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        environment, home = self.environment, Path(self.settings.home)
        self.web = Process(serve_arguments(self.settings), environment, home / "web.log")
        self.worker = Process([sys.executable, "-m", "sync"], environment, home / "worker.log")

    @property
    def environment(self) -> dict[str, str]:
        """What its processes and commands are started with."""
        return _compiling(child_environment(self.settings))

    def wait_until_ready(self) -> None:
        """Wait until the web process answers from its store."""
        wait_for(partial(answers, f"{self.settings.base_url}/readyz"), f"{self.settings.node} answers")

    def headers(self, name: str) -> dict[str, str]:
        """What an officer sends with each request."""
        return {"Authorization": f"Bearer {self.keys[name]}"}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``registry …`` on this node."""
        return command(self.environment, *arguments)

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """The application of this node in the process of the test, for acts and questions at rest."""
        app = create_node(self.settings)
        with app.app_context():
            try:
                yield app
            finally:
                runtime.db.session.remove()
                runtime.db.engine.dispose()


def command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``registry …`` in an environment, from the project root."""
    return subprocess.run(
        [str(BIN / "registry"), *arguments],
        env=environment,
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=180,
        stdin=subprocess.DEVNULL,
        check=False,
    )


OFFICERS = {
    "clerk": Role.CLERK,
    "verifier": Role.VERIFIER,
    "second-verifier": Role.VERIFIER,
    "centre": Role.TRADING_CENTRE,
}


def furnish(nodes: list[Node]) -> None:
    """Officers on every node, and every node made known to the others."""
    public: dict[str, str] = {}
    for node in nodes:
        with node.opened() as app:
            public[node.settings.node] = app.extensions["registry_keys"].exchange.public.hex()
            node.keys = runtime.perform(SYSTEM, _officers)
    for node in nodes:
        with node.opened():
            for other in nodes:
                if other is not node:
                    key = public[other.settings.node]
                    runtime.perform(SYSTEM, partial(_introduce, other=other.settings, public=key))


def authorities_of(node: str) -> tuple[tuple[str, str], ...]:
    """(name, code) of the authorities whose decisions a node states; no two nodes have one in common."""
    if node == "city":
        return FINANCE_AUTHORITY, HOUSING_AUTHORITY
    return ((f"示例{node}监督局", uscc("11320900", sum(node.encode()))),)


def _introduce(work: UnitOfWork, other: Settings, public: str) -> None:
    peers.add(work, other.node, other.node, other.base_url, public, ())
    entitle(work, other.node, {code: [name] for name, code in authorities_of(other.node)})


def _officers(work: UnitOfWork) -> dict[str, str]:
    accounts.ensure_department(
        work, accounts.NewDepartment("office", f"示例{work.settings.node}监督管理部门", "supervisor")
    )
    made = {
        name: accounts.create(work, accounts.NewAccount(name, role, "office", ("*",), ("*",)))
        for name, role in OFFICERS.items()
    }
    return {name: accounts.issue_key(work, account.id, name) for name, account in made.items()}


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start processes and end every one of them, whatever happens."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in processes:
            process.end()


def descendants(pid: int) -> list[int]:
    """The processes below one, from /proc."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [one for child in map(int, found) for one in (child, *descendants(child))]


def is_alive(pid: int) -> bool:
    """Whether a process is there and is more than a name without a parent to collect it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def environment_of(home: Path) -> dict[str, str]:
    """What somebody at a terminal has who works on the node at ``home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "TEST_"))}
    return _compiling(kept) | {"REGISTRY_HOME": str(home), "PATH": f"{BIN}:{os.environ['PATH']}"}


class Demo:
    """``registry demo`` in a folder, on two free ports."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.peer_port = free_ports()
        arguments = [str(BIN / "registry"), "demo", "--dir", str(home), "--port", str(self.port)]
        self.process = Process(arguments, environment_of(home), home.with_name(f"{home.name}.log"))

    def start(self) -> str:
        """Start it and wait until it says that it is up; what it said."""
        self.process.log.unlink(missing_ok=True)
        self.process.start()
        return str(wait_for(self._told, f"the demo is up: {self.process.log}"))

    def _told(self) -> str | None:
        said = self.process.log.read_text(encoding="utf-8")
        assert self.process.is_running, said
        return said if "Ctrl-C stops everything." in said else None

    def stop(self) -> tuple[int | None, list[int]]:
        """Ctrl-C: its exit code, and those of its processes that outlived it (and are killed now)."""
        if self.process.child is None:
            return None, []
        below = descendants(self.process.child.pid)
        code = self.process.end(signal.SIGINT)
        left = [pid for pid in below if is_alive(pid)]
        for pid in left:
            _signal_group(pid, signal.SIGKILL)
        return code, left
