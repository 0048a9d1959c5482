"""Offline verification of a receipt: no database, no network, no web framework."""

import json
from pathlib import Path
from typing import Any

from registry.domain import looks, receipts
from registry.refusals.content import KeysMalformed, ReceiptRefused
from registry.signing import read_public_keys, verify


def verify_files(receipt: Path, keys: Path, previous: Path | None = None) -> dict[str, Any]:
    """Check the receipt file against a ``public_keys_document`` file.

    With ``previous``, the receipt of the look before it, also what changed between the two is worked out again.
    Returns ``{"statement": …, "explanation": [Chinese lines]}``. Refuses as ``ReceiptRefused`` or
    ``KeysMalformed``.
    """
    trusted = read_public_keys(_load_keys(keys))
    made = _checked(receipt, trusted)
    told = receipts.explain(made)
    if previous is not None:
        told += looks.compare(made, _checked(previous, trusted))
    return {"statement": made, "explanation": told}


def _checked(receipt: Path, trusted: dict[str, bytes]) -> receipts.Statement:
    try:
        data = receipt.read_bytes()
    except OSError:
        raise ReceiptRefused("回执文件无法读取") from None
    return receipts.check(data, trusted, verify)


def _load_keys(keys: Path) -> object:
    try:
        return json.loads(keys.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise KeysMalformed("公钥文件不是可读的 JSON") from None
