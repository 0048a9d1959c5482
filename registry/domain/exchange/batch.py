"""Serialise and parse batches of envelopes and their delivery receipts."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.exchange.envelope import DELIVERED, QUARANTINED, Outcome
from registry.domain.publication import canonical, canonical_parts, parsed_size
from registry.domain.publication.canonical import CanonicalText
from registry.refusals.acts import BatchDigest, BatchMalformed, BatchTooLarge
from registry.refusals.content import NotCanonical

BYTES_MAX = 5 * 1024 * 1024
_FIELDS = {"from": str, "epoch": str, "first": int, "last": int, "records": list, "digest": str}
_PAGE = {"next": int, "head": int}
_WORD_MAX = 64


@dataclass(frozen=True)
class Batch:
    """A parsed batch: its records, and the canonical bytes of each. ``next`` and ``head`` are set for a pulled one
    only."""

    sender: str
    epoch: str
    records: tuple[Any, ...]
    encoded: tuple[bytes, ...]
    digest: str
    next: int | None = None
    head: int | None = None


def digest(records: Sequence[Any]) -> str:
    """Digest that identifies a batch: SHA-256 (hex) over its records."""
    return hashlib.sha256(canonical.dumps(list(records))).hexdigest()


def build(
    sender: str,
    epoch: str,
    records: Sequence[dict[str, Any] | CanonicalText],
    entries: Sequence[int],
    page: dict[str, int],
) -> bytes:
    """Serialise a batch; ``entries`` are the sender's numbers, ``page`` is empty for a pushed one."""
    text = canonical.canonical_text(list(records))
    return canonical.dumps(
        {
            "from": sender,
            "epoch": epoch,
            "first": min(entries, default=0),
            "last": max(entries, default=0),
            "records": text,
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            **page,
        }
    )


def parse_batch(raw: bytes, records_max: int) -> Batch:
    """Parse and check a batch. Refuses ``BatchTooLarge``, ``BatchMalformed`` (not canonical JSON of this shape) or
    ``BatchDigest``."""
    if len(raw) > BYTES_MAX:
        raise BatchTooLarge()
    value = loads(raw)
    expected = _FIELDS | (_PAGE if "next" in value else {})
    if value.keys() != expected.keys() or any(type(value[name]) is not kind for name, kind in expected.items()):
        raise BatchMalformed()
    if not _is_short_text(value["epoch"]):
        raise BatchMalformed("epoch")
    if len(value["records"]) > records_max:
        raise BatchTooLarge()
    encoded = canonical_parts.split_fields(raw)["records"]
    if hashlib.sha256(encoded).hexdigest() != value["digest"]:
        raise BatchDigest()
    return Batch(
        value["from"],
        value["epoch"],
        tuple(value["records"]),
        tuple(canonical_parts.split_items(encoded)),
        value["digest"],
        value.get("next"),
        value.get("head"),
    )


def loads(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object in canonical form, the only one accepted; refuses ``BatchMalformed``, and ``BatchTooLarge``
    what has too many values."""
    if parsed_size.is_too_large(raw):
        raise BatchTooLarge()
    try:
        value = canonical_parts.loads(raw)
    except NotCanonical:
        raise BatchMalformed() from None
    if not isinstance(value, dict):
        raise BatchMalformed()
    return value


def result(record: str | None, revision: int | None, outcome: Outcome) -> dict[str, Any]:
    """One line of a delivery receipt."""
    line: dict[str, Any] = {"record": record, "revision": revision, "outcome": outcome.outcome}
    return {**line, "code": outcome.code} if outcome.code else line


def delivery_receipt(batch: str, node: str, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Build the unsigned receipt of a batch; its counts satisfy sent = accepted + rejected + pending."""
    outcomes = Counter(line["outcome"] for line in results)
    counts = {
        "sent": len(results),
        "accepted": sum(outcomes[outcome] for outcome in DELIVERED),
        "rejected": sum(outcomes[outcome] for outcome in QUARANTINED),
        "pending": 0,
    }
    return {"batch": batch, "from": node, "results": list(results), "counts": counts}


def parse_delivery_receipt(raw: bytes) -> tuple[dict[str, Any], str, str]:
    """Parse a receipt into its content, key id and signature (hex); refuses ``BatchMalformed``."""
    value = loads(raw)
    signature = value.pop("signature", None)
    is_signed = isinstance(signature, dict) and {"kid", "value"} == signature.keys()
    if not is_signed or value.keys() != {"batch", "from", "results", "counts"} or not _has_consistent_counts(value):
        raise BatchMalformed()
    return value, str(signature["kid"]), str(signature["value"])


def _has_consistent_counts(value: dict[str, Any]) -> bool:
    counts, results = value["counts"], value["results"]
    if not isinstance(results, list) or not isinstance(counts, dict):
        return False
    if not all(map(_is_result_line, results)):
        return False
    numbers = [counts.get(name) for name in ("accepted", "rejected", "pending")]
    whole = [number for number in numbers if type(number) is int]
    return len(whole) == len(numbers) and sum(whole) == counts.get("sent") == len(results)


def _is_result_line(line: Any) -> bool:
    if not isinstance(line, dict) or not isinstance(line.get("outcome"), str):
        return False
    has_code = line.get("code") is None or _is_short_text(line["code"])
    has_record = line.get("record") is None or _is_short_text(line["record"])
    return line["outcome"] in DELIVERED | QUARANTINED and has_code and has_record


def _is_short_text(value: Any) -> bool:
    """Whether a value is a short string without control characters, which a database may not store."""
    return isinstance(value, str) and len(value) <= _WORD_MAX and value.isprintable()
