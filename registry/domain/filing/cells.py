"""Parse and validate the text cells of a filed row: characters, days, amounts."""

import datetime as dt
import re

from registry.errors import Fault
from registry.refusals.content import AmountMalformed, DateMalformed

MAX_CELL = 32_767
MAX_FEN = 10**12
FEN_PER_WAN = 1_000_000

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls other than tab and line ends
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"  # invisible, or turning
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # fillers, tags
    "\ud800-\udfff\ufffd-\uffff]"  # halves of characters, and what stands for a character already lost
)
_FULL_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for code in range(*span)}
    | {0x3000: 0x20, 0xA0: 0x20}
)
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ\u3000\xa0]")
_DAY = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})(\d\d)(\d\d)|(\d{4})年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?)?",
    re.ASCII,
)
_AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d{1,20}))?", re.ASCII)


def pointer(name: str) -> str:
    """JSON pointer of a column or field (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def is_forbidden(text: str) -> bool:
    """Whether the text contains control, invisible or direction-changing characters."""
    return not (text.isascii() and text.isprintable()) and _FORBIDDEN.search(text) is not None


def text_faults(name: str, text: str) -> list[Fault]:
    """Faults of a cell's text, whatever its column: forbidden characters, excessive length."""
    faults: list[Fault] = []
    if not text or (len(text) <= MAX_CELL and not is_forbidden(text)):
        return faults
    if is_forbidden(text):
        faults.append(Fault(pointer(name), "forbidden-character", "含有控制字符、不可见字符或方向控制字符"))
    if len(text) > MAX_CELL:
        faults.append(Fault(pointer(name), "cell-too-long", f"超过 {MAX_CELL} 个字符"))
    return faults


def tidy(text: str) -> str:
    """Convert letters, digits and blanks to half width and strip blanks; the rest stays as filed."""
    return (text.translate(_FULL_WIDTH) if _WIDE.search(text) else text).strip()


def day(text: str) -> dt.date:
    """Parse a calendar day: 2026/11/20, 2026-11-20, 20261120 or 2026年11月20日; a time of day after it is dropped.

    Refuses with ``DateMalformed``.
    """
    match = _DAY.fullmatch(tidy(text))
    if not match:
        raise DateMalformed
    year, month, number = (int(part) for part in match.groups() if part is not None)
    try:
        return dt.date(year, month, number)
    except ValueError:
        raise DateMalformed from None


def fen(text: str) -> int:
    """Parse an amount in 万元 to integer fen, exactly: the sixth decimal of 万元 is one fen.

    Refuses with ``AmountMalformed`` what is negative, no plain number, finer than a fen or above ``MAX_FEN``.
    """
    match = _AMOUNT.fullmatch(tidy(text))
    if not match:
        raise AmountMalformed
    whole, decimals = match[1], (match[2] or "").rstrip("0")
    if len(decimals) > 6:
        raise AmountMalformed
    amount = int(whole) * FEN_PER_WAN + int(decimals.ljust(6, "0"))
    if amount > MAX_FEN:
        raise AmountMalformed
    return amount


def wan(amount_fen: int) -> str:
    """Format integer fen as 万元 with six decimals, as ``fen`` parses it."""
    return f"{amount_fen // FEN_PER_WAN}.{amount_fen % FEN_PER_WAN:06d}"
