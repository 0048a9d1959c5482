"""Verify a receipt, or a printed file that carries it, at the node that issued it, with the ledger at hand."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.cases import relief_certificate
from registry.domain.checks import credit_report, receipts
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Keyring
from registry.keys.signing import verify
from registry.phrases import Phrase, joined
from registry.printing import attachments
from registry.queries.publication import ledger_state
from registry.refusals.acts import NotSealed
from registry.refusals.content import NotCanonical, ReceiptRefused
from registry.verifier import prove, prove_decisions

NOT_UNDER = (
    "回执所载账本不在本节点现有账本之下：该节点从备份恢复过，或者账本被改写，请以见证方和监测方所存的检查点核对。"
)


RECEIPT_NAMES, DECISION_NAME, TENDER_NAME = ("receipt-", "report-", "certificate-"), "review-", "tender-"
"""How the names of the files begin that a printed receipt or sheet carries."""


@dataclass(frozen=True)
class PrintedFile:
    """What a printed file carries: the receipt, the decisions beside it, what opens its tender."""

    receipt: bytes
    decisions: tuple[bytes, ...] = ()
    tender: bytes | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the receipt, as its QR code has it."""
        return hashlib.sha256(self.receipt).hexdigest()


def open_file(data: bytes) -> PrintedFile:
    """The receipt, report or certificate of a file: itself, or what a PDF printed here carries.

    Refuses ``ReceiptRefused``."""
    if not attachments.is_pdf(data):
        return PrintedFile(data)
    files = attachments.read_json_files(data)
    found = [content for name, content in files.items() if name.startswith(RECEIPT_NAMES)]
    if len(found) != 1:
        raise ReceiptRefused("PDF 没有附带一份 JSON 回执，请选择原文件，不要经过打印或者另存")
    decisions = tuple(content for name, content in files.items() if name.startswith(DECISION_NAME))
    tender = next((content for name, content in files.items() if name.startswith(TENDER_NAME)), None)
    return PrintedFile(found[0], decisions, tender)


def prove_file(session: Session, ring: Keyring, file: PrintedFile) -> dict[str, Any]:
    """Verify a receipt with the decisions beside it, and the tender it was made for where the file opens it.

    Refuses ``ReceiptRefused`` and ``ReviewDecisionRefused``.
    """
    result = prove_receipt(session, ring, file.receipt)
    tender = _tender_texts(result["statement"], file.tender) if file.tender else []
    decisions = prove_decisions(file.receipt, file.decisions, ring) if file.decisions else []
    return result | {"explanation": [*result["explanation"], *tender, *decisions]}


def _tender_texts(statement: receipts.Statement, opening: bytes) -> list[str]:
    """What a receipt was made for, if the opening is that of its commitment."""
    try:
        content = json.loads(opening)
        commitment = receipts.commit_tender(content["tender"], bytes.fromhex(content["tender_salt"])).hex()
    except (ValueError, TypeError, KeyError, NotCanonical):
        raise ReceiptRefused("所附项目信息无法读取") from None
    if commitment != statement["tender"]:
        raise ReceiptRefused("所附项目信息与回执的承诺值不符")
    tender = content["tender"]
    facts = [Phrase("编号 %(code)s", code=tender.get("code"))]
    facts += [Phrase("名称 %(name)s", name=tender["name"])] if "name" in tender else []
    return [Phrase("项目与回执的承诺值相符：%(facts)s。", facts=joined(facts, "，"))]


def prove_receipt(session: Session, ring: Keyring, data: bytes) -> dict[str, Any]:
    """Verify a receipt as offline, with the checkpoint that covers it; under a revoked key, as far as this node's
    ledger proves it.

    A genuine receipt of a ledger that this node no longer has is proven with a word on that. Refuses
    ``ReceiptRefused``.
    """
    is_other = credit_report.is_report(data) or relief_certificate.is_certificate(data)
    cover = None if is_other else _find_cover(session, ring, data)
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
