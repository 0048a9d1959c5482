"""Connect to peers, run a task for all of them side by side, and store the state of their links."""

import logging
import secrets
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
T = TypeVar("T")
Connect = Callable[[Peer], Transport]


def connect(peer: Peer) -> Transport:
    """The HTTPS transport to a peer."""
    return HttpPeer(peer.url, runtime.keys().exchange, runtime.settings().exchange_timeout_seconds)


def reachable() -> list[str]:
    """Codes of the peers that have an address."""
    with runtime.reading() as session:
        return [peer.code for peer in peer_messages.peers(session) if peer.url]


def each(codes: Iterable[str], run: Callable[[str], T], failed: Callable[[str], T]) -> dict[str, T]:
    """Run for peers or webhooks side by side, so that neither a slow nor a broken one delays another.

    ``failed`` makes the result of a peer whose run raised, from the name of the error; the log tells no more.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def in_context(code: str) -> T:
        try:
            with app.app_context():
                return run(code)
        except Exception as error:
            log.error("link %s: %s", code, type(error).__name__)
            return failed(type(error).__name__)

    with ThreadPoolExecutor(PEERS_AT_ONCE) as pool:
        started = {code: pool.submit(in_context, code) for code in codes}
    return {code: future.result() for code, future in started.items()}


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
