"""Build and explain the signed certificate of how a dispute or repair was decided. Pure.

It is shown to others, so it names neither who applied nor the receipt number, by which an application can be read and
taken back; of a natural person not even the name.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.labels import OUTCOMES, RECORD_KINDS, RELIEFS, label_for
from registry.domain.literals import chinese_day
from registry.domain.publication import signed_documents
from registry.domain.publication.signed_documents import Form, SignedDocument, Verify
from registry.phrases import Phrase, joined
from registry.refusals.content import ReceiptRefused

_FIELDS = frozenset({
    "issuer", "instant", "noun", "record", "kind", "subject", "outcome", "reason", "department", "received_on",
    "ended_on",
})  # fmt: skip
FORM = Form("relief-certificate", 1, _FIELDS, ReceiptRefused)


@dataclass(frozen=True)
class ReliefFacts:
    """What was applied for about which record, and how and by whom it was decided. ``subject``: name and code of an
    organisation, None of a natural person."""

    noun: str
    record: str
    kind: str
    subject: Mapping[str, str] | None
    outcome: str
    reason: str
    department: str
    received_on: dt.date
    ended_on: dt.date


def build(facts: ReliefFacts, issuer: str, instant: str, sign: Callable[[bytes], bytes], key_id: str) -> bytes:
    """Sign a certificate. ``instant`` as ``keyring.write_instant`` writes it."""
    statement = {
        "issuer": issuer,
        "instant": instant,
        "noun": facts.noun,
        "record": facts.record,
        "kind": facts.kind,
        "subject": dict(facts.subject) if facts.subject else None,
        "outcome": facts.outcome,
        "reason": facts.reason,
        "department": facts.department,
        "received_on": facts.received_on.isoformat(),
        "ended_on": facts.ended_on.isoformat(),
    }
    return signed_documents.build(FORM, statement, sign, key_id)


def is_certificate(data: bytes) -> bool:
    """Whether bytes claim to be a certificate."""
    return signed_documents.claims(FORM, data)


def parse_certificate(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> SignedDocument:
    """Verify a certificate. Refuses ``ReceiptRefused``."""
    return signed_documents.parse(FORM, data, keys, verify)


def title(statement: Mapping[str, Any]) -> str:
    """What a certificate is called."""
    if statement["outcome"] == "granted":
        return "信用修复证明"
    return Phrase("%(relief)s处理结果", relief=label_for(RELIEFS, statement["noun"]))


def explain(statement: Mapping[str, Any]) -> list[str]:
    """Explain a verified certificate: what it proves, and what it does not."""
    return [
        Phrase(
            "证明：%(issuer)s 于 %(instant)s（协调世界时）出具本%(title)s，此后一字未改。",
            issuer=statement["issuer"],
            instant=statement["instant"],
            title=title(statement),
        ),
        *content_texts(statement),
        "不证明：出具之后的情形；其他记录；当事人的信用状况。",
    ]


def content_texts(statement: Mapping[str, Any]) -> list[str]:
    """The facts of a certificate, one a line."""
    subject = statement["subject"]
    record: str = Phrase(
        "%(kind)s，记录编号 %(record)s", kind=label_for(RECORD_KINDS, statement["kind"]), record=statement["record"]
    )
    if subject:
        about = Phrase(
            "当事人 %(name)s，统一社会信用代码 %(uscc)s", name=subject["name"], uscc=subject["uscc"] or "未载"
        )
        record = joined((record, about), "，")
    texts: list[str] = [
        Phrase("所针对的记录：%(record)s。", record=record),
        Phrase(
            "%(department)s %(received)s收到%(relief)s申请，%(ended)s办结：%(outcome)s。",
            department=statement["department"],
            received=chinese_day(statement["received_on"]),
            relief=label_for(RELIEFS, statement["noun"]),
            ended=chinese_day(statement["ended_on"]),
            outcome=label_for(OUTCOMES, statement["outcome"]),
        ),
    ]
    if statement["reason"]:
        texts.append(Phrase("理由：%(reason)s", reason=statement["reason"]))
    return texts
