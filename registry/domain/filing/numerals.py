"""Read Chinese numerals, everyday and financial: 二〇二六, 十一, 一万二千, 壹万贰仟."""

import re

_DIGITS = {character: value for value, characters in enumerate(
    ("〇零○Ｏ", "一壹弌幺", "二贰貳弍两兩", "三叁參叄弎", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
) for character in characters}  # fmt: skip
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TENS = str.maketrans({"廿": "二十", "卄": "二十", "卅": "三十"})
DIGITS = "".join(_DIGITS)
NUMERALS = DIGITS + "".join(_SMALL) + "".join(_LARGE) + "廿卄卅"
"""Every character that a Chinese numeral may have."""
_BELOW_WAN = re.compile(
    f"[零〇○]?(?:(?P<thousands>[{DIGITS}])[千仟])?(?P<zero>[零〇○])?(?:(?P<hundreds>[{DIGITS}])[百佰])?[零〇○]?"
    f"(?:(?P<tens>[{DIGITS}])?(?P<ten>[十拾]))?[零〇○]?(?P<ones>[{DIGITS}])?"
)


def digits(text: str) -> str | None:
    """The digits of a number written digit by digit (二〇二六 is 2026), None for anything else."""
    values = [_DIGITS.get(character) for character in text]
    return "".join(map(str, values)) if values and None not in values else None


def whole(text: str) -> int | None:
    """The value of a numeral with its places (一万二千, 壹佰零五, 十一), None where it is none or leaves a doubt.

    一万二, which may be 12,000 or 10,002, is such a doubt.
    """
    text = text.translate(_TENS)
    total, rest = 0, text
    for unit, value in (("亿億", 10**8), ("万萬", 10**4)):
        head, mark, tail = _partition(rest, unit)
        if not mark:
            continue
        part = whole(head) if unit == "亿億" else _below_wan(head)
        if not part:
            return None
        total += part * value
        if not tail:
            return total
        rest = tail
        if not _is_placed(rest):
            return None
    part = _below_wan(rest)
    return None if part is None else total + part


def written(number: int, *, is_financial: bool) -> str:
    """A whole number below 10^12 in numerals with their places, as ``whole`` reads it: 12000 is 一万二千, 壹万贰仟."""
    digits, places = ("零壹贰叁肆伍陆柒捌玖", "仟佰拾") if is_financial else ("〇一二三四五六七八九", "千百十")
    text, is_zero_due = "", False
    for unit, value in (("亿", 10**8), ("万", 10**4), ("", 1)):
        group = number // value % 10**4
        for place, scale in ((*places[:1], 1000), (*places[1:2], 100), (*places[2:], 10), ("", 1)):
            digit = group // scale % 10
            if digit:
                text += (digits[0] if is_zero_due and text else "") + digits[digit] + place
            is_zero_due = not digit
        text += unit if group else ""
    return text or digits[0]


def _partition(text: str, marks: str) -> tuple[str, str, str]:
    place = max(text.rfind(mark) for mark in marks)
    return (text[:place], text[place], text[place + 1 :]) if place >= 0 else ("", "", text)


def _is_placed(rest: str) -> bool:
    """Whether what follows 万 or 亿 says its own place: by a place word, or by 零 before it."""
    return rest[0] in "零〇○" or any(mark in rest for mark in (*_SMALL, *_LARGE))


def _below_wan(text: str) -> int | None:
    match = _BELOW_WAN.fullmatch(text)
    if not text or not match:
        return None
    ones, tens = match["ones"], match["tens"]
    if ones and not match["ten"] and (match["hundreds"] or match["thousands"]) and text[-2] not in "零〇○":
        return None  # 一百二 is 120 to some and 102 to others
    number = _value(match["thousands"]) * 1000 + _value(match["hundreds"]) * 100 + _value(ones)
    return number + ((_value(tens) if tens else 1) * 10 if match["ten"] else 0)


def _value(character: str | None) -> int:
    return _DIGITS[character] if character else 0
