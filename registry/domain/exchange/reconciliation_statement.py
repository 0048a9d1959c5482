"""Build and explain the signed statement of the outcome of a reconciliation. Pure.

It has numbers and digests only. Whoever holds either side's rows of that moment can work its digest out again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.labels import TRANSPORTS, label_for
from registry.domain.publication import canonical, signed_documents
from registry.domain.publication.signed_documents import Form, SignedDocument, Verify
from registry.refusals.content import ReceiptRefused

COUNTS = {
    "compared": "比较",
    "equal": "相同",
    "missing": "对方缺少",
    "stale": "对方版本较旧",
    "extra": "对方多出",
    "different": "内容不同",
    "repaired": "已安排补发",
    "recovered": "已从对方取回",
    "under_way": "正在发送途中",
    "refused": "对方待人工处理",
}
"""What is counted, in Chinese. compared = equal + missing + stale + different, extra beside; of missing and stale
``repaired`` are sent again, ``under_way`` wait for their answer already, ``refused`` wait for a person at the peer."""
_FIELDS = frozenset({"issuer", "instant", "peer", "transport", "epoch", "entry", "own", "theirs", "counts"})
FORM = Form("reconciliation-statement", 1, _FIELDS, ReceiptRefused)
FORM_OF_SECTOR = Form("reconciliation-statement", 2, _FIELDS | {"sector"}, ReceiptRefused)
"""The outcome for the records of one ``sector``."""


@dataclass(frozen=True)
class ReconciliationFacts:
    """With whom, over which transport and as of which entry holdings were compared; ``own`` and ``theirs``: digests
    (hex) of the two sheets. ``sector``: only records of this one were, None for all."""

    peer: str
    transport: str
    epoch: str
    entry: int
    own: str
    theirs: str
    counts: Mapping[str, int]
    sector: str | None = None


def build(facts: ReconciliationFacts, issuer: str, instant: str, sign: Callable[[bytes], bytes], key_id: str) -> bytes:
    """Sign a statement. ``instant`` as ``keyring.write_instant`` writes it."""
    statement = {
        "issuer": issuer,
        "instant": instant,
        "peer": facts.peer,
        "transport": facts.transport,
        "epoch": facts.epoch,
        "entry": facts.entry,
        "own": facts.own,
        "theirs": facts.theirs,
        "counts": dict(facts.counts),
    }
    if facts.sector is None:
        return signed_documents.build(FORM, statement, sign, key_id)
    return signed_documents.build(FORM_OF_SECTOR, {**statement, "sector": facts.sector}, sign, key_id)


def is_statement(data: bytes) -> bool:
    """Whether bytes claim to be a statement of a reconciliation."""
    return signed_documents.claims(FORM, data)


def parse_statement(data: bytes, keys: Mapping[str, bytes], verify: Verify) -> SignedDocument:
    """Verify a statement. Refuses ``ReceiptRefused``, also one whose counts and digests contradict each other."""
    form = FORM_OF_SECTOR if f'"version":{FORM_OF_SECTOR.version}'.encode() in data else FORM
    document = signed_documents.parse(form, data, keys, verify)
    statement, counts = document.statement, document.statement["counts"]
    is_counted = isinstance(counts, dict) and counts.keys() == COUNTS.keys()
    if not is_counted or not all(type(number) is int and number >= 0 for number in counts.values()):
        raise ReceiptRefused("计数的字段不对")
    if counts["compared"] != counts["equal"] + counts["missing"] + counts["stale"] + counts["different"]:
        raise ReceiptRefused("计数前后不符")
    if not all(canonical.is_hex(statement[side], 64) for side in ("own", "theirs")):
        raise ReceiptRefused("摘要应为 64 位小写十六进制")
    if (statement["own"] == statement["theirs"]) != is_equal(counts):
        raise ReceiptRefused("计数与摘要不符")
    return document


def facts_of(data: bytes) -> dict[str, Any]:
    """The statement of a document that this node signed and kept itself; its signature is not looked at."""
    document: Any = canonical.loads(data)
    statement: dict[str, Any] = document["statement"]
    return statement


def is_equal(counts: Mapping[str, int]) -> bool:
    """Whether both sides held the same."""
    return not any(counts[name] for name in ("missing", "stale", "extra", "different"))


def explain(statement: Mapping[str, Any]) -> list[str]:
    """Explain a verified statement: what was compared, and what came of it."""
    transport = label_for(TRANSPORTS, statement["transport"])
    counts = "，".join(f"{name} {statement['counts'][code]} 条" for code, name in COUNTS.items())
    outcome = "双方所存一致。" if is_equal(statement["counts"]) else "双方所存不一致。"
    part = f"就领域 {statement['sector']} 的记录" if "sector" in statement else ""
    return [
        f"证明：{statement['issuer']} 于 {statement['instant']}（协调世界时）与 {statement['peer']} "
        f"经{transport}{part}对账，"
        f"以账本第 {statement['entry']} 号记录为准（纪元 {statement['epoch']}）。",
        f"{outcome}{counts}。",
        f"己方摘要 {statement['own']}，对方摘要 {statement['theirs']}。",
    ]
