"""What every conversation with a peer shares: whom to call, when, and what to remember of it."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask, current_app

from registry import db
from registry.domain.permissions import SYSTEM
from registry.models import Peer
from registry.queries import exchange as questions
from registry.services import peers
from registry.work import Work
from sync import core
from sync.client import HttpPeer, Transport

PEERS_AT_ONCE = 8
T = TypeVar("T")
Connect = Callable[[Peer], Transport]


def connect(peer: Peer) -> Transport:
    """The HTTPS transport to a peer."""
    return HttpPeer(peer.url, db.keys().signer, db.settings().exchange_timeout_seconds)


def reachable() -> list[str]:
    """Codes of the peers that have an address."""
    with db.reading() as session:
        return [peer.code for peer in questions.peers(session) if peer.url]


def each(run: Callable[[str], T]) -> dict[str, T]:
    """Run for every peer that has an address, side by side, so that a slow one delays no other.

    What one raises is raised after all have ended.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def in_context(code: str) -> T:
        with app.app_context():
            return run(code)

    with ThreadPoolExecutor(PEERS_AT_ONCE) as pool:
        started = {code: pool.submit(in_context, code) for code in reachable()}
    return {code: future.result() for code, future in started.items()}


def circumstances() -> core.Circumstances:
    """The instant and a random number in [0, 1)."""
    return core.Circumstances(db.clock(), secrets.randbelow(1_000_000) / 1_000_000)


def link_of(peer: Peer) -> core.Link:
    """What is remembered of a peer."""
    return core.Link(peer.batch_records, peer.failures, peer.retry_at)


def remember(code: str, link: core.Link) -> None:
    """Keep what was learnt of a peer."""

    def act(work: Work) -> None:
        peers.note_link(work, code, link.batch_records, link.failures, link.retry_at)

    db.perform(SYSTEM, act)
