"""The run: everything happens at once for so many minutes, then everything is left in peace and judged."""

import contextlib
import datetime as dt
import random
import sqlite3
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import requests
from sqlalchemy import select

from registry import runtime
from registry.models import OutboxMessage, Peer, WatchEvent
from registry.unit_of_work import day_of
from tests.stories.chaos.whole.client import Acknowledgements, Client
from tests.stories.chaos.whole.crash_points import POINTS
from tests.stories.chaos.whole.disk import Disk
from tests.stories.chaos.whole.nodes import ChaosNode, Program
from tests.stories.chaos.whole.proxy import Proxy
from tests.stories.chaos.whole.server import CrashingServer
from tests.support.processes import wait_for

LIFE_SECONDS = {"web": (2.0, 6.0), "worker": (4.0, 10.0)}
"""So long a process lives that reaches no crash point."""
POINT_PER_MINUTE = 2.6
"""So often each crash point is to be reached; two are asked for."""
READY_SECONDS_MAX = 60
CRASH_EVERY_SECONDS, JUMP_EVERY_SECONDS, DISK_EVERY_SECONDS = 5.5, 9.0, 30.0
JUMP_SECONDS = -20 * 60
JUMPED_SECONDS, FULL_SECONDS = 2.0, 1.5
HURRY_SECONDS = 0.5
SETTLE_SECONDS = 150


@dataclass
class Figures:
    """What happened."""

    kills: int = 0
    random_kills: int = 0
    ended_alone: list[str] = field(default_factory=list)
    database_crashes: int = 0
    full_disks: Counter[str] = field(default_factory=Counter)
    clock_jumps: int = 0
    ready_seconds: list[float] = field(default_factory=list)


@dataclass
class Run:
    """The parts of a run, and the threads that trouble them."""

    seed: int
    nodes: list[ChaosNode]
    proxies: list[Proxy]
    clients: list[Client]
    acknowledgements: Acknowledgements
    disks: dict[str, Disk]
    server: CrashingServer | None
    night: float
    """When the day ends, by the monotonic clock of the run."""
    figures: Figures = field(default_factory=Figures)
    violations: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock, self._disk_lock = threading.Lock(), threading.Lock()

    def start(self) -> None:
        """Start every process."""
        self._started = time.monotonic()
        for node in self.nodes:
            for program in node.programs:
                program.start()
        for node in self.nodes:
            wait_for(node.is_ready, f"{node.code} answers")

    def trouble(self, seconds: float, extra: list[Callable[[], None]]) -> None:
        """Let clients work and faults happen for so many seconds."""
        threads = [self._thread(partial(self._plague, program)) for node in self.nodes for program in node.programs]
        threads += [self._thread(client.work) for client in self.clients]
        threads += [self._thread(one) for one in (self._crash_database, self._jump, self._fill_disks, self._hurry)]
        threads += [self._thread(one) for one in (self._watch_public, *extra)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.stop.set()
        for proxy in self.proxies:
            proxy.is_calm = True
        for thread in threads:
            thread.join(120)
            if thread.is_alive():
                self.violations.append(f"{thread.name} did not end")

    def _thread(self, act: Callable[[], None]) -> threading.Thread:
        name = getattr(act, "__name__", "") or getattr(act, "func", act).__name__

        def guarded() -> None:
            try:
                act()
            except Exception as error:
                self.violations.append(f"{name}: {type(error).__name__}: {error}")

        return threading.Thread(target=guarded, name=name, daemon=True)

    # processes

    def _plague(self, program: Program) -> None:
        """Kill a process again and again: at the first of its crash points, or at a random moment."""
        draw = random.Random(f"{self.seed} {program.name}")
        while not self.stop.is_set():
            crash_at = self._choose_points(program.kind)
            program.kill()
            program.start(crash_at)
            if program.kind == "web":
                self._await_ready(program)
            self._let_live(program, draw.uniform(*LIFE_SECONDS[program.kind]))
        program.kill()
        self.figures.kills += 1
        program.start()

    def _let_live(self, program: Program, seconds: float) -> None:
        until = time.monotonic() + seconds
        while program.is_running and time.monotonic() < until and not self.stop.is_set():
            time.sleep(0.02)
        with self._lock:
            self.figures.kills += 1
            self.figures.random_kills += program.is_running

    def _choose_points(self, kind: str) -> tuple[str, ...]:
        """The points of this program that are behind the pace of the run, those reached least often or once more.

        Points that are reached at once would else leave no time for those that are reached seldom, which need a web
        server that lives on the other side. Expiry is due only once the day is over.
        """
        reached, now = self.reached(), time.monotonic()
        pace = POINT_PER_MINUTE * (now - self._started) / 60 + 1
        possible = [point for point, program in POINTS.items() if program == kind]
        possible = [point for point in possible if now > self.night or not point.startswith("expire")]
        least = min(reached[point] for point in possible)
        return tuple(point for point in possible if reached[point] <= min(least + 1, pace))

    def reached(self) -> Counter[str]:
        """How often each crash point was reached."""
        found: Counter[str] = Counter()
        path = self.nodes[0].crashes
        if path.exists():
            found.update(path.read_text(encoding="ascii").split())
        return found

    def _await_ready(self, program: Program) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while program.is_running and time.monotonic() < deadline:
            if program.node.is_ready():
                self.figures.ready_seconds.append(time.monotonic() - program.started)
                return
            time.sleep(0.02)

    # the world around

    def _crash_database(self) -> None:
        draw = random.Random(f"{self.seed} database")
        while self.server and not self.stop.wait(draw.uniform(0.6, 1.2) * CRASH_EVERY_SECONDS):
            with self._disk_lock:
                self.server.crash()
                self.server.start()
                self.figures.database_crashes += 1

    def _jump(self) -> None:
        """Set the clock of one node back by twenty minutes for a moment, and forward again."""
        draw = random.Random(f"{self.seed} clock")
        while not self.stop.wait(draw.uniform(0.5, 1.5) * JUMP_EVERY_SECONDS):
            clock = draw.choice(self.nodes).clock
            clock.set(clock.base + JUMP_SECONDS)
            self.stop.wait(JUMPED_SECONDS)
            clock.set(clock.base)
            self.figures.clock_jumps += 2

    def _fill_disks(self) -> None:
        draw = random.Random(f"{self.seed} disk")
        small = {name: disk for name, disk in self.disks.items() if disk.is_small}
        pause = 3.0
        while small and not self.stop.wait(pause * draw.uniform(0.7, 1.3)):
            for name, disk in small.items():
                with self._disk_lock:
                    with disk.full():
                        time.sleep(FULL_SECONDS)
                    self.figures.full_disks[name] += 1
                    if self.server and not self.server.is_running():
                        self.server.start()
            pause = DISK_EVERY_SECONDS

    def _hurry(self) -> None:
        """Cut short how long the links wait after a failure: five minutes would be half of the run."""
        while not self.stop.wait(HURRY_SECONDS):
            for node in self.nodes:
                forget_failures(node)

    def _watch_public(self) -> None:
        """Ask as the public: what waits must not be seen, and nothing whose day is over, whatever is dead."""
        draw = random.Random(f"{self.seed} public")
        while not self.stop.wait(0.1):
            waiting = self.acknowledgements.of("waiting")
            if waiting:
                record = draw.choice(waiting)["record"]
                self._require_unseen(record, "early")
            if time.monotonic() > self.night + 2 and (ending := self.acknowledgements.of("ending")):
                line = draw.choice(ending)
                self._require_over(line["record"], line["node"])

    def _require_unseen(self, record: str, fault: str) -> None:
        for node in self.nodes:
            answer = ask_public(node, record)
            if answer is not None and answer[0] == 200:
                self.violations.append(f"{fault}: {record} at {node.code}")

    def _require_over(self, record: str, code: str) -> None:
        node = next(one for one in self.nodes if one.code == code)
        if is_shown(ask_public(node, record)) and node.clock.base == read_clock(node):
            time.sleep(0.2)
            if is_shown(ask_public(node, record)) and node.clock.base == read_clock(node):
                self.violations.append(f"late: {record} at {code}")


def read_clock(node: ChaosNode) -> float:
    """The shift of a node's clock now."""
    return float(struct.unpack("d", node.clock.path.read_bytes()[:8])[0])


def ask_public(node: ChaosNode, record: str) -> tuple[int, dict[str, object]] | None:
    """Status and body of a record as the public sees it; None when nobody answers."""
    try:
        answer = requests.get(f"{node.node.settings.base_url}/api/v1/records/{record}", timeout=3)
        return answer.status_code, answer.json()
    except (requests.RequestException, ValueError):
        return None


def is_shown(answer: tuple[int, dict[str, object]] | None) -> bool:
    """Whether the public is shown a published record."""
    return answer is not None and answer[0] == 200 and answer[1].get("state") == "published"


def forget_failures(node: ChaosNode) -> None:
    """Let peers and webhooks of a node be tried again at once."""
    url = node.node.settings.database_url
    statements = ("UPDATE peers SET failures = 0, retry_at = NULL", "UPDATE watches SET failures = 0, retry_at = NULL")
    with contextlib.suppress(psycopg.Error, sqlite3.Error):
        if url.startswith("postgresql"):
            with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
                connection.execute("SET lock_timeout = '1s'")
                for statement in statements:
                    connection.execute(f"{statement} WHERE retry_at IS NOT NULL".encode())
        else:
            with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=1)) as store, store:
                for statement in statements:
                    store.execute(f"{statement} WHERE retry_at IS NOT NULL")


def settle(run: Run) -> None:
    """Leave everything in peace until every promise is kept."""
    if run.server and not run.server.is_running():
        run.server.start()
    for node in run.nodes:
        node.clock.set(node.clock.base)
        wait_for(node.is_ready, f"{node.code} answers")
    deadline = time.monotonic() + SETTLE_SECONDS
    for node in run.nodes:
        while open_promises := _open_promises(node):
            forget_failures(node)
            if time.monotonic() > deadline:
                run.violations.append(f"lost: {node.code} still owes {open_promises}")
                return
            time.sleep(0.3)


def _open_promises(node: ChaosNode) -> list[str]:
    """What has not reached a healthy peer or webhook."""
    with node.node.opened(), runtime.reading() as session:
        messages = session.execute(
            select(OutboxMessage.entry, OutboxMessage.state, OutboxMessage.detail)
            .join(Peer, Peer.id == OutboxMessage.peer_id)
            .where(Peer.code != "stalled", OutboxMessage.state != "delivered")
            .limit(5)
        ).all()
        events = session.scalars(select(WatchEvent.sequence).where(WatchEvent.state == "pending").limit(5)).all()
    return [f"entry {entry} {state} {detail}" for entry, state, detail in messages] + [f"event {one}" for one in events]


def delays(run: Run, client: Client, receiver: ChaosNode, count: int) -> list[float]:
    """Seconds from an acknowledged publication to its being seen at the healthy peer, beside the stalled one."""
    measured = []
    known = client.known_firms()
    for number in range(count):
        _, firm = next(known)
        record, version = client.file(client.build_row(firm, client.seed * 1_000_000 + 900_000 + number, number))
        client.verify(record, version)
        started = time.monotonic()
        wait_for(lambda record=record: (ask_public(receiver, record) or (0,))[0] == 200, "seen at the peer", 60)
        measured.append(time.monotonic() - started)
    return measured


def today(node: ChaosNode) -> dt.date:
    """The day by a node's clock."""
    return day_of(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=node.clock.base))


def save(path: Path, lines: list[str]) -> None:
    """Keep what went wrong beside the evidence."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
