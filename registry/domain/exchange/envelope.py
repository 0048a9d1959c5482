"""Build and parse envelopes, which carry record versions between nodes, and judge whether to accept one.

Versions travel whole, never as differences, so taking one in twice or out of order does no harm. Only
publications of audience "public" travel: what concerns natural persons stays where it was decided.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.domain import records
from registry.domain.exchange import record_schema
from registry.domain.exchange.membership import Members
from registry.domain.publication import canonical, canonical_parts
from registry.domain.publication.publication import hash_of
from registry.errors import Fault

ACCEPTED, DUPLICATE, STALE, REJECTED, CONFLICT = "accepted", "duplicate", "stale", "rejected", "conflict"
DELIVERED = frozenset({ACCEPTED, DUPLICATE, STALE})
"""Outcomes after which the receiver holds this version or a newer one."""
QUARANTINED = frozenset({REJECTED, CONFLICT})
"""Outcomes after which a person at the receiver has to look."""

SCHEMA, HASH_WRONG, SIGNATURE_WRONG = "schema", "hash-wrong", "signature-wrong"
OWNER_NOT_ENTITLED, OWNER_KEY_UNKNOWN = "owner-not-entitled", "owner-key-unknown"
REVISION_EQUIVOCATION, REVISION_LEAP = "revision-equivocation", "revision-leap"
REVISIONS_AHEAD_MAX = 1000
"""So many versions of a record may have been missed. The highest number of all would leave no room for a correction."""

_FIELDS = {"record", "owner", "revision", "previous", "body", "hash", "signature"}
"""Fields of every envelope; ``schema`` stands beside them when the body has a number."""


@dataclass(frozen=True)
class Envelope:
    """A well-formed envelope: the body is one that may be published, and its fields agree with it.

    ``encoded``: the canonical bytes of the body.
    """

    record: str
    owner: str
    revision: int
    previous: str | None
    body: dict[str, Any]
    hash: str
    kid: str
    signature: str
    encoded: bytes

    @property
    def is_removal(self) -> bool:
        """Whether this version takes the record away."""
        return bool(self.body["state"] != "published")


@dataclass(frozen=True)
class Outcome:
    """Outcome of one envelope; ``code`` names the reason when a person has to look."""

    outcome: str
    code: str | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class KnownRecord:
    """What this node holds of one record: its owner, and revision → content hash."""

    owner: str
    hashes: Mapping[int, str] = field(default_factory=dict)

    def with_revision(self, revision: int, content_hash: str) -> "KnownRecord":
        """The same after one more version was taken in."""
        return KnownRecord(self.owner, {**self.hashes, revision: content_hash})


@dataclass(frozen=True)
class Sender:
    """Whom an envelope came from: the nodes whose records it may pass on, and those nodes' checks of a signature.

    ``verifiers`` maps owner → key id → (signature, data) check; ``members`` says what each owner may state.
    """

    owners: Collection[str]
    verifiers: Mapping[str, Mapping[str, Callable[[bytes, bytes], bool]]]
    members: Members


def signed_bytes(record: str, owner: str, revision: int, content: str) -> bytes:
    """The bytes that the owner of a version signs."""
    return canonical.dumps({"record": record, "owner": owner, "revision": revision, "hash": content})


def build(
    owner: str, body: dict[str, Any], previous: str | None, content: str, signature: Mapping[str, str]
) -> dict[str, Any]:
    """Build an envelope; ``signature`` has ``kid`` and ``value`` (hex). It repeats the schema of the body."""
    numbered = {"schema": body["schema"]} if "schema" in body else {}
    return numbered | {
        "record": body["record"],
        "owner": owner,
        "revision": body["revision"],
        "previous": previous,
        "body": body,
        "hash": content,
        "signature": dict(signature),
    }


def parse(
    value: Any,
    sectors: Collection[str],
    list_measures: record_schema.ListMeasures | None = None,
    publicity_months: int | None = None,
    encoded: bytes | None = None,
) -> Envelope | list[Fault]:
    """Parse an envelope: the envelope, or its faults place by place; values are never quoted.

    ``value`` comes from canonical JSON, so that it has a hash; ``encoded`` are its canonical bytes, if at hand.
    """
    body = b""
    faults = _shape_faults(value)
    if not faults:
        body = canonical.dumps(value["body"]) if encoded is None else canonical_parts.split_fields(encoded)["body"]
        faults = [
            Fault(f"/body{fault.pointer}", fault.code, fault.detail)
            for fault in record_schema.faults(value["body"], sectors, list_measures, publicity_months, body)
        ] or _contradictions(value)
    if faults:
        return faults
    return Envelope(
        value["record"],
        value["owner"],
        value["revision"],
        value["previous"],
        value["body"],
        value["hash"],
        value["signature"]["kid"],
        value["signature"]["value"],
        body,
    )


def judge_envelope(known: KnownRecord | None, incoming: Envelope, sender: Sender) -> Outcome:
    """Judge an incoming envelope against the known versions of its record: accept, refuse, or report a conflict.

    The same content again is a duplicate whoever sends it. Otherwise the sender must pass on records of the owner and
    the owner must be the one known here, the hash must be the content's and the signature the owner's, and the owner
    must speak for the authority that the body names, whoever passed it on. Two contents
    under one revision are an equivocation, as is a version that follows another one than the one known here; a version
    older than the newest known is stale; a newer one is accepted, gaps allowed up to ``REVISIONS_AHEAD_MAX``.
    """
    is_same = hash_of(incoming.encoded, incoming.previous) == incoming.hash
    if known and is_same and known.owner == incoming.owner and known.hashes.get(incoming.revision) == incoming.hash:
        return Outcome(DUPLICATE)
    code = _refusal_code(known, incoming, sender, is_same)
    if code:
        return Outcome(REJECTED, code)
    if known and (incoming.revision in known.hashes or not _is_successor(known, incoming)):
        return Outcome(CONFLICT, REVISION_EQUIVOCATION)
    newest = max(known.hashes, default=0) if known else 0
    if incoming.revision < newest:
        return Outcome(STALE)
    if incoming.revision > newest + REVISIONS_AHEAD_MAX:
        return Outcome(REJECTED, REVISION_LEAP)
    return Outcome(ACCEPTED)


def _is_successor(known: KnownRecord, incoming: Envelope) -> bool:
    before = incoming.revision - 1
    return before not in known.hashes or known.hashes[before] == incoming.previous


def _refusal_code(known: KnownRecord | None, incoming: Envelope, sender: Sender, is_same: bool) -> str | None:
    if incoming.owner not in sender.owners or (known and known.owner != incoming.owner):
        return OWNER_NOT_ENTITLED
    if not is_same:
        return HASH_WRONG
    if incoming.owner not in sender.verifiers:
        return OWNER_KEY_UNKNOWN
    if not _is_signed(incoming, sender):
        return SIGNATURE_WRONG
    return sender.members.refusal_code(incoming.owner, incoming.body)


def _is_signed(incoming: Envelope, sender: Sender) -> bool:
    check = sender.verifiers[incoming.owner].get(incoming.kid)
    data = signed_bytes(incoming.record, incoming.owner, incoming.revision, incoming.hash)
    return check is not None and check(bytes.fromhex(incoming.signature), data)


def _shape_faults(value: Any) -> list[Fault]:
    if not isinstance(value, dict):
        return [Fault("", SCHEMA, "信封的项不完整或有多余的项")]
    schema = value.get("schema", 0)
    if not record_schema.is_readable(schema):
        return [Fault("/schema", SCHEMA, "信封的模式版本不在本节点可读的范围内")]
    extra = value.keys() - _FIELDS - {"schema"}
    if not value.keys() >= _FIELDS or (extra and schema <= records.SCHEMA):
        return [Fault("", SCHEMA, "信封的项不完整或有多余的项")]
    checks = (
        ("owner", isinstance(value["owner"], str) and 0 < len(value["owner"]) <= 64),
        ("previous", value["previous"] is None or canonical.is_hex(value["previous"], 64)),
        ("hash", canonical.is_hex(value["hash"], 64)),
        ("signature", _is_signature(value["signature"])),
    )
    return [Fault(f"/{name}", SCHEMA, "内容不合规定") for name, is_right in checks if not is_right]


def _is_signature(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"kid", "value"}
        and canonical.is_hex(value["kid"], 16)
        and canonical.is_hex(value["value"], 128)
    )


def _contradictions(value: dict[str, Any]) -> list[Fault]:
    body = value["body"]
    pairs = (
        ("/record", value["record"], body["record"]),
        ("/revision", value["revision"], body["revision"]),
        ("/owner", value["owner"], body["source"]["node"]),
        ("/schema", value.get("schema"), body.get("schema")),
    )
    return [Fault(at, "contradiction", "信封与正文不一致") for at, outside, inside in pairs if outside != inside]
