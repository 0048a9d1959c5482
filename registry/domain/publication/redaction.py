"""Redact free text for the public: numbers that identify or reach a person are blotted out."""

import re
from typing import Any

from registry.domain.identifiers.personal_numbers import personal_spans

_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
BLOT = "［已隐去］"


def blot(text: str) -> str:
    """Replace numbers of identity documents, telephones and payment cards in a text by ``BLOT``.

    Source: 个人信息保护法 28, 34; 政府信息公开条例 15. An organisation's code stays, as does a text that is one digest
    or record id.
    """
    if len(text) in (32, 64) and _DIGEST.fullmatch(text):
        return text
    spans = personal_spans(text)
    for start, end in reversed(spans):
        text = text[:start] + BLOT + text[end:]
    return text


def blot_all(value: Any) -> Any:
    """Apply ``blot`` to every string inside a JSON value."""
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, list):
        return [blot_all(item) for item in value]
    if isinstance(value, dict):
        return {name: blot_all(item) for name, item in value.items()}
    return value
