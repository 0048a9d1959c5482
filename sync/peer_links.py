"""Connect to peers, run a task for all of them side by side, and store the state of their links."""

import contextvars
import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask, current_app

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.models import Peer
from registry.queries.exchange import peer_messages
from registry.services.exchange import peers
from registry.unit_of_work import UnitOfWork
from sync import backlog
from sync.client import HttpPeer, Transport

log = logging.getLogger(__name__)

PEERS_AT_ONCE = 8
PATIENCE_SECONDS = 2
"""So long a run of the worker waits for all; who takes longer is left to itself."""
LANE_MAX = 64
"""Peers or webhooks under way in one lane at most."""
T = TypeVar("T")
Connect = Callable[[Peer], Transport]


def connect(peer: Peer) -> Transport:
    """The HTTPS transport to a peer."""
    return HttpPeer(peer.url, runtime.keys().exchange, runtime.settings().exchange_timeout_seconds, peer.code)


def reachable() -> list[str]:
    """Codes of the nodes that have an address; platforms take rows (``row_exchange``)."""
    with runtime.reading() as session:
        return [peer.code for peer in peer_messages.peers(session) if peer.url and not peer.is_platform]


def each(
    codes: Iterable[str], run: Callable[[str], T], failed: Callable[[str], T], lane: str | None = None
) -> dict[str, T]:
    """Run for peers or webhooks side by side, so that neither a slow nor a broken one delays another.

    ``failed`` makes the result of a peer whose run raised, from the name of the error; the log tells no more. Within a
    ``lane`` this waits for a moment only: what takes longer goes on by itself, is not started a second time meanwhile,
    and has no result here. Without one it waits for all.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def in_context(code: str) -> T:
        try:
            with app.app_context():
                return run(code)
        except Exception as error:
            log.error("link %s: %s", code, type(error).__name__)
            return failed(type(error).__name__)

    if lane is not None:
        return _lanes.run(id(app), lane, codes, in_context)
    with ThreadPoolExecutor(PEERS_AT_ONCE) as pool:
        started = {code: pool.submit(contextvars.copy_context().run, in_context, code) for code in codes}
    return {code: future.result() for code, future in started.items()}


class _Lanes:
    """Runs under way, one at most for each peer in each lane, each in a thread of its own."""

    def __init__(self) -> None:
        self._running: set[tuple[int, str, str]] = set()
        self._lock = threading.Lock()

    def run(self, app: int, lane: str, codes: Iterable[str], task: Callable[[str], T]) -> dict[str, T]:
        """Start the task for each code that is not under way; results of those that end within a moment."""
        results: dict[str, T] = {}
        started = [self._start((app, lane, code), task, results) for code in codes if self._claim((app, lane, code))]
        ends = threading.Event()
        timer = threading.Timer(PATIENCE_SECONDS, ends.set)
        timer.daemon = True
        timer.start()
        for thread in started:
            while thread.is_alive() and not ends.is_set():
                thread.join(0.05)
        timer.cancel()
        return dict(results)

    def _claim(self, key: tuple[int, str, str]) -> bool:
        with self._lock:
            in_lane = sum(other[:2] == key[:2] for other in self._running)
            if key in self._running or in_lane >= LANE_MAX:
                return False
            self._running.add(key)
            return True

    def _start(self, key: tuple[int, str, str], task: Callable[[str], T], results: dict[str, T]) -> threading.Thread:
        def work() -> None:
            try:
                results[key[2]] = task(key[2])
            finally:
                with self._lock:
                    self._running.discard(key)

        within = contextvars.copy_context().run  # its lines keep the id of the run
        thread = threading.Thread(target=within, args=(work,), name=f"{key[1]} {key[2]}", daemon=True)
        thread.start()
        return thread


_lanes = _Lanes()


def circumstances() -> backlog.Circumstances:
    """The instant and a random number in [0, 1)."""
    return backlog.Circumstances(runtime.clock(), secrets.randbelow(1_000_000) / 1_000_000)


def link_of(peer: Peer) -> backlog.Link:
    """The stored link state of a peer."""
    return backlog.Link(peer.batch_records, peer.failures, peer.retry_at)


def remember(code: str, link: backlog.Link) -> None:
    """Store the link state of a peer."""

    def act(work: UnitOfWork) -> None:
        peers.record_link(work, code, link.batch_records, link.failures, link.retry_at)

    runtime.perform(SYSTEM, act)
