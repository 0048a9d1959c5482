"""Read sums of money as people write them: 1.2万元, 12,000.00元, ￥12000, 壹万贰仟元整; and find them in a text."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from registry.domain.filing import numerals
from registry.refusals.content import AmountContradiction, AmountMalformed, UnitNotStated

MAX_FEN = 10**12
FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
Unit = Literal["wan", "yuan"]
"""What a column counts in: 万元 or 元."""

_FEN = {"wan": FEN_PER_WAN, "yuan": FEN_PER_YUAN}
_ARABIC = r"(?:[0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]{1,12})(?:\.[0-9]{1,20})?"
_SCALES = {"十": 10, "百": 100, "千": 1000, "仟": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TERM = re.compile(rf"\s*({_ARABIC})\s*([{''.join(_SCALES)}]{{0,2}})")
_MIXED = rf"{_ARABIC}\s?[{''.join(_SCALES)}]{{0,2}}(?:\s?[0-9.]{{1,7}}[十百千仟万萬]?)?"
_SUM = rf"(?:{_MIXED}|[{numerals.NUMERALS}]{{1,24}})\s?[元圆圓]"
_CHANGE = rf"(?:\s?零?([0-9{numerals.DIGITS}])角)?(?:\s?零?([0-9{numerals.DIGITS}])分)?"
_STATEMENT = re.compile(
    r"(?P<before>(?:人民币|RMB|CNY|大写|小写|罚款|金额|总额|共计|合计|总计|共|计|[:：]|\s)*)(?P<sign>[￥¥]?)\s*"
    rf"(?P<number>{_MIXED}|[{numerals.NUMERALS}]+)\s*(?P<yuan>(?:[元圆圓]|RMB|CNY)?)(?P<change>{_CHANGE})"
    r"\s*(?P<behind>(?:人民币)?[整正]?(?:人民币)?)",
    re.IGNORECASE,
)
_CURRENCY = re.compile("人民币|RMB|CNY", re.IGNORECASE)
_SPOKEN = ((re.compile(r"(?<=[0-9])\s*[wW](?=元?$)"), "万"), (re.compile("[块塊]钱?(?=$|整)"), "元"))
"""How people write 万 and 元 for short."""
_SMALL = re.compile(r"[0-9](?:\.[0-9]{1,16})?[eE]-0?[0-9]")
_PLAIN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,20}))?")
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_NEGATIVE = re.compile(r"\s*(?:[￥¥]|人民币|RMB|CNY|\s)*[(（\[【]\s*(?:[￥¥]|人民币|RMB|CNY|\s)*[0-9.]", re.IGNORECASE)
"""An amount that begins with a bracket: so accountants write what is below zero."""
_UNIT_ONLY = re.compile(r"\s*(?:万?元|人民币|大写|小写|RMB|CNY)\s*", re.IGNORECASE)
_IN_TEXT = re.compile(f"{_SUM}{_CHANGE}")
_FINE_BEFORE = re.compile(r"罚款(?:人民币|RMB|CNY|金额|共计|合计|总计|计|为|[:：￥¥(（\s]|大写|小写)*$")
_FINE_AFTER = re.compile(r"\s*[整正]?(?:[(（][^()（）]*[)）])?\s*(?:人民币)?的?(?:行政)?罚款")


@dataclass(frozen=True)
class Amount:
    """A sum in fen. ``unit``: what the cell itself says it counts in, None when it leaves that to its column."""

    fen: int
    unit: Unit | None


def parse_amount(text: str, unit: Unit | None) -> Amount:
    """Parse the amount of a cell, exactly; a plain number counts in ``unit``, that of its column.

    A unit in the cell stands over the column's. Refuses ``AmountMalformed`` for what is negative, no amount, finer
    than a fen or above ``MAX_FEN``; ``AmountContradiction`` when the cell states two sums; ``UnitNotStated`` for a
    plain number where the column does not say what it counts in.
    """
    if match := _PLAIN.fullmatch(text):
        return Amount(_fen(Decimal(match[0]), unit), None)
    text = text.strip().rstrip("。；;，,、.")
    for pattern, word in _SPOKEN:
        text = pattern.sub(word, text)
    if _NEGATIVE.match(text):
        raise AmountMalformed
    amounts = [_parse_statement(part, unit) for part in _statements(text)]
    if not amounts:
        raise AmountMalformed
    if len({amount.fen for amount in amounts}) > 1:
        raise AmountContradiction
    return next((amount for amount in amounts if amount.unit), amounts[0])


def sums_in(text: str) -> list[int]:
    """Every sum of money that a text states, in fen."""
    return [fen for fen, _ in _find_sums(text)]


def fines_in(text: str) -> list[int]:
    """The sums that a text states as a fine: right behind or right before 罚款."""
    return [
        fen
        for fen, match in _find_sums(text)
        if _FINE_BEFORE.search(text, 0, match.start()) or _FINE_AFTER.match(text, match.end())
    ]


def placed_sums(text: str) -> list[tuple[int, int, int]]:
    """Every sum of money in a text with its place: (fen, start, end)."""
    return [(fen, match.start(), match.end()) for fen, match in _find_sums(text)]


def yuan(fen: int) -> str:
    """Format a sum in yuan: 12,000元, 0.5元."""
    whole, rest = divmod(fen, FEN_PER_YUAN)
    return f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "") + "元"


@lru_cache(maxsize=16)
def _find_sums(text: str) -> tuple[tuple[int, re.Match[str]], ...]:
    """Every sum in a text; remembered, because one decision's words are asked for several of them."""
    if "元" not in text and "圆" not in text and "圓" not in text:
        return ()
    sums = []
    for match in _IN_TEXT.finditer(text):
        with suppress(AmountMalformed, UnitNotStated):
            sums.append((_parse_statement(match[0], None).fen, match))
    return tuple(sums)


def _statements(text: str) -> Iterator[str]:
    """What the cell states outside its brackets and in them: 12000元（壹万贰仟元整）."""
    outside = _BRACKETS.sub(lambda match: match[1] if _UNIT_ONLY.fullmatch(match[1]) else "\0", text)
    inside = [match[1] for match in _BRACKETS.finditer(text) if not _UNIT_ONLY.fullmatch(match[1])]
    yield from (part for part in (*outside.split("\0"), *inside) if part.strip())


def _parse_statement(text: str, unit: Unit | None) -> Amount:
    if _SMALL.fullmatch(text.strip()):
        return Amount(_fen(Decimal(text.strip()), unit), None)
    match = _STATEMENT.fullmatch(text)
    if not match:
        raise AmountMalformed
    number, is_scaled = _number(match["number"].strip())
    change = _change(match["change"])
    is_yuan = bool(match["sign"] or match["yuan"] or is_scaled)
    if change and not is_yuan:
        raise AmountMalformed
    if not is_yuan:
        if not match["number"].strip()[0].isascii():
            raise UnitNotStated  # 十二 beside 万元 may be either
        is_currency = _CURRENCY.search(match["before"] + match["behind"]) is not None
        if unit == "wan" and (is_currency or match["number"].strip()[-1] in _SCALES):
            raise UnitNotStated  # so may 人民币12000 and 12千
        return Amount(_fen(number, unit), None)
    stated_unit: Unit = "wan" if is_scaled and match["number"].strip()[-1] in "万萬" else "yuan"
    return Amount(_fen(number, "yuan") + change, stated_unit)


def _number(text: str) -> tuple[Decimal, bool]:
    """The number in front of 元, and whether it has 万 or 亿 in it, which only a sum in yuan has."""
    is_scaled = any(mark in text for mark in "万萬亿億")
    if not text[0].isascii():
        whole = numerals.whole(text)
        if whole is None:
            raise AmountMalformed
        return Decimal(whole), is_scaled
    total, place, last = Decimal(0), 0, Decimal(10**16)
    while place < len(text):
        term = _TERM.match(text, place)
        if not term:
            raise AmountMalformed
        scale = Decimal(1)
        for mark in term[2]:
            scale *= _SCALES[mark]
        value = Decimal(re.sub("[,，]", "", term[1])) * scale
        if scale >= last or value >= last or (place and scale == 1 and value * 100 < last):
            raise AmountMalformed  # 1万2 is 12,000 to some and 10,002 to others
        total, last, place = total + value, scale, term.end()
    return total, is_scaled


def _change(text: str) -> int:
    match = re.fullmatch(_CHANGE, text)
    parts = match.groups() if match else (None, None)
    jiao, fen = (int(numerals.digits(part) or part) if part else 0 for part in parts)
    return jiao * 10 + fen


def _fen(number: Decimal, unit: Unit | None) -> int:
    if unit is None:
        raise UnitNotStated
    fen = number * _FEN[unit]
    if fen != fen.to_integral_value() or fen > MAX_FEN:
        raise AmountMalformed
    return int(fen)
