"""Send the signed events of watches to webhooks, in order, outside any transaction; delivered on a 2xx only."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import requests

from registry import runtime
from registry.domain.checks import webhook
from registry.domain.permissions import SYSTEM
from registry.queries.checks import watched_parties
from registry.services.checks import watches
from registry.services.checks.watches import EventDelivery
from registry.unit_of_work import UnitOfWork
from sync import backlog, outbound, peer_links
from sync.outbound import CallFailed


@dataclass
class NotifyResult:
    """Events sent to one webhook in a run; ``failed`` names what ended it early."""

    sent: int = 0
    failed: str | None = None


def notify_all(lane: str | None = None) -> dict[str, NotifyResult]:
    """Send pending events to every webhook that is due; a slow one delays no other."""
    with runtime.reading() as session:
        ids = watched_parties.watches_to_notify(session, runtime.clock())
    return peer_links.each(ids, notify, lambda error: NotifyResult(failed=error), lane)


def notify(watch: str) -> NotifyResult:
    """Send the next events of one watch until one is not accepted; that one is tried again after a growing pause."""
    watch_row, address, deliveries = runtime.perform(SYSTEM, lambda work: watches.take_events(work, watch))
    result = NotifyResult()
    for delivery in deliveries:
        result.failed = _send(address, watch, delivery)
        if result.failed:
            link = backlog.back_off(backlog.Link(1, watch_row.failures, watch_row.retry_at), peer_links.circumstances())
            _perform(partial(watches.record_failure, watch=watch, failures=link.failures, retry_at=link.retry_at))
            break
        _perform(partial(watches.record_delivery, watch=watch, parcel=delivery))
        result.sent += 1
    return result


def _perform(act: Callable[[UnitOfWork], None]) -> None:
    runtime.perform(SYSTEM, act)


def _send(address: str, watch: str, parcel: EventDelivery) -> str | None:
    """Send one event; None when it was accepted, else what went wrong.

    The allowed hosts are read again: one may have been removed since the watch was made.
    """
    chosen = runtime.settings()
    if not webhook.is_allowed(address, webhook.hosts(chosen.webhook_hosts)):
        return "NotAllowed"
    headers = {
        "Content-Type": "application/json",
        "Registry-Event": f"{watch}-{parcel.sequence}",
        "Registry-Key-Id": parcel.key_id,
        "Registry-Signature": parcel.signature,
    }
    request = requests.Request("POST", address, data=parcel.body, headers=headers).prepare()
    try:
        # The body of the answer is never read: it is of no use here.
        answer = outbound.call(request, chosen.webhook_timeout_seconds, 0)
    except CallFailed as failure:
        return failure.code
    return None if 200 <= answer.status < 300 else str(answer.status)
