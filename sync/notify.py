"""Webhooks: send the signed events of watches, in order, outside any transaction; delivered on a 2xx only."""

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
from sync import backlog, peer_links

CONNECT_SECONDS = 5


@dataclass
class NotifyResult:
    """What one run told a webhook; ``failed`` names what ended it early."""

    sent: int = 0
    failed: str | None = None


def notify_all() -> dict[str, NotifyResult]:
    """Tell every webhook that has something to be told and whose time has come; one that is slow delays no other."""
    with runtime.reading() as session:
        ids = watched_parties.watches_to_notify(session, runtime.clock())
    return peer_links.each(ids, notify, lambda error: NotifyResult(failed=error))


def notify(watch: str) -> NotifyResult:
    """Send the next events of one watch until one is not taken; that one is tried again after a growing pause."""
    held, address, parcels = runtime.perform(SYSTEM, lambda work: watches.take_events(work, watch))
    done = NotifyResult()
    for parcel in parcels:
        done.failed = _send(address, watch, parcel)
        if done.failed:
            link = backlog.back_off(backlog.Link(1, held.failures, held.retry_at), peer_links.circumstances())
            _settle(partial(watches.record_failure, watch=watch, failures=link.failures, retry_at=link.retry_at))
            break
        _settle(partial(watches.record_delivery, watch=watch, parcel=parcel))
        done.sent += 1
    return done


def _settle(act: Callable[[UnitOfWork], None]) -> None:
    runtime.perform(SYSTEM, act)


def _send(address: str, watch: str, parcel: EventDelivery) -> str | None:
    """None when the receiver took it, else what went wrong. The setting is asked again: a host may have left it."""
    chosen = runtime.settings()
    if not webhook.is_allowed(address, webhook.hosts(chosen.webhook_hosts)):
        return "NotAllowed"
    headers = {
        "Content-Type": "application/json",
        "Registry-Event": f"{watch}-{parcel.sequence}",
        "Registry-Key-Id": parcel.key_id,
        "Registry-Signature": parcel.signature,
    }
    timeout = (min(CONNECT_SECONDS, chosen.webhook_timeout_seconds), chosen.webhook_timeout_seconds)
    try:
        # No session of the environment: its proxies and its .netrc are not for webhooks.
        with requests.Session() as session:
            session.trust_env = False
            request = requests.Request("POST", address, data=parcel.body, headers=headers).prepare()
            # The body of the answer is never read: there is nothing in it that is wanted here.
            with session.send(request, timeout=timeout, allow_redirects=False, stream=True) as answer:
                return None if 200 <= answer.status_code < 300 else str(answer.status_code)
    except (requests.RequestException, OSError) as error:
        return type(error).__name__
