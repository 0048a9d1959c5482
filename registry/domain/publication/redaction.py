"""Redact free text for the public: numbers that identify or reach a person are blotted out."""

import re
from typing import Any

from registry.domain import identifiers
from registry.errors import Invalid

_MONTH_DAY = r"(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12]\d|3[01])"
# Only a digit next to it makes a number another number: letters such as 'Tel' or 'No' stand before real ones.
_PERSONAL = re.compile(
    r"(?<!\d)"
    rf"(?:[1-8]\d{{5}}[ -]?(?:19|20)\d{{2}}[ -]?{_MONTH_DAY}[ -]?\d{{3}}[\dXx]"  # resident ID, 18
    rf"|[1-8]\d{{5}}[ -]?\d{{2}}[ -]?{_MONTH_DAY}[ -]?\d{{3}}"  # resident ID, 15
    r"|(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # mobile telephone
    r"|62\d\d(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?)"  # bank card
    r"(?!\d)",
    re.ASCII,
)
_RUN = re.compile(r"[0-9A-Za-z]+")
_DIGEST = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ－–—＋\u3000\u00a0", "0123456789Xx---+  ")
BLOT = "［已隐去］"


def blot(text: str) -> str:
    """Replace identity, telephone and bank-card numbers in a text by ``BLOT``.

    Source: 个人信息保护法 28, 34; 政府信息公开条例 15. The search also finds numbers typed in full width, in
    groups, or next to letters. An organisation's code stays, as does a text that is one digest or record id.
    """
    if _DIGEST.fullmatch(text):
        return text
    searched = text.translate(_HALF_WIDTH)
    spans = [match.span() for match in _PERSONAL.finditer(searched)]
    codes = _organisation_codes(searched) if spans else []
    for start, end in reversed(spans):
        if not any(first <= start and end <= last for first, last in codes):
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


def _organisation_codes(text: str) -> list[tuple[int, int]]:
    """Positions of whole codes with a correct check character: their digits may look like a telephone number."""
    return [match.span() for match in _RUN.finditer(text) if _is_organisation_code(match[0])]


def _is_organisation_code(run: str) -> bool:
    try:
        identifiers.uscc(run)
    except Invalid:
        return False
    try:
        identifiers.resident_id(run)
    except Invalid:
        return True
    return False  # one resident number in thirty-one passes for a code too
