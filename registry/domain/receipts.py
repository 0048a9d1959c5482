"""Receipts of award checks: canonical JSON that proves an answer to anyone who holds the issuer's public key.

The signature covers the statement without its lines; the lines are bound through ``lines_root``, so that one
party's line can be shown with a Merkle path and without its competitors. Each line carries its own salt,
because a rival's line would otherwise be found by trying names against the hashes in the path.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from registry.domain import canonical, looks, merkle
from registry.refusals.content import NotCanonical, ReceiptRefused

Statement = dict[str, Any]
Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data

TYPE, VERSION, ALGORITHM = "award-check", 1, "Ed25519"
SALT_BYTES = 32
VERDICTS = {
    "barred": "在第 {entry} 号记录时，有限制措施对本次交易生效",
    "on_record": "在第 {entry} 号记录时查到公示记录，未查到对本次交易生效的限制措施",
    "review": "在第 {entry} 号记录时查到需要人工核实的情形",
    "no_record": "在第 {entry} 号记录时未查到",
    "unchecked": "未能核查，不得当作未查到",
}
LINE_FIELDS = frozenset({
    "ref", "role", "of", "name", "uscc", "id_last4", "verdict", "reasons", "id_tag", "changed",
})  # fmt: skip

_LINE_SALT_BYTES = 16
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_SIGNATURE_FIELDS = {"alg", "kid", "value"}
_OPTIONAL = {"number", "list_age_days", "previous"}
_REQUIRED = {
    *("type", "version", "check", "issuer", "instant", "on", "entry", "root", "tender", "requester"),
    *("complete", "stale", "matcher", "rules", "count", "lines", "lines_root"),
}


@dataclass(frozen=True)
class Facts:
    """What an answer says of itself.

    ``entry`` is the ledger size it was read at, ``root`` the root at that size if known, ``tender`` the
    question's tender (in the receipt a salted commitment only), ``stale`` the sources that could not be asked
    or were too old, ``number`` the issuer's gap-free number, ``previous`` names the check before it of one tender.
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
    number: int | None = None
    list_age_days: int | None = None
    previous: Mapping[str, object] | None = None


def statement(facts: Facts, lines: Sequence[Mapping[str, object]], salt: bytes) -> Statement:
    """The statement of a receipt, JSON values only.

    ``lines`` hold ``LINE_FIELDS`` only, never an identity number. ``salt`` is 32 random bytes of this check;
    the same salt gives the same bytes again. It stays with the issuer: the requester gets ``tender_salt``.
    """
    salted = [_line(line, salt, index) for index, line in enumerate(lines)]
    made: Statement = {
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
        "count": len(salted),
        "lines": salted,
        "lines_root": merkle.root(_leaves(salted)).hex(),
    }
    optional = {"number": facts.number, "list_age_days": facts.list_age_days, "previous": facts.previous}
    return made | {name: value for name, value in optional.items() if value is not None}


def tender_salt(salt: bytes) -> bytes:
    """The salt of the tender's commitment: kept by the requester, it opens the tender and no party line."""
    return hmac.digest(salt, b"tender", "sha256")


def commit_tender(tender: Mapping[str, object], salt: bytes) -> bytes:
    """SHA-256 over a ``tender_salt`` and the canonical tender."""
    return hashlib.sha256(salt + canonical.dumps(tender)).digest()


def build(made: Statement, sign: Callable[[bytes], bytes], key_id: str) -> bytes:
    """The receipt: canonical bytes of the statement and the signature over its head."""
    signature = {"alg": ALGORITHM, "kid": key_id, "value": sign(_head(made)).hex()}
    return canonical.dumps({"statement": made, "signature": signature})


def check(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> Statement:
    """The statement of a receipt that is byte for byte what a holder of one of ``keys`` signed.

    ``keys`` maps key id to raw public key. Refuses everything else as ``ReceiptRefused``, saying why.
    """
    document = _parse(data)
    made, signature = _fields(document)
    if signature["kid"] not in keys:
        raise ReceiptRefused("签名密钥不在所给公钥之中")
    if made["count"] != len(made["lines"]) or made["lines_root"] != merkle.root(_leaves(made["lines"])).hex():
        raise ReceiptRefused("各方结论与其根哈希不符")
    if not verify(keys[signature["kid"]], bytes.fromhex(signature["value"]), _head(made)):
        raise ReceiptRefused("签名不成立")
    return made


def explain(made: Statement) -> list[str]:
    """In Chinese: what a checked statement proves, each party's verdict, and what it does not prove."""
    entry = made["entry"]
    told = [
        f"证明：{made['issuer']} 于 {made['instant']}（协调世界时）作出本答复，此后一字未改。",
        f"答复的是 {made['on']} 当日的法律效力。",
        f"答复依据账本第 1 至第 {entry} 号记录，"
        + (f"其根哈希为 {made['root']}。" if made["root"] else "未附根哈希。"),
    ]
    if "list_age_days" in made:
        told.append(f"答复时所用名单距最近一次更新 {made['list_age_days']} 天。")
    if not made["complete"] or made["stale"]:
        missing = "、".join(map(str, made["stale"])) or "未列明"
        told.append(f"本答复不完整，下列来源未能查询或已陈旧：{missing}。")
    told += [_tell(line, entry) for line in made["lines"]]
    told += looks.tell(made)
    told.append(
        f"不证明：第 {entry} 号记录之后的情形、未进入账本的事实、当事人的信用状况；未查到只表示当时没有查到。"
    )
    return told


def _tell(line: Mapping[str, Any], entry: int) -> str:
    who = " ".join(str(line[part]) for part in ("ref", "name", "uscc") if line.get(part))
    verdict = VERDICTS.get(line.get("verdict", ""), VERDICTS["unchecked"]).format(entry=entry)
    reasons = [_reason(reason) for reason in line.get("reasons") or () if isinstance(reason, Mapping)]
    return f"{who}：{verdict}" + (f"（{'；'.join(reasons)}）。" if reasons else "。")


def _reason(reason: Mapping[str, Any]) -> str:
    named = {
        "ref": "联合体成员",
        "record": "记录",
        "revision": "版本",
        "measure": "措施",
        "basis": "依据",
        "until": "至",
    }
    told = [f"{label} {reason[name]}" for name, label in named.items() if reason.get(name) is not None]
    via = reason.get("via")
    if isinstance(via, Mapping):  # in the words of the source, and no other
        told.append(f"经由关系 {via.get('relation')}（{via.get('source')}：“{via.get('wording')}”）")
    return "，".join(told)


def _parse(data: bytes) -> object:
    try:
        document = json.loads(data.decode("utf-8"))
        is_canonical = canonical.dumps(document) == data
    except (ValueError, RecursionError, NotCanonical):
        raise ReceiptRefused("不是规范的 JSON") from None
    if not is_canonical:
        raise ReceiptRefused("字节与规范写法不一致")
    return document


def _fields(document: object) -> tuple[Statement, dict[str, str]]:
    if not isinstance(document, dict) or document.keys() != {"statement", "signature"}:
        raise ReceiptRefused("应只含 statement 与 signature")
    made, signature = document["statement"], document["signature"]
    if not isinstance(made, dict) or not _REQUIRED <= made.keys() <= _REQUIRED | _OPTIONAL:
        raise ReceiptRefused("statement 的字段不对")
    if (made["type"], made["version"]) != (TYPE, VERSION) or type(made["version"]) is not int:
        raise ReceiptRefused("不认识的回执类型或版本")
    if not isinstance(made["lines"], list) or not all(isinstance(line, dict) for line in made["lines"]):
        raise ReceiptRefused("lines 应为对象的列表")
    if not isinstance(signature, dict) or signature.keys() != _SIGNATURE_FIELDS:
        raise ReceiptRefused("signature 的字段不对")
    if not all(isinstance(value, str) for value in signature.values()) or signature["alg"] != ALGORITHM:
        raise ReceiptRefused("签名算法应为 Ed25519")
    if not _SIGNATURE.fullmatch(signature["value"]):
        raise ReceiptRefused("签名应为 128 位小写十六进制")
    return made, signature


def _head(made: Statement) -> bytes:
    return canonical.dumps({name: value for name, value in made.items() if name != "lines"})


def _leaves(lines: Sequence[object]) -> list[bytes]:
    return [merkle.leaf_hash(canonical.dumps(line)) for line in lines]


def _line(line: Mapping[str, object], salt: bytes, index: int) -> dict[str, object]:
    if len(salt) != SALT_BYTES:
        raise ValueError("a check's salt has 32 bytes")
    if not line.keys() <= LINE_FIELDS or line.get("verdict") not in VERDICTS:
        raise ReceiptRefused("结论行含有不得进入回执的字段")
    line_salt = hmac.digest(salt, b"line %d" % index, "sha256")[:_LINE_SALT_BYTES]
    return {**line, "salt": line_salt.hex()}
