"""Repair what a reconciliation found: send again what a peer lacks, settle what it turned out to have, and keep the
outcome with a signed statement of it."""

import logging
from collections.abc import Collection
from typing import Any

from registry.domain.exchange import reconciliation_statement
from registry.domain.exchange.reconciliation import Comparison
from registry.domain.exchange.reconciliation_statement import ReconciliationFacts
from registry.domain.publication import keyring
from registry.models import Peer, PeerReconciliation, ReconciliationStatement
from registry.queries.exchange import peer_messages
from registry.queries.publication import log_identity
from registry.services.exchange import outbox
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
_UNDER_WAY = ("pending", "sent")


def keep_outcome(
    work: UnitOfWork,
    code: str,
    comparison: Comparison,
    recovered: Collection[str] = frozenset(),
    sector: str | None = None,
) -> dict[str, Any]:
    """Queue again what a peer lacks or has older, unless it is under way or waits for a person there; sign and keep
    what came of it, and return the report. What is different, but for what was ``recovered``, is an alarm.

    Of a ``sector`` only its records were compared; one without any on either side leaves no statement.
    """
    peer, difference = peer_messages.peer(work.session, code), comparison.difference
    different = sorted(set(difference.different) - set(recovered))
    open_messages = peer_messages.delivery_states(work.session, peer.id, (*_UNDER_WAY, "rejected"))
    pending = [record for record in difference.missing if open_messages.get(record) in _UNDER_WAY]
    refused = [record for record in difference.missing if open_messages.get(record) == "rejected"]
    lost = sorted(set(difference.missing) - set(pending) - set(refused))
    outbox.record_found_at_peer(
        work, peer, [record for record in difference.equal if open_messages.get(record) == "rejected"]
    )
    promised = outbox.queue_again(work, peer, lost)
    if sector is None or promised or different:  # every hour, of every sector, there is nothing to say
        _note_outcome(work, code, comparison.checked, promised, different, sector)
    counts = {
        "compared": comparison.checked,
        "equal": len(difference.equal),
        "missing": len(difference.missing) - len(difference.stale),
        "stale": len(difference.stale),
        "extra": len(difference.extra),
        "different": len(difference.different) - len(difference.extra),
        "repaired": promised,
        "recovered": len(recovered),
        "under_way": len(pending) + comparison.changed,
        "refused": len(refused),
    }
    if sector is None:
        _keep_newest(work, peer, comparison, len(different))
    if sector is None or any(counts.values()):
        _keep_statement(work, peer, comparison, counts, sector)
    return {
        "checked": comparison.checked,
        "equal": len(difference.equal),
        "missing": sorted(difference.missing),
        "different": different,
        "promised": promised,
        "pending": len(pending) + comparison.changed,
        "refused": len(refused),
    }


def _note_outcome(
    work: UnitOfWork, code: str, checked: int, promised: int, different: Collection[str], sector: str | None
) -> None:
    of_sector = f" of {sector}" if sector else ""
    audit.note(work, "exchange.reconcile", code, f"checked {checked}{of_sector}, promised {promised}")
    audit.note(work, "exchange.different", different, code)
    if different:
        log.error("reconcile %s: %d records differ and need a person", code, len(different))


def _keep_newest(work: UnitOfWork, peer: Peer, comparison: Comparison, different: int) -> None:
    """Keep the newest outcome of all records for the status."""
    row = work.session.get(PeerReconciliation, peer.id) or PeerReconciliation(peer_id=peer.id)
    row.at, row.checked = work.now, comparison.checked
    row.missing, row.different = len(comparison.difference.missing), different
    work.session.add(row)
    work.session.flush()


def _keep_statement(
    work: UnitOfWork, peer: Peer, comparison: Comparison, counts: dict[str, int], sector: str | None
) -> None:
    """Keep the signed statement of this outcome for good."""
    facts = ReconciliationFacts(
        peer=peer.code,
        transport=peer.transport,
        epoch=log_identity.epoch(work.session),
        entry=comparison.entry,
        own=comparison.own,
        theirs=comparison.theirs,
        counts=counts,
        sector=sector,
    )
    signer = work.keys.signer
    document = reconciliation_statement.build(
        facts, work.settings.node, keyring.write_instant(work.now), signer.sign, signer.key_id
    )
    statement = ReconciliationStatement(peer_id=peer.id, at=work.now, document=document.decode())
    work.session.add(statement)
    work.session.flush()
