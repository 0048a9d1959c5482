"""Verify a receipt at the node that issued it, with the ledger at hand."""

from typing import Any

from sqlalchemy.orm import Session

from registry.domain.checks import receipts
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Keyring
from registry.queries.publication import ledger_state
from registry.refusals.acts import NotSealed
from registry.signing import verify
from registry.verifier import prove


def prove_receipt(session: Session, ring: Keyring, data: bytes) -> dict[str, Any]:
    """Verify a receipt as offline; under a revoked key, as far as this node's ledger proves it.

    Refuses ``ReceiptRefused``.
    """
    return prove(data, ring, _find_cover(session, ring, data))


def _find_cover(session: Session, ring: Keyring, data: bytes) -> Cover | None:
    if not any(key.revoked_at for key in ring.keys):
        return None
    entry = receipts.parse_receipt(data, ring.publics(), verify).statement["entry"]
    try:
        note, path = ledger_state.cover(session, entry, ring) if type(entry) is int and entry >= 0 else ("", [])
    except NotSealed:
        return None
    return Cover(note, tuple(path)) if note else None
