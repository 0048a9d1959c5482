"""Parse and validate the text cells of a filed row: characters, days, amounts."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.filing import amounts, numerals
from registry.domain.filing.amounts import FEN_PER_WAN
from registry.errors import Fault
from registry.refusals.content import AmountMalformed, DateMalformed

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
_TIME = (
    r"(?:(?: ?T? ?(?:上午|下午|凌晨|中午|晚上)? ?\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?[AaPp][Mm])?"
    r"| ?\d{1,2}[时点](?:\d{1,2}分(?:\d{1,2}秒)?)?) ?(?:\+08(?::?00)?|北京时间|CST)?)?"
)
_DAY = re.compile(
    r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})\.(\d{1,2})\.(\d{1,2})\.?|"
    rf"(\d{{4}})(\d\d)(\d\d)(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?|(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})[日号]){_TIME}",
    re.ASCII,
)
_CHINESE_DAY = re.compile(
    f"([0-9{numerals.DIGITS}]{{4}})年([0-9{numerals.NUMERALS}]{{1,3}})月([0-9{numerals.NUMERALS}]{{1,3}})[日号]"
)
_LOOSE_DAY = re.compile(
    r"(?:公元|公历)?(\d{4})(?:(?P<mark>[-/.。、，,·・•\\_ ])(\d{1,2})(?P=mark)(\d{1,2})日?"
    r"|年(\d{1,2})月(\d{1,2})[日号號]?)[。.]?",
    re.ASCII,
)
"""The year first and the same mark between all three, whichever it is: 2026、3、5, 2026年3月5, 2026.3.5日."""
_CHINESE_YEAR = re.compile(f"[{numerals.DIGITS}][{numerals.DIGITS}0Oo]{{3}}(?=年)")
_ZERO = str.maketrans("0Oo", "〇〇〇")
"""The letter or the digit that people type for 〇 in a year of Chinese numerals."""
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,]\d{1,9})? ?"
    r"(?:(?P<utc>[Zz]|UTC|GMT)|(?P<offset>[+-]\d\d)(?::?(?P<minutes>\d\d))?)",
    re.ASCII,
)
"""A moment in a stated zone."""
_BEIJING = dt.timezone(dt.timedelta(hours=8))
_DAY_INSIDE = re.compile(
    r"(?<!\d)\d{4}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{1,2}(?!\d)|(?<!\d)\d{8}(?!\d)"
    f"|[0-9{numerals.DIGITS}]{{4}}年[0-9{numerals.NUMERALS}]{{1,3}}月[0-9{numerals.NUMERALS}]{{1,3}}[日号]"
)
_END = "(?:当?[日天])?(?:止|为止|截止|终止|期满)?"
_STRETCH = re.compile(
    rf"(?:有效期限?|期限|处罚期限?|公示期限?|[:：\s])*(?:[自从由]?\0[起始]?[,，\s]*(?:[至到~～—-]|\s)+\0{_END}"
    rf"|(?:截止|截至|止于|至|到|截止到|截止至|有效期至)[:：\s]*\0{_END}|\0(?:当?[日天])?(?:止|为止|截止|终止))"
    r"[。.,，;；\s]*(?:[(（]?(?:共计?|为期|计)?[0-9一二三四五六七八九十百两]{1,4}(?:年|个月|[日天])[)）]?)?"
)
_TERM = re.compile(
    r"(?:[0-9一二三四五六七八九十百两半壹贰叁]{1,4}\s*(?:周年|年|个月|个?工作日|天|日)(?:以?内|期)?|半年)[。)）]*$"
)
_TERM_MAX = 60
_STRETCH_MAX = 80
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)([一二三四五六日天])[)]?$")
_DASHES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−－﹣", "-") | dict.fromkeys("／⁄∕", "/") | {"．": ".", "（": "(", "）": ")"}
)
_GAP = re.compile(r"\s*([年月./-])\s*|\s+(?=[日号])")
# Superscript and subscript figures, and those in circles, in brackets or before a full stop: compatibility folding
# would make 12 of 1².
_RAISED = re.compile(
    "[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289\U0001f100-\U0001f10a]"
)
_SERIAL = re.compile(r"([1-9]\d{4})(?:\.\d+)?", re.ASCII)
_SERIAL_ZERO = dt.date(1899, 12, 30)
_SERIAL_YEARS = range(2000, 2100)


def pointer(name: str) -> str:
    """JSON pointer of a column or field (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


FORBIDDEN = "forbidden-character"
FORBIDDEN_DETAIL = "含有控制字符、不可见字符或方向控制字符"


def is_forbidden(text: str) -> bool:
    """Whether the text contains control, invisible or direction-changing characters."""
    return not (text.isascii() and text.isprintable()) and _FORBIDDEN.search(text) is not None


def visible(text: str) -> str:
    """A text of somebody else with a box for each forbidden character, so that no page or terminal obeys it."""
    return _FORBIDDEN.sub("□", text)


def forbidden_places(value: Any, at: str = "") -> Iterator[str]:
    """Pointers of the texts of a JSON-able value that hold forbidden characters; of a member's name, its object's."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if is_forbidden(str(name)):
                yield at
            else:
                yield from forbidden_places(item, f"{at}{pointer(str(name))}")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from forbidden_places(item, f"{at}/{position}")
    elif isinstance(value, str) and is_forbidden(value):
        yield at


def has_raised_figure(text: str) -> bool:
    """Whether a text has a figure that is none of its own: the mark of a footnote (1²), a figure in a circle (①)."""
    return not text.isascii() and _RAISED.search(text) is not None


def text_faults(name: str, text: str) -> list[Fault]:
    """Faults of a cell's text, whatever its column: forbidden characters, excessive length."""
    faults: list[Fault] = []
    if not text or (len(text) <= MAX_CELL and not is_forbidden(text)):
        return faults
    if is_forbidden(text):
        faults.append(Fault(pointer(name), FORBIDDEN, FORBIDDEN_DETAIL))
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

    A time of day after it is dropped; a moment in another zone is the day in Beijing at that moment. A day of the week
    must be that of the day. A serial number of Excel is read where only one can be meant (``is_serial``).
    Refuses with ``DateMalformed``.
    """
    tidied = tidy(text)
    if _DAY.fullmatch(tidied):
        return _written_day(tidied)
    if match := _INSTANT.fullmatch(tidied):
        return _day_of_instant(match)
    compact = _GAP.sub(r"\1", tidied.translate(_DASHES)).replace("元月", "1月")
    weekday = _WEEKDAY.search(compact)
    stated = compact[: weekday.start()].rstrip() if weekday else compact
    parsed = _serial_day(stated) or _written_day(stated)
    if weekday and "一二三四五六日".index(weekday[1].replace("天", "日")) != parsed.weekday():
        raise DateMalformed
    return parsed


def stretch(text: str) -> tuple[dt.date | None, dt.date] | None:
    """A stretch of days written out, both included: 2026-03-05至2027-03-04, 2027年3月4日止, which states no first day.

    None for any other text, for a stretch that ends before it begins, and for a mere day.
    """
    if len(text) > _STRETCH_MAX or (len(text) <= len("2026-03-05") and text.isascii()):
        return None
    compact = _GAP.sub(r"\1", tidy(text).translate(_DASHES))
    days = [match[0] for match in _DAY_INSIDE.finditer(compact)]
    if not days or not _STRETCH.fullmatch(_DAY_INSIDE.sub("\0", compact)):
        return None
    first, last = day(days[0]), day(days[-1])
    if first > last:
        return None
    return (first if len(days) > 1 else None), last


def is_term(text: str) -> bool:
    """Whether a text is a length of time (一年, 12个月, 自决定之日起三年), which is no day."""
    if len(text) > _TERM_MAX or text.isascii():
        return False
    tidied = tidy(text)
    return _TERM.search(tidied) is not None and not _DAY_INSIDE.fullmatch(_GAP.sub(r"\1", tidied))


def _day_of_instant(match: re.Match[str]) -> dt.date:
    zone = "+00:00" if match["utc"] else f"{match['offset']}:{match['minutes'] or '00'}"
    try:
        moment = dt.datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}{zone}")
        return moment.astimezone(_BEIJING).date()
    except (ValueError, OverflowError):
        raise DateMalformed from None


def is_zoned(text: str) -> bool:
    """Whether a text is a moment in another zone than that of Beijing, whose day may not be the one written."""
    return len(text) > len("2026-03-05T00:00") and _INSTANT.fullmatch(tidy(text)) is not None and "+08" not in text


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
    elif match := _LOOSE_DAY.fullmatch(text):
        year, month, number = (int(match[1]), int(match[3] or match[5]), int(match[4] or match[6]))
    elif match := _CHINESE_DAY.fullmatch(_CHINESE_YEAR.sub(lambda year: year[0].translate(_ZERO), text)):
        year = int(numerals.digits(match[1]) or match[1]) if _is_one_script(match[1]) else 0
        month, number = (int(part) if part.isascii() else numerals.whole(part) or 0 for part in match.groups()[1:])
    else:
        raise DateMalformed
    try:
        return dt.date(year, month, number)
    except ValueError:
        raise DateMalformed from None


def _is_one_script(number: str) -> bool:
    return number.isascii() or not any(map(str.isascii, number))


def fen(text: str, unit: amounts.Unit | None = "wan") -> int:
    """Parse an amount to integer fen, exactly; a plain number counts in ``unit``, by default 万元.

    Refuses as ``amounts.parse_amount`` does.
    """
    return amount(text, unit).fen


def amount(text: str, unit: amounts.Unit | None) -> amounts.Amount:
    """Parse an amount as ``amounts.parse_amount`` does, whatever the width of its characters."""
    tidied = tidy(text)
    if has_raised_figure(tidied):
        raise AmountMalformed
    return amounts.parse_amount(tidied if tidied.isascii() else unicodedata.normalize("NFKC", tidied).strip(), unit)


def wan(amount_fen: int) -> str:
    """Format integer fen as 万元 with six decimals, as ``fen`` parses it."""
    return f"{amount_fen // FEN_PER_WAN}.{amount_fen % FEN_PER_WAN:06d}"
