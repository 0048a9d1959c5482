"""What every conversation with a peer shares: whom to call, when, and what to remember of it."""

import secrets
from collections.abc import Callable

from flask import current_app

from registry import db
from registry.domain.permissions import SYSTEM
from registry.models import Peer
from registry.queries import exchange as questions
from registry.services import peers
from registry.work import Work
from sync import core
from sync.client import HttpPeer, Transport

Connect = Callable[[Peer], Transport]


def connect(peer: Peer) -> Transport:
    """The HTTPS transport to a peer."""
    return HttpPeer(peer.url, db.keys().signer, db.settings().exchange_timeout_seconds)


def reachable() -> list[str]:
    """Codes of the peers that have an address."""
    with db.reading() as session:
        return [peer.code for peer in questions.peers(session) if peer.url]


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


def node() -> str:
    """Name of the running node, for the log."""
    return f"{current_app.name}@{db.settings().node}"
