"""Build, sign, parse and verify receipts of award checks: canonical JSON that proves an answer by public key.

The signature covers the statement without its lines; the lines are bound through ``lines_root``, so that one
party's line can be shown with a Merkle path and without its competitors (``excerpt``). Each line carries its own
salt, because a rival's line would otherwise be found by trying names against the hashes in the path.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from registry.domain.publication import canonical, merkle
from registry.refusals.content import LineUnknown, NotCanonical, ReceiptRefused

Statement = dict[str, Any]

TYPE, VERSION, ALGORITHM = "award-check", 2, "Ed25519"

_FIRST = {
    *("type", "version", "check", "issuer", "instant", "on", "entry", "root", "tender", "requester"),
    *("complete", "stale", "matcher", "rules", "count", "lines", "lines_root"),
}
_REQUIRED = {1: _FIRST, VERSION: _FIRST | {"law", "sector", "must_tender", "district"}}
"""Fields by version; receipts of version 1 do not say what was asked nor under which law tables."""
_OPTIONAL = {"epoch", "number", "list_age_days", "previous", "project", "lists", "second"}
SECOND_ALGORITHM = "SM2-SM3"
_SIGNATURE_FIELDS = {"alg", "kid", "value"}


@dataclass(frozen=True)
class LinePlace:
    """Index of an excerpt's line among all lines, and its Merkle path."""

    index: int
    path: tuple[bytes, ...]


def split_receipt(data: bytes) -> tuple[Statement, dict[str, str], LinePlace | None]:
    """Split a receipt into statement, signature, and the place of an excerpt's line. Refuses ``ReceiptRefused``.

    Checks the shape only; ``parse_receipt`` verifies the signature.
    """
    document = _parse_document(data)
    if not isinstance(document, dict) or document.keys() - {"shown", "second"} != {"statement", "signature"}:
        raise ReceiptRefused("应只含 statement 与 signature")
    place = _require_line_place(document["shown"]) if "shown" in document else None
    receipt_statement = _require_statement(document["statement"])
    _require_second(receipt_statement.get("second"), document.get("second"))
    return receipt_statement, _require_signature(document["signature"]), place


def _parse_document(data: bytes) -> object:
    try:
        return canonical.loads(data)
    except NotCanonical as refusal:
        raise ReceiptRefused(refusal.detail) from None


def _require_statement(value: object) -> Statement:
    if not isinstance(value, dict) or value.get("type") != TYPE or type(value.get("version")) is not int:
        raise ReceiptRefused("不认识的回执类型或版本")
    required = _REQUIRED.get(value["version"])
    if required is None:
        raise ReceiptRefused("不认识的回执类型或版本")
    if not required <= value.keys() <= required | _OPTIONAL:
        raise ReceiptRefused("statement 的字段不对")
    if not isinstance(value["lines"], list) or not all(isinstance(line, dict) for line in value["lines"]):
        raise ReceiptRefused("lines 应为对象的列表")
    if not canonical.is_hex(value["lines_root"], 64):
        raise ReceiptRefused("lines_root 应为 64 位小写十六进制")
    return value


def _require_signature(signature: object) -> dict[str, str]:
    if not isinstance(signature, dict) or signature.keys() != _SIGNATURE_FIELDS:
        raise ReceiptRefused("signature 的字段不对")
    if not all(isinstance(value, str) for value in signature.values()) or signature["alg"] != ALGORITHM:
        raise ReceiptRefused("签名算法应为 Ed25519")
    if not canonical.is_hex(signature["value"], 128):
        raise ReceiptRefused("签名应为 128 位小写十六进制")
    return signature


def _require_second(kid: object, signature: object) -> None:
    """The statement, which the first signature covers, names the key of the second: none is added or taken off."""
    if kid is None and signature is None:
        return
    if not canonical.is_hex(kid, 16) or not isinstance(signature, dict) or signature.keys() != _SIGNATURE_FIELDS:
        raise ReceiptRefused("第二签名与 statement 不符")
    value = signature["value"]
    is_hex = isinstance(value, str) and canonical.is_hex(value, len(value)) and not len(value) % 2
    if (signature["alg"], signature["kid"]) != (SECOND_ALGORITHM, kid) or not is_hex:
        raise ReceiptRefused("第二签名与 statement 不符")


def _require_line_place(value: object) -> LinePlace:
    if not isinstance(value, dict) or value.keys() != {"index", "path"} or type(value["index"]) is not int:
        raise ReceiptRefused("shown 应只含 index 与 path")
    path = value["path"]
    if not isinstance(path, list) or not all(canonical.is_hex(node, 64) for node in path):
        raise ReceiptRefused("path 应为 64 位小写十六进制的列表")
    return LinePlace(value["index"], tuple(bytes.fromhex(node) for node in path))


Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data

SALT_BYTES = 32
VERDICTS = {
    "barred": "在第 %(entry)s 号记录时，有限制措施对本次交易生效",
    "on_record": "在第 %(entry)s 号记录时查到公示记录，未查到对本次交易生效的限制措施",
    "review": "在第 %(entry)s 号记录时查到需要人工核实的情形",
    "no_record": "在第 %(entry)s 号记录时未查到",
    "unchecked": "未能核查，不得当作未查到",
}
LINE_FIELDS = frozenset({
    "ref", "role", "of", "section", "name", "uscc", "organisation_code", "registration_number", "id_last4", "verdict",
    "reasons", "id_tag", "changed",
})  # fmt: skip

PLACED = frozenset({"salt", "id_tag", "changed"})
"""Fields of a line that depend on the check it belongs to, not on the question."""

_LINE_SALT_BYTES = 16


@dataclass(frozen=True)
class Facts:
    """Facts about an answer that go into its receipt.

    ``entry`` is the ledger size it was read at in ``epoch``, ``root`` the root at that size if known, ``tender`` the
    question's tender (in the receipt a salted commitment only), ``stale`` the sources that could not be asked
    or were too old, ``matcher`` the version of the rules, ``law`` the digest of the reference data (``rules``: as of
    which day), ``previous`` names the check before it of one tender, ``second`` the key of the second
    signature, ``lists`` of which day the whole of
    each adopted list is known, and how many days that is ago.
    """

    check: str
    issuer: str
    instant: datetime
    on: date
    entry: int
    root: bytes | None
    tender: Mapping[str, object] | None
    requester: str
    complete: bool
    stale: tuple[str, ...]
    matcher: str
    rules: str
    law: str
    sector: str
    must_tender: bool | None
    district: str | None = None
    project: str | None = None
    epoch: str | None = None
    list_age_days: int | None = None
    previous: Mapping[str, object] | None = None
    second: str | None = None
    lists: Sequence[Mapping[str, object]] | None = None


def statement(facts: Facts, lines: Sequence[Mapping[str, object]], salt: bytes) -> Statement:
    """Build the statement of a receipt as JSON values, lines already serialised, without the gap-free ``number``.

    ``lines`` hold ``LINE_FIELDS`` only, never an identity number. ``salt`` is 32 random bytes of this check;
    the same salt gives the same bytes again. It stays with the issuer: the requester gets ``tender_salt``.
    """
    salted = [canonical.canonical_text(_salt_line(line, salt, index)) for index, line in enumerate(lines)]
    values: Statement = {
        "type": TYPE,
        "version": VERSION,
        "check": facts.check,
        "issuer": facts.issuer,
        "instant": facts.instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "on": facts.on.isoformat(),
        "entry": facts.entry,
        "root": facts.root.hex() if facts.root is not None else None,
        "tender": commit_tender(facts.tender, tender_salt(salt)).hex() if facts.tender is not None else None,
        "requester": facts.requester,
        "complete": facts.complete,
        "stale": list(facts.stale),
        "matcher": facts.matcher,
        "rules": facts.rules,
        "law": facts.law,
        "sector": facts.sector,
        "must_tender": facts.must_tender,
        "district": facts.district,
        "count": len(salted),
        "lines": salted,
        "lines_root": merkle.root(_leaf_hashes(salted)).hex(),
    }
    optional = {
        "epoch": facts.epoch,
        "list_age_days": facts.list_age_days,
        "previous": facts.previous,
        "project": facts.project,
        "second": facts.second,
        "lists": list(facts.lists) if facts.lists else None,
    }
    return values | {name: value for name, value in optional.items() if value is not None}


def tender_salt(salt: bytes) -> bytes:
    """Salt of the tender's commitment: kept by the requester, it opens the tender and no party line."""
    return hmac.digest(salt, b"tender", "sha256")


def commit_tender(tender: Mapping[str, object], salt: bytes) -> bytes:
    """Commitment to a tender: SHA-256 over a ``tender_salt`` and the canonical tender."""
    return hashlib.sha256(salt + canonical.dumps(tender)).digest()


Sign = Callable[[bytes], bytes]


def build(receipt_statement: Statement, sign: Sign, key_id: str, sign_second: Sign | None = None) -> bytes:
    """Sign a receipt: canonical bytes of the statement and the signature over its head; beside it the second signature,
    by the key that the statement names."""
    head = _signed_head(receipt_statement)
    document: dict[str, Any] = {
        "statement": receipt_statement,
        "signature": {"alg": ALGORITHM, "kid": key_id, "value": sign(head).hex()},
    }
    if sign_second is not None:
        value = sign_second(head).hex()
        document["second"] = {"alg": SECOND_ALGORITHM, "kid": receipt_statement["second"], "value": value}
    return canonical.dumps(document)


@dataclass(frozen=True)
class GenuineReceipt:
    """A genuine receipt: its statement (of an excerpt with one line only) and the id of the key that signed it.

    ``second``: the bytes that the second signature is over, and that signature, not verified; None without one.
    """

    statement: Statement
    kid: str
    second: tuple[bytes, bytes] | None = None


def verified_statement(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> Statement:
    """Verify a receipt and return its statement: byte for byte what a holder of one of ``keys`` signed."""
    return parse_receipt(data, keys, verify).statement


def parse_receipt(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> GenuineReceipt:
    """Verify a receipt, or an excerpt: byte for byte what a holder of one of ``keys`` signed.

    ``keys`` maps key id to raw public key. Refuses everything else as ``ReceiptRefused``, saying why.
    """
    receipt_statement, signature, place = split_receipt(data)
    if signature["kid"] not in keys:
        raise ReceiptRefused("签名密钥不在所给公钥之中")
    if not _is_bound(receipt_statement, place):
        raise ReceiptRefused("各方结论与其根哈希不符")
    if not verify(keys[signature["kid"]], bytes.fromhex(signature["value"]), _signed_head(receipt_statement)):
        raise ReceiptRefused("签名不成立")
    head = _signed_head(receipt_statement)
    second = json.loads(data).get("second")
    return GenuineReceipt(
        receipt_statement, signature["kid"], (head, bytes.fromhex(second["value"])) if second else None
    )


def excerpt(data: bytes, ref: str) -> bytes:
    """Excerpt of a receipt: the line of ``ref`` alone, and the path that binds it to the signed root of all lines.

    ``data`` is a genuine, whole receipt. Refuses ``LineUnknown``.
    """
    document = json.loads(data)
    lines = document["statement"]["lines"]
    index = next((index for index, line in enumerate(lines) if line.get("ref") == ref), None)
    if index is None or "shown" in document:
        raise LineUnknown()
    path = merkle.inclusion_proof(index, len(lines), merkle.nodes_of(_leaf_hashes(lines)))
    line_place = {"index": index, "path": [node.hex() for node in path]}
    line_statement = document["statement"] | {"lines": [lines[index]]}
    return canonical.dumps({**document, "statement": line_statement, "shown": line_place})


def answer_bytes(lines: Sequence[Mapping[str, object]]) -> bytes:
    """Canonical bytes of an answer: each party's line without the fields that depend on the check it belongs to:
    the salt that hides it from others, the tag of its tender, and what changed since the look before."""
    return canonical.dumps([{name: value for name, value in line.items() if name not in PLACED} for line in lines])


def _is_bound(receipt_statement: Statement, place: LinePlace | None) -> bool:
    """Whether the lines are those under the signed root: all of them, or the one with its path."""
    leaves = _leaf_hashes(receipt_statement["lines"])
    if place is None:
        return bool(
            receipt_statement["count"] == len(leaves) and receipt_statement["lines_root"] == merkle.root(leaves).hex()
        )
    if len(leaves) != 1 or type(receipt_statement["count"]) is not int:
        return False
    expected = bytes.fromhex(receipt_statement["lines_root"])
    return merkle.verify_inclusion(leaves[0], place.index, receipt_statement["count"], place.path, expected)


def _signed_head(receipt_statement: Statement) -> bytes:
    return canonical.dumps({name: value for name, value in receipt_statement.items() if name != "lines"})


def _leaf_hashes(lines: Sequence[object]) -> list[bytes]:
    return [merkle.leaf_hash(canonical.dumps(line)) for line in lines]


def _salt_line(line: Mapping[str, object], salt: bytes, index: int) -> dict[str, object]:
    if len(salt) != SALT_BYTES:
        raise ValueError("a check's salt has 32 bytes")
    if not line.keys() <= LINE_FIELDS or line.get("verdict") not in VERDICTS:
        raise ReceiptRefused("结论行含有不得进入回执的字段")
    line_salt = hmac.digest(salt, b"line %d" % index, "sha256")[:_LINE_SALT_BYTES]
    return {**line, "salt": line_salt.hex()}
