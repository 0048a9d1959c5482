"""Verify a receipt at the node that issued it, with the ledger at hand."""

from typing import Any

from sqlalchemy.orm import Session

from registry.domain.checks import receipts
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Keyring
from registry.keys.signing import verify
from registry.queries.publication import ledger_state
from registry.refusals.acts import NotSealed
from registry.refusals.content import ReceiptRefused
from registry.verifier import prove

NOT_UNDER = (
    "回执所载账本不在本节点现有账本之下：该节点从备份恢复过，或者账本被改写，请以见证方和监测方所存的检查点核对。"
)


def prove_receipt(session: Session, ring: Keyring, data: bytes) -> dict[str, Any]:
    """Verify a receipt as offline, with the checkpoint that covers it; under a revoked key, as far as this node's
    ledger proves it.

    A genuine receipt of a ledger that this node no longer has is proven with a word on that. Refuses
    ``ReceiptRefused``.
    """
    cover = _find_cover(session, ring, data)
    try:
        return prove(data, ring, cover)
    except ReceiptRefused:
        if cover is None:
            raise
        result = prove(data, ring)
        result["explanation"].append(NOT_UNDER)
        return result


def _find_cover(session: Session, ring: Keyring, data: bytes) -> Cover | None:
    if ring.policy is None and not any(key.revoked_at for key in ring.keys):
        return None
    statement = receipts.parse_receipt(data, ring.publics(), verify).statement
    entry = statement["entry"]
    if type(entry) is not int or entry < 0 or statement["root"] is None:
        return None
    try:
        note, path = ledger_state.cover(session, entry, ring)
    except NotSealed:
        return None
    return Cover(note, tuple(path))
