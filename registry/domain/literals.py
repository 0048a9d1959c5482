"""Parse days and whole numbers exactly as interfaces write them; Python's own readers take more than is meant.

``date.fromisoformat`` takes 2026-W48-6 and 20261128, ``int`` takes 1_0, +5 and digits of other scripts.
"""

import datetime as dt
import re
from urllib.parse import unquote_to_bytes

from registry.phrases import Phrase

DIGITS_MAX = 15
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(rf"-?[0-9]{{1,{DIGITS_MAX}}}")


def is_utf8_query(query: bytes) -> bool:
    """Whether a query string, percent-encoded, is text in UTF-8: what an old form sends in GBK is not."""
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def iso_day(text: str) -> dt.date:
    """A day written 2026-11-28; ValueError for any other text and for a day that no calendar has."""
    if not _DAY.fullmatch(text):
        raise ValueError("not a day such as 2026-11-28")
    return dt.date.fromisoformat(text)


def chinese_day(text: str) -> str:
    """A day written 2026-03-05 as people write it, 2026年3月5日."""
    day = iso_day(text)
    return Phrase("%(year)d年%(month)d月%(day)d日", year=day.year, month=day.month, day=day.day)


def row_number(text: str) -> int | None:
    """A number that this registry gave, as a path or a token has it; None for any other text."""
    return int(text) if _WHOLE.fullmatch(text) and text[0] != "-" else None


def whole_number(text: str) -> int:
    """A whole number of at most 15 digits; ValueError for any other text."""
    if not _WHOLE.fullmatch(text):
        raise ValueError("not a whole number")
    return int(text)
