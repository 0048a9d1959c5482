"""Build, sign and parse credit reports of firms: what stands published about a code at an entry. Pure.

A report says what this registry shows about one unified social credit code on a day, at a ledger size, and nothing
about anybody's standing. It holds no text of a decision, so no number of a person.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.publication import canonical, signed_documents
from registry.domain.publication.signed_documents import Form, SignedDocument, Verify
from registry.refusals.content import ReceiptRefused

_FIELDS = frozenset({"issuer", "instant", "on", "entry", "root", "epoch", "subject", "records", "content"})
FORM = Form("credit-report", 1, _FIELDS, ReceiptRefused)
_MEASURE = ("code", "name", "basis", "effect", "starts_on", "ends_on")


@dataclass(frozen=True)
class ReportFacts:
    """Where and when a report was made: the node, the instant, the day, the ledger size with its root and epoch."""

    issuer: str
    instant: dt.datetime
    on: dt.date
    entry: int
    root: bytes | None
    epoch: str


def summarise(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says of one record: its kind and document, who decided, its days, and what restricts the firm."""
    scheme = body.get("scheme") or {}
    summary = {
        "record": body["record"],
        "revision": body["revision"],
        "kind": body["kind"],
        "list": scheme.get("name"),
        "document_number": body.get("document_number") or None,
        "authority": body["authority"]["name"],
        "decided_on": body.get("decided_on") or None,
        "visible_until": body["visible_until"],
        "disputed_on": body.get("disputed_on"),
        "measures": [{name: measure[name] for name in _MEASURE} for measure in body.get("measures") or ()],
        "digest": canonical.digest(dict(body)).hex(),
    }
    return {name: value for name, value in summary.items() if value is not None}


def content_digest(records: Sequence[Mapping[str, Any]]) -> str:
    """Digest (hex) of what a report says: two reports of equal digest say the same."""
    return canonical.digest([dict(record) for record in records]).hex()


def build(
    facts: ReportFacts,
    subject: Mapping[str, str],
    records: Sequence[Mapping[str, Any]],
    sign: Callable[[bytes], bytes],
    key_id: str,
) -> bytes:
    """Sign a report: canonical bytes of the statement and the signature over it. ``subject``: ``uscc`` and, where a
    record has one, ``name``."""
    statement = {
        "issuer": facts.issuer,
        "instant": facts.instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "on": facts.on.isoformat(),
        "entry": facts.entry,
        "root": facts.root.hex() if facts.root is not None else None,
        "epoch": facts.epoch,
        "subject": dict(subject),
        "records": [dict(record) for record in records],
        "content": content_digest(records),
    }
    return signed_documents.build(FORM, statement, sign, key_id)


def is_report(data: bytes) -> bool:
    """Whether bytes claim to be a credit report."""
    return signed_documents.claims(FORM, data)


def parse_report(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> SignedDocument:
    """Verify a report. Refuses ``ReceiptRefused``, also where its digest is not that of what it says."""
    document = signed_documents.parse(FORM, data, keys, verify)
    if document.statement["content"] != content_digest(document.statement["records"]):
        raise ReceiptRefused("报告内容与其摘要不符")
    return document
