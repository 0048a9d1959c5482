"""Push pending records to peers, outside any transaction; a record is settled by the peer's signed receipt."""

from dataclasses import dataclass

from registry import runtime
from registry.domain.exchange.batch import BYTES_MAX
from registry.domain.permissions import SYSTEM
from registry.errors import Refusal
from registry.queries.exchange import peer_messages
from registry.services.exchange import outbox
from registry.unit_of_work import UnitOfWork
from sync import backlog, peer_links
from sync.client import NotDelivered, Transport


@dataclass
class PushResult:
    """Result of one push; ``failed`` names the event that ended it early."""

    sent: int = 0
    set_aside: int = 0
    failed: str | None = None


def push(code: str, connect: peer_links.Connect = peer_links.connect) -> PushResult:
    """Send what is pending to a peer, run after run while each sends all that it may; what has no receipt stays
    pending."""
    result, before = PushResult(), None
    # What comes due again at once was not settled by the receipts: it waits for the next time.
    while (sent := _push_run(code, connect, result)) is not None and sent != before:
        before = sent
    return result


def _push_run(code: str, connect: peer_links.Connect, result: PushResult) -> list[int] | None:
    """Send one run of pending messages; returns them when there may be more to send now."""

    def take(work: UnitOfWork) -> tuple[backlog.Link, list[outbox.Version], Transport]:
        peer = peer_messages.peer(work.session, code)
        due = outbox.take_due(work, peer, work.settings.batch_records_max)
        return peer_links.link_of(peer), due, connect(peer)

    link, due, transport = runtime.perform(SYSTEM, take)
    most = runtime.settings().batch_records_max
    run = backlog.Run(link, due, most)
    while chunk := run.next_chunk():
        event = _send(code, transport, chunk)
        if isinstance(event, backlog.Received):
            result.sent += len(chunk)
        else:
            result.failed = type(event).__name__
        run.report(event, peer_links.circumstances())
    if due:
        _put_aside(code, run.set_aside)
        peer_links.remember(code, run.link)
    result.set_aside += len(run.set_aside)
    has_more = len(due) == most and result.failed is None
    return [number for number, _ in due] if has_more else None


def push_all(connect: peer_links.Connect = peer_links.connect, lane: str | None = None) -> dict[str, PushResult]:
    """Push to every peer that has an address."""
    return peer_links.each(
        peer_links.reachable(), lambda code: push(code, connect), lambda error: PushResult(failed=error), lane
    )


def _send(code: str, transport: Transport, chunk: list[outbox.Version]) -> backlog.Event:
    raw = runtime.perform(SYSTEM, lambda work: outbox.batch_of(work, chunk, {}))
    if len(raw) > BYTES_MAX:
        return backlog.Refused(413, "batch-too-large")
    try:
        receipt = transport.send_batch(raw)
    except NotDelivered as failure:
        return failure.event
    return _settle(code, receipt)


def _settle(code: str, receipt: bytes) -> backlog.Event:
    """Settle the messages of a receipt. One that does not verify settles nothing: they stay pending."""
    try:
        runtime.perform(SYSTEM, lambda work: outbox.settle(work, peer_messages.peer(work.session, code), receipt))
    except Refusal:
        return backlog.Broken()
    return backlog.Received()


def _put_aside(code: str, items: list[tuple[outbox.Version, str]]) -> None:
    def act(work: UnitOfWork) -> None:
        peer = peer_messages.peer(work.session, code)
        for (entry, _), reason in items:
            outbox.set_aside(work, peer, entry, reason)

    if items:
        runtime.perform(SYSTEM, act)
