"""Compare what is ours with what a peer holds of it: promise what it lost, name what no message repairs."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from registry import runtime
from registry.domain.exchange import reconciliation
from registry.domain.exchange.reconciliation import Difference, Row
from registry.domain.permissions import SYSTEM
from registry.queries.exchange import peer_messages
from registry.services.exchange import outbox
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork
from sync import backlog, peer_links
from sync.client import NotDelivered, Transport

log = logging.getLogger(__name__)


def reconcile(code: str, connect: peer_links.Connect = peer_links.connect) -> dict[str, Any]:
    """Report {checked, equal, missing, different, promised, pending, refused}; refuses nothing.

    ``missing`` (or older there) is promised again, but not what is still under way (``pending``) or waits for
    a person over there (``refused``). ``different`` is an alarm. Raises ``NotDelivered``.
    """
    with runtime.reading() as session:
        transport = connect(peer_messages.peer(session, code))
    theirs = _buckets(transport)
    # Ours is read after theirs: what was published in between is still promised and is not missed.
    with runtime.reading() as session:
        own = reconciliation.buckets(peer_messages.owned(session, runtime.settings().node))
    suspects = reconciliation.suspects(own, theirs)
    there = _rows(transport, [bucket for bucket in suspects if bucket in theirs])
    found = reconciliation.compare([row for bucket in suspects for row in own.get(bucket, [])], there)
    found.equal += [row[0] for bucket in own.keys() - set(suspects) for row in own[bucket]]
    checked = sum(map(len, own.values()))
    return runtime.perform(SYSTEM, lambda work: _act(work, code, found, checked))


def reconcile_all(connect: peer_links.Connect = peer_links.connect) -> dict[str, dict[str, Any]]:
    """Reconcile with every peer that has an address; one that fails is reported and passed over."""
    return reconcile_these(peer_links.reachable(), connect)


def reconcile_these(
    codes: Iterable[str], connect: peer_links.Connect = peer_links.connect
) -> dict[str, dict[str, Any]]:
    """The same with some peers."""

    def one(code: str) -> dict[str, Any]:
        try:
            return reconcile(code, connect)
        except NotDelivered as failure:
            return {"failed": type(failure.event).__name__}

    return peer_links.each(codes, one, lambda error: {"failed": error})


def _act(work: UnitOfWork, code: str, found: Difference, checked: int) -> dict[str, Any]:
    peer = peer_messages.peer(work.session, code)
    open_messages = peer_messages.delivery_states(work.session, peer.id, ("pending", "rejected"))
    pending = [record for record in found.missing if open_messages.get(record) == "pending"]
    refused = [record for record in found.missing if open_messages.get(record) == "rejected"]
    lost = sorted(set(found.missing) - set(pending) - set(refused))
    outbox.record_found_at_peer(
        work, peer, [record for record in found.equal if open_messages.get(record) == "rejected"]
    )
    promised = outbox.queue_again(work, peer, lost)
    audit.note(work, "exchange.reconcile", code, f"checked {checked}, promised {promised}")
    audit.note(work, "exchange.different", found.different, code)
    if found.different:
        log.error("reconcile %s: %d records differ and need a person", code, len(found.different))
    return {
        "checked": checked,
        "equal": len(found.equal),
        "missing": sorted(found.missing),
        "different": sorted(found.different),
        "promised": promised,
        "pending": len(pending),
        "refused": len(refused),
    }


def _buckets(transport: Transport) -> dict[int, str]:
    given = transport.digest(runtime.settings().node).get("buckets")
    found: dict[int, str] = {}
    for text, value in (given if isinstance(given, dict) else {"": ""}).items():
        bucket = reconciliation.bucket_number(text)
        if bucket is None:
            raise NotDelivered(backlog.Failed())
        found[bucket] = str(value)
    return found


def _rows(transport: Transport, buckets: Sequence[int]) -> list[Row]:
    found: list[Row] = []
    for start in range(0, len(buckets), reconciliation.ASKED_MAX):
        part = buckets[start : start + reconciliation.ASKED_MAX]
        rows = transport.digest(runtime.settings().node, part).get("records")
        if not isinstance(rows, list):
            raise NotDelivered(backlog.Failed())
        found += map(_row, rows)
    return found


def _row(value: Any) -> Row:
    match value:
        case [str(record), int(revision), str(content)] if record.isprintable():
            return record, revision, content
    raise NotDelivered(backlog.Failed())
