"""Pull: ask for what came after the cursor; records, cursor and receipt are one transaction."""

from dataclasses import dataclass

from registry import runtime
from registry.domain.exchange import batch
from registry.domain.exchange.batch import Batch
from registry.domain.permissions import SYSTEM
from registry.errors import Refusal
from registry.models import Peer
from registry.queries.exchange import peer_messages
from registry.refusals.acts import BatchMalformed, RemovalShare
from registry.services.exchange import inbox, peers
from registry.unit_of_work import UnitOfWork
from sync import backlog, peer_links
from sync.client import NotDelivered, Transport

PAGES_MAX = 20
"""Pages of one run, so that a peer with an endless list cannot hold the worker."""


@dataclass
class PullResult:
    """What one pull did; ``is_restarted`` when the peer's numbers began anew and reconciliation is due."""

    received: int = 0
    is_restarted: bool = False
    failed: str | None = None


@dataclass(frozen=True)
class _Taken:
    receipt: bytes | None
    records: int
    is_last: bool
    is_restarted: bool = False


def pull(code: str, connect: peer_links.Connect = peer_links.connect) -> PullResult:
    """Take in what a peer has for this node, page by page."""
    done = PullResult()
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        transport, link = connect(peer), peer_links.link_of(peer)
        is_waiting = peer.paused_because or (peer.retry_at is not None and peer.retry_at > runtime.clock())
    if is_waiting:
        return done
    try:
        for _ in range(PAGES_MAX):
            taken = _page(code, transport)
            done.received += taken.records
            done.is_restarted = done.is_restarted or taken.is_restarted
            if taken.is_last:
                break
    except NotDelivered as failure:
        done.failed = type(failure.event).__name__
        asked = getattr(failure.event, "retry_after_seconds", None)
        peer_links.remember(code, backlog.back_off(link, peer_links.circumstances(), asked))
    except Refusal as refusal:
        done.failed = refusal.code
        _pause_if_guarded(code, refusal)
    return done


def pull_all(connect: peer_links.Connect = peer_links.connect) -> dict[str, PullResult]:
    """Pull from every peer that has an address."""
    return peer_links.each(
        peer_links.reachable(), lambda code: pull(code, connect), lambda error: PullResult(failed=error)
    )


def _page(code: str, transport: Transport) -> _Taken:
    with runtime.reading() as session:
        cursor = peer_messages.peer(session, code).cursor
    raw = transport.changes(cursor, runtime.settings().batch_records_max)
    taken = runtime.perform(SYSTEM, lambda work: _take(work, code, cursor, raw))
    if taken.receipt:
        transport.send_receipt(taken.receipt)
    return taken


def _take(work: UnitOfWork, code: str, cursor: int, raw: bytes) -> _Taken:
    peer = peer_messages.peer(work.session, code)
    page = batch.parse_batch(raw, work.settings.batch_records_max)
    if page.next is None or page.head is None:
        raise BatchMalformed("next")
    if peer.cursor != cursor:  # another worker was faster
        return _Taken(None, 0, is_last=True)
    if _began_anew(peer, page):
        peers.restart_cursor(work, peer, page.epoch)
        return _Taken(None, 0, is_last=False, is_restarted=True)
    if not cursor <= page.next <= page.head:
        raise BatchMalformed("next")
    receipt = inbox.receive(work, peer, raw) if page.records else None
    is_last = page.next == page.head
    peers.record_pull(work, peer, page.epoch, page.next, is_last=is_last)
    return _Taken(receipt, len(page.records), is_last)


def _began_anew(peer: Peer, page: Batch) -> bool:
    """Whether the cursor counts other entries than the peer's: another epoch, or fewer than were seen."""
    is_other = peer.epoch is not None and peer.epoch != page.epoch
    return is_other or (page.head is not None and page.head < peer.cursor)


def _pause_if_guarded(code: str, refusal: Refusal) -> None:
    if isinstance(refusal, RemovalShare):
        runtime.perform(SYSTEM, lambda work: peers.pause(work, code, refusal.code))
