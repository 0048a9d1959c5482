"""Offline verification of a receipt: no database, no network, no web framework."""

import json
from pathlib import Path
from typing import Any

from registry.domain import receipts
from registry.refusals.content import KeysMalformed, ReceiptRefused
from registry.signing import read_public_keys, verify


def verify_files(receipt: Path, keys: Path) -> dict[str, Any]:
    """Check the receipt file against a ``public_keys_document`` file.

    Returns ``{"statement": …, "explanation": [Chinese lines]}``. Refuses as ``ReceiptRefused`` or
    ``KeysMalformed``.
    """
    trusted = read_public_keys(_load_keys(keys))
    try:
        data = receipt.read_bytes()
    except OSError:
        raise ReceiptRefused("回执文件无法读取") from None
    made = receipts.check(data, trusted, verify)
    return {"statement": made, "explanation": receipts.explain(made)}


def _load_keys(keys: Path) -> object:
    try:
        return json.loads(keys.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise KeysMalformed("公钥文件不是可读的 JSON") from None
