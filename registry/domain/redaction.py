"""What an outsider may read of free text: numbers that identify or reach a person are blotted out."""

import re
from typing import Any

_BOUNDARY_BEFORE, _BOUNDARY_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_PERSONAL = re.compile(
    _BOUNDARY_BEFORE
    + r"(?:[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"  # resident ID, 18
    + r"|[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"  # resident ID, 15
    + r"|(?:\+?86)?1[3-9]\d{9}"  # mobile telephone
    + r"|62\d{14,17})"  # bank card
    + _BOUNDARY_AFTER,
    re.ASCII,
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
BLOT = "［已隐去］"


def blot(text: str) -> str:
    """The text with identity, telephone and bank-card numbers replaced by ``BLOT``.

    Source: 个人信息保护法 28, 34; 政府信息公开条例 15. The search also sees numbers typed in full width.
    """
    spans = [match.span() for match in _PERSONAL.finditer(text.translate(_FULL_WIDTH))]
    for start, end in reversed(spans):
        text = text[:start] + BLOT + text[end:]
    return text


def blot_all(value: Any) -> Any:
    """``blot`` every string inside a JSON value."""
    if isinstance(value, str):
        return blot(value)
    if isinstance(value, list):
        return [blot_all(item) for item in value]
    if isinstance(value, dict):
        return {name: blot_all(item) for name, item in value.items()}
    return value
