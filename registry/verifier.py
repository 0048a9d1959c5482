"""Verify a receipt offline: no database, no network, no web framework; Python and ``cryptography`` only.

Run ``python -m registry.verifier RECEIPT --keys KEYS`` on a machine that has nothing else.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.domain.cases import relief_certificate
from registry.domain.checks import comparison, credit_report, credit_report_words, receipts, reviews
from registry.domain.checks.explanation import explain, explain_covered
from registry.domain.checks.receipts import GenuineReceipt, Statement
from registry.domain.exchange import reconciliation_statement
from registry.domain.publication import consistency_proof, cosignatures, keyring
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Key, Keyring
from registry.domain.publication.signed_documents import SignedDocument
from registry.errors import Invalid, Refusal
from registry.keys import sm2
from registry.keys.signing import verify
from registry.phrases import Phrase, followed, joined
from registry.refusals.content import KeysMalformed, NoteRefused, ReceiptRefused, ReviewDecisionRefused


def prove_decisions(receipt: bytes, decisions: Iterable[bytes], ring: Keyring) -> list[str]:
    """Verify decisions on the reviews of a genuine receipt, in Chinese: each of them, and what is left undecided.

    Refuses ``ReviewDecisionRefused`` what is not genuine, was signed outside the validity of its key or by a revoked
    one, or is about something else.
    """
    statement = receipts.split_receipt(receipt)[0]
    found = [_prove_decision(receipt, statement, data, ring) for data in decisions]
    superseded = {decision["supersedes"] for decision, _ in found}
    texts = []
    for decision, item in sorted(found, key=lambda pair: (pair[1].number, pair[0]["instant"])):
        ended = "（已被后来的判定取代）" if decision["decision"] in superseded else ""
        texts.append(followed(ended, reviews.describe_decision(decision, item, statement["check"])))
    decided = {item.number for _, item in found}
    undecided = [item for item in reviews.find_items(statement) if item.number not in decided]
    if undecided:
        numbers = joined((str(item.number) for item in undecided), "、")
        message = "所附判定之外，尚有 %(count)s 项须人工核实：第 %(numbers)s 项。"
        texts.append(Phrase(message, count=len(undecided), numbers=numbers))
    return texts


def _prove_decision(
    receipt: bytes, statement: Statement, data: bytes, ring: Keyring
) -> tuple[dict[str, Any], reviews.ReviewItem]:
    decision = reviews.parse_decision(data, ring.publics(), verify)
    _require_signing_key(decision, ring, ReviewDecisionRefused)
    return decision.statement, reviews.find_item(decision.statement, receipt, statement)


def prove(data: bytes, ring: Keyring, cover: Cover | None = None) -> dict[str, Any]:
    """Verify a receipt, or an excerpt of one, under the keys of its issuer.

    Returns ``{"statement": …, "explanation": [Chinese lines], "witnesses": {names, count, required}}``.
    Refuses as ``ReceiptRefused`` what is not genuine,
    what was answered at an instant at which its key was not the signing key, and what a revoked key signed, unless
    ``cover`` shows that its ledger is under a checkpoint of another key: then only that is proven, and explained.
    A credit report, a certificate and a statement of a reconciliation are verified likewise; under a revoked key they
    prove nothing.
    """
    if credit_report.is_report(data):
        return _prove_report(data, ring, cover)
    if relief_certificate.is_certificate(data):
        return _prove_certificate(data, ring)
    if reconciliation_statement.is_statement(data):
        return _prove_reconciliation(data, ring)
    receipt = receipts.parse_receipt(data, ring.publics(), verify)
    statement, key = receipt.statement, ring.key(receipt.kid)
    if key is None or statement["issuer"] != ring.node:
        raise ReceiptRefused("回执与公钥不属于同一个节点")
    try:
        was_signing_key = ring.was_signing_key(key.kid, keyring.read_instant(statement["instant"]))
    except (TypeError, ValueError):
        raise ReceiptRefused("答复的时刻格式不对") from None
    if not was_signing_key:
        raise ReceiptRefused("作出答复的时刻不在签名密钥的有效期内")
    witnesses = _count_witnesses(statement, ring, cover)
    if key.revoked_at:
        explanation = _explain_cover(statement, ring, key, cover)
    else:
        explanation = [*explain(statement), _describe_key(ring, key)]
    explanation += _describe_second(ring, receipt)
    return {"statement": statement, "explanation": [*explanation, *witnesses.words], "witnesses": witnesses.data()}


def _prove_report(data: bytes, ring: Keyring, cover: Cover | None) -> dict[str, Any]:
    document = credit_report.parse_report(data, ring.publics(), verify)
    statement, key = document.statement, _require_signing_key(document, ring, ReceiptRefused)
    witnesses = _count_witnesses(statement, ring, cover)
    explanation = [*credit_report_words.explain(statement), _describe_key(ring, key), *witnesses.words]
    return {"statement": statement, "explanation": explanation, "witnesses": witnesses.data()}


def _prove_certificate(data: bytes, ring: Keyring) -> dict[str, Any]:
    document = relief_certificate.parse_certificate(data, ring.publics(), verify)
    key = _require_signing_key(document, ring, ReceiptRefused)
    explanation = [*relief_certificate.explain(document.statement), _describe_key(ring, key)]
    return {"statement": document.statement, "explanation": explanation, "witnesses": _Witnesses().data()}


def _prove_reconciliation(data: bytes, ring: Keyring) -> dict[str, Any]:
    document = reconciliation_statement.parse_statement(data, ring.publics(), verify)
    key = _require_signing_key(document, ring, ReceiptRefused)
    explanation = [*reconciliation_statement.explain(document.statement), _describe_key(ring, key)]
    return {"statement": document.statement, "explanation": explanation, "witnesses": _Witnesses().data()}


def _require_signing_key(document: SignedDocument, ring: Keyring, refusal: type[Invalid]) -> Key:
    """The key of a genuine document: the signing key of its node at its instant, and not revoked."""
    key = ring.key(document.kid)
    try:
        was_signing_key = ring.was_signing_key(document.kid, keyring.read_instant(document.statement["instant"]))
    except (TypeError, ValueError):
        raise refusal("时刻的格式不对") from None
    if key is None or document.statement["issuer"] != ring.node:
        raise refusal("文件与公钥不属于同一个节点")
    if key.revoked_at or not was_signing_key:
        raise refusal("签名的时刻不在签名密钥的有效期内，或者密钥已被撤销")
    return key


@dataclass(frozen=True)
class _Witnesses:
    """The independent witnesses behind a receipt's ledger, how many the policy wants, and what to say of them."""

    names: tuple[str, ...] = ()
    required: int = 0
    words: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        return {"names": list(self.names), "count": len(self.names), "required": self.required}


def _count_witnesses(statement: Statement, ring: Keyring, cover: Cover | None) -> _Witnesses:
    """Count the witnesses that cosigned the checkpoint over a receipt's ledger.

    A receipt is made between two checkpoints, so its cover comes afterwards. Refuses ``ReceiptRefused`` a cover that
    does not continue the receipt's ledger, or has a forged cosignature.
    """
    root, policy = statement["root"], ring.policy
    required = policy.required if policy else 0
    if cover is None or not consistency_proof.is_hash(root) or type(statement["entry"]) is not int:
        reason = (
            "回执未载账本根哈希" if root is None else "未出示作出答复之后的检查点，可向签发节点索取（receipt cover）"
        )
        none = Phrase("独立见证方 0 个，公钥文件要求 %(required)s 个：%(reason)s。", required=required, reason=reason)
        words = (none,) if policy else ()
        return _Witnesses((), required, words)
    checkpoint, _ = consistency_proof.extent(cover, ring, statement["entry"], bytes.fromhex(root), verify)
    if policy is None:
        under = Phrase(
            "账本在 %(origin)s 的 %(size)s 条记录的检查点之下。", origin=checkpoint.origin, size=checkpoint.size
        )
        return _Witnesses(words=(under,))
    try:
        names = tuple(sorted(cosignatures.witnesses_of(cover.note, policy.keys, verify)))
    except NoteRefused as refusal:
        raise ReceiptRefused(refusal.detail) from None
    verdict = "已达到" if len(names) >= required else "尚未达到"
    counted = Phrase(
        "账本在 %(origin)s 的 %(size)s 条记录的检查点之下，由 %(count)s 个独立见证方共同签名（%(names)s），"
        "%(verdict)s公钥文件要求的 %(required)s 个。",
        origin=checkpoint.origin,
        size=checkpoint.size,
        count=len(names),
        names=joined(names, "、") or "无",
        verdict=verdict,
        required=required,
    )
    return _Witnesses(names, required, (counted,))


def _describe_key(ring: Keyring, key: Key) -> str:
    """Which key signed, and until when it was the signing key."""
    until = ring.until(key.kid)
    state = Phrase("已于 %(until)s 停用，作出答复时尚在使用", until=until) if until else "为该节点现用密钥"
    return Phrase(
        "签名密钥 %(key)s，%(state)s。公钥文件由密钥 %(newest)s 签名；此后的撤销不在其中，请以最新文件核对。",
        key=key.kid,
        state=state,
        newest=ring.newest.kid,
    )


def _describe_second(ring: Keyring, receipt: GenuineReceipt) -> list[str]:
    """What stands behind the second signature, where there is one and it can be verified here. Refuses
    ``ReceiptRefused`` one that is not genuine."""
    if receipt.second is None:
        return []
    kid, (data, signature) = receipt.statement["second"], receipt.second
    public = ring.second_key(kid)
    if public is None or not sm2.is_available():
        reason = "其公钥不在公钥文件中" if public is None else "本机没有 openssl"
        return [Phrase("另有 SM2 签名（密钥 %(key)s），%(reason)s，没有核验；不影响上述签名。", key=kid, reason=reason)]
    if not sm2.verify(public, signature, data):
        raise ReceiptRefused("SM2 签名不成立")
    return [Phrase("另由密钥 %(key)s 以 SM2 签名，签名成立。", key=kid)]


def _explain_cover(statement: Statement, ring: Keyring, key: Key, cover: Cover | None) -> list[str]:
    revocation = Phrase(
        "密钥 %(key)s，%(revoked_at)s，%(because)s",
        key=key.kid,
        revoked_at=key.revoked_at,
        because=key.revoked_because,
    )
    if cover is None or not consistency_proof.is_hash(statement["root"]) or type(statement["entry"]) is not int:
        raise ReceiptRefused(
            Phrase("签名密钥已被撤销（%(revocation)s），且没有证明其账本的检查点", revocation=revocation)
        )
    checkpoint, good_key = consistency_proof.extent(
        cover, ring, statement["entry"], bytes.fromhex(statement["root"]), verify
    )
    extent = Phrase(
        "第 1 至第 %(entry)s 号记录的账本在由密钥 %(key)s 签名的 %(size)s 条记录的账本之下"
        "（revoked: proven only as far as entry %(entry)s is under the ledger signed by %(key)s）。",
        entry=statement["entry"],
        key=good_key.kid,
        size=checkpoint.size,
    )
    return explain_covered(statement, revocation, extent)


def verify_files(
    receipt: Path, keys: Path, previous: Path | None = None, cover: Path | None = None, trusted: str = ""
) -> dict[str, Any]:
    """Verify a receipt file with a file of public keys; see ``verify_data``."""
    return verify_data(_read_file(receipt, ReceiptRefused("回执文件无法读取")), keys, previous, cover, trusted)


def verify_data(
    data: bytes,
    keys: Path,
    previous: Path | None = None,
    cover: Path | None = None,
    trusted: str = "",
    decisions: Iterable[bytes] = (),
) -> dict[str, Any]:
    """Verify a receipt or credit report with a file of public keys, and with a cover file where its key was revoked.

    With ``previous``, the receipt of the check before it, also what changed between the two is worked out again.
    ``decisions``: the signed decisions on its reviews that came with it. ``trusted``, if given, is the id or the whole
    of a public key that must be among the keys. Refuses as ``ReceiptRefused``, ``ReviewDecisionRefused`` or
    ``KeysMalformed``.
    """
    ring = keyring.parse_keyring(_read_file(keys, KeysMalformed("公钥文件无法读取")), verify)
    if trusted and not any(trusted in (key.kid, key.public.hex()) for key in ring.keys):
        raise KeysMalformed("公钥文件中没有所信任的公钥")
    parsed_cover = (
        consistency_proof.parse_cover(_read_file(cover, ReceiptRefused("账本证明无法读取"))) if cover else None
    )
    result = prove(data, ring, parsed_cover)
    if previous:
        previous_data = _read_file(previous, ReceiptRefused("回执文件无法读取"))
        result["explanation"] += comparison.compare(result["statement"], prove(previous_data, ring)["statement"])
    if decisions:
        result["explanation"] += prove_decisions(data, decisions, ring)
    return result


def _read_file(path: Path, refusal: Refusal) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise refusal from None


def main(arguments: list[str] | None = None) -> int:
    """Print what a receipt proves and exit 0, or print why it is refused and exit 1."""
    parser = argparse.ArgumentParser(prog="python -m registry.verifier", description=main.__doc__)
    parser.add_argument("receipt", type=Path, help="receipt, or the excerpt for one party (JSON)")
    parser.add_argument("--keys", type=Path, required=True, help="public keys, as `registry keys --out` writes them")
    parser.add_argument("--previous", type=Path, help="receipt of the look before: work out again what changed")
    parser.add_argument("--cover", type=Path, help="later checkpoint: `registry receipt cover` writes it")
    parser.add_argument("--trust", default="", metavar="KEY", help="id or hex of a key that must be among the keys")
    options = parser.parse_args(arguments)
    try:
        result = verify_files(options.receipt, options.keys, options.previous, options.cover, options.trust)
    except Refusal as refusal:
        print(f"{refusal.code}: {refusal.title}\n  {refusal.detail}", file=sys.stderr)
        return 1
    print("\n".join(result["explanation"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
