"""Repair what a reconciliation found: send again what a peer lacks, settle what it turned out to have, and keep the
outcome."""

import logging
from typing import Any

from registry.domain.exchange.reconciliation import Difference
from registry.models import Peer, PeerReconciliation
from registry.queries.exchange import peer_messages
from registry.services.exchange import outbox
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
_UNDER_WAY = ("pending", "sent")


def apply_difference(work: UnitOfWork, code: str, difference: Difference, checked: int) -> dict[str, Any]:
    """Queue again what a peer lacks or has older, unless it is under way or waits for a person there; returns the
    report. What is different is an alarm."""
    peer = peer_messages.peer(work.session, code)
    open_messages = peer_messages.delivery_states(work.session, peer.id, (*_UNDER_WAY, "rejected"))
    pending = [record for record in difference.missing if open_messages.get(record) in _UNDER_WAY]
    refused = [record for record in difference.missing if open_messages.get(record) == "rejected"]
    lost = sorted(set(difference.missing) - set(pending) - set(refused))
    outbox.record_found_at_peer(
        work, peer, [record for record in difference.equal if open_messages.get(record) == "rejected"]
    )
    promised = outbox.queue_again(work, peer, lost)
    audit.note(work, "exchange.reconcile", code, f"checked {checked}, promised {promised}")
    audit.note(work, "exchange.different", difference.different, code)
    if difference.different:
        log.error("reconcile %s: %d records differ and need a person", code, len(difference.different))
    _keep(work, peer, checked, difference)
    return {
        "checked": checked,
        "equal": len(difference.equal),
        "missing": sorted(difference.missing),
        "different": sorted(difference.different),
        "promised": promised,
        "pending": len(pending),
        "refused": len(refused),
    }


def _keep(work: UnitOfWork, peer: Peer, checked: int, difference: Difference) -> None:
    row = work.session.get(PeerReconciliation, peer.id) or PeerReconciliation(peer_id=peer.id)
    row.at, row.checked = work.now, checked
    row.missing, row.different = len(difference.missing), len(difference.different)
    work.session.add(row)
    work.session.flush()
