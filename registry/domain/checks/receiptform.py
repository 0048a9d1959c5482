"""The form of a receipt's bytes: canonical, whole, of a known version, with nothing beside it."""

import re
from dataclasses import dataclass
from typing import Any

from registry.domain.publication import canonical
from registry.refusals.content import NotCanonical, ReceiptRefused

Statement = dict[str, Any]

TYPE, VERSION, ALGORITHM = "award-check", 2, "Ed25519"

_FIRST = {
    *("type", "version", "check", "issuer", "instant", "on", "entry", "root", "tender", "requester"),
    *("complete", "stale", "matcher", "rules", "count", "lines", "lines_root"),
}
_REQUIRED = {1: _FIRST, VERSION: _FIRST | {"law", "sector", "must_tender", "district"}}
"""Fields by version; receipts of version 1 do not say what was asked nor under which law tables."""
_OPTIONAL = {"number", "list_age_days", "previous"}
_SIGNATURE_FIELDS = {"alg", "kid", "value"}
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Shown:
    """Where the one line of an excerpt stands among all lines, and its Merkle path."""

    index: int
    path: tuple[bytes, ...]


def opened(data: bytes) -> tuple[Statement, dict[str, str], Shown | None]:
    """Statement, signature, and of an excerpt the place of its line. Refuses ``ReceiptRefused``, saying why.

    Nothing is proven yet: that is what ``receipts.read`` does.
    """
    document = _parse(data)
    if not isinstance(document, dict) or document.keys() - {"shown"} != {"statement", "signature"}:
        raise ReceiptRefused("应只含 statement 与 signature")
    shown = _shown(document["shown"]) if "shown" in document else None
    return _statement(document["statement"]), _signature(document["signature"]), shown


def _parse(data: bytes) -> object:
    try:
        return canonical.loads(data)
    except NotCanonical as refusal:
        raise ReceiptRefused(refusal.detail) from None


def _statement(made: object) -> Statement:
    if not isinstance(made, dict) or made.get("type") != TYPE or type(made.get("version")) is not int:
        raise ReceiptRefused("不认识的回执类型或版本")
    required = _REQUIRED.get(made["version"])
    if required is None:
        raise ReceiptRefused("不认识的回执类型或版本")
    if not required <= made.keys() <= required | _OPTIONAL:
        raise ReceiptRefused("statement 的字段不对")
    if not isinstance(made["lines"], list) or not all(isinstance(line, dict) for line in made["lines"]):
        raise ReceiptRefused("lines 应为对象的列表")
    if not isinstance(made["lines_root"], str) or not _HASH.fullmatch(made["lines_root"]):
        raise ReceiptRefused("lines_root 应为 64 位小写十六进制")
    return made


def _signature(signature: object) -> dict[str, str]:
    if not isinstance(signature, dict) or signature.keys() != _SIGNATURE_FIELDS:
        raise ReceiptRefused("signature 的字段不对")
    if not all(isinstance(value, str) for value in signature.values()) or signature["alg"] != ALGORITHM:
        raise ReceiptRefused("签名算法应为 Ed25519")
    if not _SIGNATURE.fullmatch(signature["value"]):
        raise ReceiptRefused("签名应为 128 位小写十六进制")
    return signature


def _shown(shown: object) -> Shown:
    if not isinstance(shown, dict) or shown.keys() != {"index", "path"} or type(shown["index"]) is not int:
        raise ReceiptRefused("shown 应只含 index 与 path")
    path = shown["path"]
    if not isinstance(path, list) or not all(isinstance(node, str) and _HASH.fullmatch(node) for node in path):
        raise ReceiptRefused("path 应为 64 位小写十六进制的列表")
    return Shown(shown["index"], tuple(bytes.fromhex(node) for node in path))
