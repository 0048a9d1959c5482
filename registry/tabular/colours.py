"""Tell whether a text is seen: the colours of font and fill in workbooks (ECMA-376 18.8.3, 18.8.27)."""

import re
from collections.abc import Mapping

from lxml import etree

_INDEXED = (
    "000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF" * 2
    + "8000000080000000808080008000800080" + "80C0C0C0808080"
    + "9999FF993366FFFFCCCCFFFF660066FF80800066CCCCCCFF000080FF00FFFFFF0000FFFF80008080000000808000" + "00FF"
    + "00CCFFCCFFFFCCFFCCFFFF9999CCFFFF99CCCC99FFFFCC993366FF33CCCC99CC00FFCC00FF9900FF6600666699969696"
    + "003366339966003300333300993300993366333399333333"
)  # fmt: skip
INDEXED = tuple(_INDEXED[place : place + 6] for place in range(0, len(_INDEXED), 6))
"""The colours by their old numbers, as RRGGBB."""
WHITE, BLACK = "FFFFFF", "000000"
_THEME = {"0": WHITE, "1": BLACK}
"""Background and text of a theme; its other colours are never white on white."""
_WHITE_FORMAT = re.compile(r"\[(?:white|白色?|color\s*2)\]", re.IGNORECASE)


def colour(element: etree._Element | Mapping[str, str] | None, default: str) -> str:
    """A colour, of an element or its attributes, as RRGGBB; empty when it is not known which."""
    if element is None or element.get("auto") in ("1", "true"):
        return default
    rgb, theme, index = element.get("rgb", ""), element.get("theme"), element.get("indexed", "")
    if re.fullmatch("[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?", rgb):
        return _tinted(rgb[-6:].upper(), element.get("tint", "0"))
    if theme is not None:
        return _tinted(_THEME[theme], element.get("tint", "0")) if theme in _THEME else ""
    if index.isascii() and index.isdigit():
        return INDEXED[int(index)] if int(index) < len(INDEXED) else {"64": BLACK, "65": WHITE}.get(index, "")
    return default


def fill_colour(fill: etree._Element | None) -> str:
    """The colour of a fill; white when there is none, empty for patterns and gradients."""
    pattern = fill.find("{*}patternFill") if fill is not None else None
    if pattern is None:
        return WHITE if fill is None or fill.find("{*}gradientFill") is None else ""
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    return colour(pattern.find("{*}fgColor"), BLACK) if kind == "solid" else ""


def is_unseen(font: str, fill: str, code: str = "") -> bool:
    """Whether a text of this colour cannot be read on this fill; ``code``: its number format, which may colour it."""
    if _WHITE_FORMAT.search(code):
        font = WHITE
    if not font or not fill:
        return False
    return all(abs(a - b) < 24 for a, b in zip(bytes.fromhex(font), bytes.fromhex(fill), strict=True))


def _tinted(rgb: str, tint: str) -> str:
    """A colour made lighter (tint above 0) or darker."""
    try:
        share = float(tint)
    except ValueError:
        return ""
    if not -1 <= share <= 1:
        return ""
    parts = (part * (1 + share) if share < 0 else part + (255 - part) * share for part in bytes.fromhex(rgb))
    return bytes(map(round, parts)).hex().upper()
