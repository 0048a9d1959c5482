"""Pull new records from peers: records, cursor and receipt are stored in one transaction."""

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
from sync import backlog, peer_head, peer_links
from sync.client import NotDelivered, Transport

PAGES_MAX = 20
"""Pages of one run, so that a peer with an endless list cannot hold the worker."""


@dataclass
class PullResult:
    """Result of one pull; ``is_restarted`` when the peer's entry numbers began anew and reconciliation is due."""

    received: int = 0
    is_restarted: bool = False
    failed: str | None = None


@dataclass(frozen=True)
class _PageResult:
    receipt: bytes | None
    records: int
    is_last: bool
    is_restarted: bool = False


def pull(code: str, connect: peer_links.Connect = peer_links.connect) -> PullResult:
    """Pull what a peer has for this node, page by page."""
    result = PullResult()
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        transport, link = connect(peer), peer_links.link_of(peer)
        is_waiting = peer.paused_because or (peer.retry_at is not None and peer.retry_at > runtime.clock())
    if is_waiting:
        return result
    try:
        result.failed = peer_head.verify_head(code, transport)
        for _ in range(0 if result.failed else PAGES_MAX):
            page_result = _pull_page(code, transport)
            result.received += page_result.records
            result.is_restarted = result.is_restarted or page_result.is_restarted
            if page_result.is_last:
                break
    except NotDelivered as failure:
        result.failed = type(failure.event).__name__
        retry_after_seconds = getattr(failure.event, "retry_after_seconds", None)
        peer_links.remember(code, backlog.back_off(link, peer_links.circumstances(), retry_after_seconds))
    except Refusal as refusal:
        result.failed = refusal.code
        _pause_if_guarded(code, refusal)
    return result


def pull_all(connect: peer_links.Connect = peer_links.connect, lane: str | None = None) -> dict[str, PullResult]:
    """Pull from every peer that has an address."""
    return peer_links.each(
        peer_links.reachable(), lambda code: pull(code, connect), lambda error: PullResult(failed=error), lane
    )


def _pull_page(code: str, transport: Transport) -> _PageResult:
    with runtime.reading() as session:
        cursor = peer_messages.peer(session, code).cursor
    raw = transport.changes(cursor, runtime.settings().batch_records_max)
    page_result = runtime.perform(SYSTEM, lambda work: _take_page(work, code, cursor, raw))
    if page_result.receipt:
        transport.send_receipt(page_result.receipt)
    return page_result


def _take_page(work: UnitOfWork, code: str, cursor: int, raw: bytes) -> _PageResult:
    peer = peer_messages.peer(work.session, code)
    page = batch.parse_batch(raw, work.settings.batch_records_max)
    if page.next is None or page.head is None:
        raise BatchMalformed("next")
    if peer.cursor != cursor:  # another worker was faster
        return _PageResult(None, 0, is_last=True)
    if _has_restarted(peer, page):
        peers.restart_cursor(work, peer, page.epoch)
        return _PageResult(None, 0, is_last=False, is_restarted=True)
    if not cursor <= page.next <= page.head:
        raise BatchMalformed("next")
    receipt = inbox.receive(work, peer, raw) if page.records else None
    is_last = page.next == page.head
    peers.record_pull(work, peer, page.epoch, page.next, is_last=is_last)
    return _PageResult(receipt, len(page.records), is_last)


def _has_restarted(peer: Peer, page: Batch) -> bool:
    """Whether the peer's entry numbers began anew: another epoch, or fewer entries than were pulled."""
    is_other = peer.epoch is not None and peer.epoch != page.epoch
    return is_other or (page.head is not None and page.head < peer.cursor)


def _pause_if_guarded(code: str, refusal: Refusal) -> None:
    if isinstance(refusal, RemovalShare):
        runtime.perform(SYSTEM, lambda work: peers.pause_for(work, code, refusal))
