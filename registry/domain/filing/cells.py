"""Parse and validate the text cells of a filed row: characters, days, amounts."""

import datetime as dt
import re
import unicodedata

from registry.domain.filing import amounts, numerals
from registry.domain.filing.amounts import FEN_PER_WAN
from registry.errors import Fault
from registry.refusals.content import DateMalformed

MAX_CELL = 32_767

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls other than tab and line ends
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad"  # invisible, or turning the direction round
    # The rest of Unicode's Default_Ignorable_Code_Point, and the blank Braille pattern: nobody sees them.
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff\ufffd-\uffff]"  # halves of characters, and what stands for a character already lost
)
_FULL_WIDTH = str.maketrans(
    {code: code - 0xFEE0 for span in ((0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B)) for code in range(*span)}
    | {0x3000: 0x20, 0xA0: 0x20}
)
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ\u3000\xa0]")
_LINE_END = re.compile(r"(?:_x000D_)?\r?\n|_x000[AaDd]_|\r")
_ESCAPED_TAB = "_x0009_"
_TIME = r"(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:\+08:?00)?)?"
_DAY = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})\.(\d{1,2})\.(\d{1,2})\.?|"
    rf"(\d{{4}})(\d\d)(\d\d)|(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})[日号]){_TIME}",
    re.ASCII,
)
_CHINESE_DAY = re.compile(
    f"([{numerals.DIGITS}]{{4}})年([{numerals.NUMERALS}]{{1,3}})月([{numerals.NUMERALS}]{{1,3}})[日号]"
)
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)([一二三四五六日天])[)]?$")
_DASHES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−－﹣", "-") | dict.fromkeys("／⁄∕", "/") | {"．": ".", "（": "(", "）": ")"}
)
_GAP = re.compile(r"\s*([年月./-])\s*|\s+(?=[日号])")
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?", re.ASCII)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_SERIAL_YEARS = range(2000, 2100)


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


def unescape_line_ends(text: str) -> str:
    """The text with its line ends as \\n: some programs leave ``_x000D_``, the escape of Open XML, in their cells."""
    return _LINE_END.sub("\n", text.replace(_ESCAPED_TAB, "\t"))


def day(text: str) -> dt.date:
    """Parse a calendar day: 2026-11-20, 2026/11/20, 2026.11.20, 20261120, 2026年11月20日, 二〇二六年十一月二十日.

    A time of day after it is dropped; a day of the week must be that of the day. A serial number of Excel is read
    where only one can be meant (``is_serial``). Refuses with ``DateMalformed``.
    """
    tidied = tidy(text)
    if _DAY.fullmatch(tidied):
        return _written_day(tidied)
    compact = _GAP.sub(r"\1", tidied.translate(_DASHES))
    weekday = _WEEKDAY.search(compact)
    stated = compact[: weekday.start()].rstrip() if weekday else compact
    parsed = _serial_day(stated) or _written_day(stated)
    if weekday and "一二三四五六日".index(weekday[1].replace("天", "日")) != parsed.weekday():
        raise DateMalformed
    return parsed


def is_day(text: str) -> bool:
    """Whether a text is a day in a spelling that no number of a document has: eight digits may be one."""
    if not _DAY.match(tidy(text).translate(_DASHES)[:12]) or tidy(text).isdigit():
        return False
    try:
        day(text)
    except DateMalformed:
        return False
    return True


def is_serial(text: str) -> bool:
    """Whether a text is a number of days as Excel stores a day, in years that no other reading of it has.

    Five digits are nobody's way of writing a day; below the year 2000 they may be the beginning of one (20263).
    """
    return _serial_day(tidy(text)) is not None


def _serial_day(text: str) -> dt.date | None:
    match = _SERIAL.fullmatch(text)
    parsed = _SERIAL_ZERO + dt.timedelta(days=int(match[1])) if match else None
    return parsed if parsed and parsed.year in _SERIAL_YEARS else None


def _written_day(text: str) -> dt.date:
    if match := _DAY.fullmatch(text):
        year, month, number = (int(part) for part in match.groups() if part is not None)
    elif match := _CHINESE_DAY.fullmatch(text):
        year = int(numerals.digits(match[1]) or 0)
        month, number = (numerals.whole(part) or 0 for part in match.groups()[1:])
    else:
        raise DateMalformed
    try:
        return dt.date(year, month, number)
    except ValueError:
        raise DateMalformed from None


def fen(text: str, unit: amounts.Unit | None = "wan") -> int:
    """Parse an amount to integer fen, exactly; a plain number counts in ``unit``, by default 万元.

    Refuses as ``amounts.parse_amount`` does.
    """
    return amount(text, unit).fen


def amount(text: str, unit: amounts.Unit | None) -> amounts.Amount:
    """Parse an amount as ``amounts.parse_amount`` does, whatever the width of its characters."""
    tidied = tidy(text)
    return amounts.parse_amount(tidied if tidied.isascii() else unicodedata.normalize("NFKC", tidied).strip(), unit)


def wan(amount_fen: int) -> str:
    """Format integer fen as 万元 with six decimals, as ``fen`` parses it."""
    return f"{amount_fen // FEN_PER_WAN}.{amount_fen % FEN_PER_WAN:06d}"
