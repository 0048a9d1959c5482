"""Offline verification of a receipt: no database, no network, no web framework; Python and ``cryptography`` only.

``python -m registry.verifier RECEIPT --keys KEYS`` is the whole of it for a machine that has nothing else.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from registry.domain.checks import comparison, receipts
from registry.domain.checks.explanation import explain, explain_covered
from registry.domain.checks.receipts import Statement
from registry.domain.publication import consistency_proof, keyring
from registry.domain.publication.consistency_proof import Cover
from registry.domain.publication.keyring import Key, Keyring
from registry.errors import Refusal
from registry.refusals.content import KeysMalformed, ReceiptRefused
from registry.signing import verify


def prove(data: bytes, ring: Keyring, cover: Cover | None = None) -> dict[str, Any]:
    """What a receipt or an excerpt of one proves under the keys of its issuer.

    Returns ``{"statement": …, "explanation": [Chinese lines]}``. Refuses as ``ReceiptRefused`` what is not genuine,
    what was answered at an instant at which its key was not the signing key, and what a revoked key signed, unless
    ``cover`` shows that its ledger is under a checkpoint of another key: then only that is proven, and said.
    """
    found = receipts.parse_receipt(data, ring.publics(), verify)
    made, key = found.statement, ring.key(found.kid)
    if key is None or made["issuer"] != ring.node:
        raise ReceiptRefused("回执与公钥不属于同一个节点")
    try:
        held = ring.held(key.kid, keyring.read_instant(made["instant"]))
    except (TypeError, ValueError):
        raise ReceiptRefused("答复的时刻格式不对") from None
    if not held:
        raise ReceiptRefused("作出答复的时刻不在签名密钥的有效期内")
    if key.revoked_at:
        return {"statement": made, "explanation": _covered(made, ring, key, cover)}
    return {"statement": made, "explanation": [*explain(made), _whose(ring, key)]}


def _whose(ring: Keyring, key: Key) -> str:
    """Under which key, and what became of it since."""
    until = ring.until(key.kid)
    state = f"已于 {until} 停用，作出答复时尚在使用" if until else "为该节点现用密钥"
    return f"签名密钥 {key.kid}，{state}。公钥文件由密钥 {ring.newest.kid} 签名；此后的撤销不在其中，请以最新文件核对。"


def _covered(made: Statement, ring: Keyring, key: Key, cover: Cover | None) -> list[str]:
    why = f"密钥 {key.kid}，{key.revoked_at}，{key.revoked_because}"
    if cover is None or not consistency_proof.is_hash(made["root"]) or type(made["entry"]) is not int:
        raise ReceiptRefused(f"签名密钥已被撤销（{why}），且没有证明其账本的检查点")
    checkpoint, good = consistency_proof.extent(cover, ring, made["entry"], bytes.fromhex(made["root"]), verify)
    extent = (
        f"第 1 至第 {made['entry']} 号记录的账本在由密钥 {good.kid} 签名的 {checkpoint.size} 条记录的账本之下"
        f"（revoked: proven only as far as entry {made['entry']} is under the ledger signed by {good.kid}）。"
    )
    return explain_covered(made, why, extent)


def verify_files(
    receipt: Path, keys: Path, previous: Path | None = None, cover: Path | None = None, trusted: str = ""
) -> dict[str, Any]:
    """Prove a receipt file by a file of public keys, and by a cover file where its key was revoked.

    With ``previous``, the receipt of the look before it, also what changed between the two is worked out again.
    ``trusted``, if given, is the id or the whole of a public key that must be among the keys. Refuses as
    ``ReceiptRefused`` or ``KeysMalformed``.
    """
    ring = keyring.parse_keyring(_bytes(keys, KeysMalformed("公钥文件无法读取")), verify)
    if trusted and not any(trusted in (key.kid, key.public.hex()) for key in ring.keys):
        raise KeysMalformed("公钥文件中没有所信任的公钥")
    data, before = (_bytes(path, ReceiptRefused("回执文件无法读取")) if path else b"" for path in (receipt, previous))
    shown = consistency_proof.parse_cover(_bytes(cover, ReceiptRefused("账本证明无法读取"))) if cover else None
    found = prove(data, ring, shown)
    if previous:
        found["explanation"] += comparison.compare(found["statement"], prove(before, ring)["statement"])
    return found


def _bytes(path: Path, refusal: Refusal) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise refusal from None


def main(arguments: list[str] | None = None) -> int:
    """The command: prints what is proven and exits 0, or says why not and exits 1."""
    parser = argparse.ArgumentParser(prog="python -m registry.verifier", description=main.__doc__)
    parser.add_argument("receipt", type=Path, help="receipt, or the excerpt for one party (JSON)")
    parser.add_argument("--keys", type=Path, required=True, help="public keys, as `registry keys --out` writes them")
    parser.add_argument("--previous", type=Path, help="receipt of the look before: work out again what changed")
    parser.add_argument("--cover", type=Path, help="where the key was revoked: `registry receipt cover` writes it")
    parser.add_argument("--trust", default="", metavar="KEY", help="id or hex of a key that must be among the keys")
    given = parser.parse_args(arguments)
    try:
        found = verify_files(given.receipt, given.keys, given.previous, given.cover, given.trust)
    except Refusal as refusal:
        print(f"{refusal.code}: {refusal.title}\n  {refusal.detail}", file=sys.stderr)
        return 1
    print("\n".join(found["explanation"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
