"""Show a stored number as a spreadsheet shows it: the number formats of ECMA-376 Part 1, 18.8.30 and 18.8.31.

Whatever is not understood is said so, never guessed: a fine of 2 shown as 2万元 by its format is stored as 20000.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from registry.domain.filing import numerals

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: 'h"时"mm"分"', 35: 'h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: 'h"时"mm"分"', 56: 'h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"', 58: 'm"月"d"日"', 5: "¥#,##0;¥-#,##0", 6: "¥#,##0;[Red]¥-#,##0", 7: "¥#,##0.00;¥-#,##0.00",
    8: "¥#,##0.00;[Red]¥-#,##0.00", 41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ', 43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
}  # fmt: skip
"""Formats known by their number alone, as Chinese editions show them (18.8.30)."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>G/通用格式|G/標準|General)|(?P<noon>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])"
    r"|(?P<day>y+|m+|d+|h+|s+|e+|b+|g+|a{3,4})|(?P<digit>[0#?])|(?P<mark>[.,%@/])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+|[黑蓝青绿红白黄]色?|洋红色?|颜色 ?\d+)", re.I
)
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
}  # fmt: skip
_PLAIN = frozenset(" -+()¥￥：:")
"""Literals that change nothing of what a number means."""
_OF_DAYS = frozenset(" -/.,:：年月日号號时時分秒星期周第T()（）")


class NotUnderstoodError(Exception):
    """A format, or a part of one, that is not read here."""


@dataclass(frozen=True)
class Shown:
    """What a person sees of a number. ``is_exact``: the shown digits are the stored number, scaled at most;
    ``is_plain``: no word, scale or padding comes from the format."""

    text: str
    is_exact: bool = True
    is_plain: bool = True


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None

    def has(self, kind: str, text: str | None = None) -> bool:
        return any(token.kind == kind and text in (None, token.text) for token in self.tokens)

    @property
    def shows_sign(self) -> bool:
        """Whether some sign or word stands with the digits, as the second section of a format has for minus."""
        return any(set(token.text) - set(" ¥￥") for token in self.tokens if token.kind == "literal") or not (
            self.has("digit") or self.has("general")
        )

    @property
    def has_words(self) -> bool:
        """Whether words stand with a date that are none of its own: 2026-03-05（拟）."""
        return any(set(token.text) - _OF_DAYS for token in self.tokens if token.kind == "literal")

    @property
    def day_parts(self) -> set[str]:
        """The letters of the parts of a date or time that are shown."""
        return {token.text[0].lower() for token in self.tokens if token.kind == "day"}


class NumberFormat:
    """One format code, parsed once."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._sections = [_parse_section(part) for part in _split_sections(code)]
        self._has_conditions = any(section.condition for section in self._sections)
        last = self._sections[-1]
        self._text_section = last if len(self._sections) == 4 or last.has("mark", "@") else None

    def number(self, value: float) -> Shown:
        """Show a number that is no day. Raises ``NotUnderstoodError``."""
        exact = exact_decimal(value)
        section, sign = self._section_for(exact)
        if value < 0 and not sign and not section.shows_sign:
            raise NotUnderstoodError(self.code)  # -2 shown as a red 2: some read it as 2, some know better
        if section.has("general") and section.has("numerals"):
            return _show_numeral(section, abs(exact), sign)
        if section.has("general"):
            literal = "".join(t.text for t in section.tokens if t.kind == "literal")
            return Shown(sign + _around_general(section, general(abs(value))), is_plain=not literal.strip())
        if section.has("mark", "@"):
            return Shown("".join(general(value) if t.text == "@" else t.text for t in section.tokens))
        return _Renderer(section).render(abs(exact), sign)

    def is_day(self, value: float) -> bool:
        """Whether a number is shown as a date or a time."""
        section, _ = self._section_for(exact_decimal(value))
        return bool(section.day_parts) or section.has("noon")

    def shows_whole_day(self, value: float) -> bool:
        """Whether year, month and day are all shown of a date."""
        parts = self._section_for(exact_decimal(value))[0].day_parts
        return bool(parts & {"y", "e"}) and {"m", "d"} <= parts

    def has_other_calendar(self, value: float) -> bool:
        """Whether a date is shown by another calendar than the Gregorian one: years of an era (民国, 令和), Buddhist or
        lunar ones. What is stored is another day to read."""
        return self._section_for(exact_decimal(value))[0].has("calendar")

    def has_words(self, value: float) -> bool:
        """Whether a date is shown among words that are none of its own."""
        return self._section_for(exact_decimal(value))[0].has_words

    def text(self, text: str) -> str:
        """Show a text: a format may put words around it."""
        if self._text_section is None:
            return text
        return "".join(text if t.kind == "mark" and t.text == "@" else t.text for t in self._text_section.tokens)

    def _section_for(self, value: Decimal) -> tuple[_Section, str]:
        """The section that a number is shown by, and the sign before it."""
        sections = self._sections[:3] if len(self._sections) == 4 else self._sections
        if self._text_section is not None and len(self._sections) > 1 and len(sections) == len(self._sections):
            sections = sections[:-1] if sections[-1].has("mark", "@") else sections
        minus = "-" if value < 0 else ""
        if self._has_conditions:
            return self._conditional(sections, value), minus
        if len(sections) == 1 or (len(sections) == 2 and value >= 0) or value > 0:
            return sections[0], minus
        return (sections[1], "") if value < 0 else (sections[2], "")

    def _conditional(self, sections: list[_Section], value: Decimal) -> _Section:
        for number, section in enumerate(sections):
            if section.condition is None:
                if number < len(sections) - 1 and number > 0:
                    raise NotUnderstoodError(self.code)
                return section
            compare, bound = section.condition
            if _COMPARE[compare](value, bound):
                return section
        raise NotUnderstoodError(self.code)


def _split_sections(code: str) -> list[str]:
    parts, start = [], 0
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            parts.append(code[start : match.start()])
            start = match.end()
    parts.append(code[start:])
    if len(parts) > 4:
        raise NotUnderstoodError(code)
    return parts


def _parse_section(code: str) -> _Section:
    tokens: list[_Token] = []
    condition = None
    for match in _TOKEN.finditer(code):
        kind = str(match.lastgroup)
        text = match[kind]
        if kind == "bracket":
            condition = _parse_bracket(text, tokens) or condition
        elif kind in ("quoted", "escaped"):
            tokens.append(_Token("literal", text))
        elif kind == "blank":
            tokens.append(_Token("literal", " "))
        elif kind == "other":
            if (text.isascii() and text.isalnum()) or text == '"':
                raise NotUnderstoodError(code)
            tokens.append(_Token("literal", text))
        elif kind != "fill":
            tokens.append(_Token(kind, text))
    locale = next((token.text for token in tokens if token.kind == "locale"), "")
    if any(token.kind == "day" and _is_of_other_calendar(token.text, locale) for token in tokens):
        tokens.append(_Token("calendar", ""))
    return _Section(tuple(token for token in tokens if token.kind != "locale"), condition)


def _is_of_other_calendar(part: str, locale: str) -> bool:
    """Whether a part of a date is counted by another calendar: by the calendar that the locale names (its third byte; 1
    is the Gregorian one), by an era (g), by Buddhist or Hijri years (b), by the years of an era (e), which in the
    locale of the mainland, and without one, are those of the Gregorian calendar."""
    is_number = re.fullmatch("[0-9A-Fa-f]{1,8}", locale) is not None
    code = int(locale, 16) if is_number else 0
    if (code >> 16) & 0xFF not in (0, 1) or part[0] in "gGbB":
        return True
    is_of_mainland = code & 0xFFFF in (0, 0x0804) if is_number else locale.lower() in ("", "zh-cn", "zh-hans")
    return part[0] in "eE" and not is_of_mainland


def _parse_bracket(text: str, tokens: list[_Token]) -> tuple[str, Decimal] | None:
    match = _CONDITION.fullmatch(text)
    if match:
        return match[1], Decimal(match[2])
    if text.startswith("$"):
        symbol, _, locale = text[1:].partition("-")
        if symbol:
            tokens.append(_Token("literal", symbol))
        tokens.append(_Token("locale", locale.partition(",")[0]))
    elif _ELAPSED.fullmatch(text):
        tokens.append(_Token("day", text))
    elif re.fullmatch(r"dbnum[1-4]", text, re.IGNORECASE):
        tokens.append(_Token("numerals", text[-1]))
    elif not (_COLOUR.fullmatch(text) or text.upper() in ("ENG", "CHS")):
        raise NotUnderstoodError(text)
    return None


class _Renderer:
    """Shows a number by a section of digits."""

    def __init__(self, section: _Section) -> None:
        if section.has("exponent") or section.has("numerals") or section.has("mark", "/") or section.day_parts:
            raise NotUnderstoodError("")
        tokens = list(section.tokens)
        digits = [n for n, token in enumerate(tokens) if token.kind == "digit"]
        point = next((n for n, token in enumerate(tokens) if token == _Token("mark", ".")), len(tokens))
        self.percents = sum(token == _Token("mark", "%") for token in tokens)
        self.scale, self.is_grouped = 0, False
        for number, token in enumerate(tokens):
            if token == _Token("mark", ","):
                if not digits or number < digits[0]:
                    raise NotUnderstoodError("")
                if any(number < digit and (digit < point or number > point) for digit in digits):
                    self.is_grouped = True
                else:
                    self.scale += 1
        self.tokens = [token for token in tokens if token != _Token("mark", ",")]
        self.point = next((n for n, t in enumerate(self.tokens) if t == _Token("mark", ".")), len(self.tokens))
        self.decimals = sum(token.kind == "digit" for token in self.tokens[self.point :])
        self.has_digits = bool(digits)

    def render(self, value: Decimal, sign: str) -> Shown:
        if not self.has_digits:
            text = "".join(token.text for token in self.tokens)
            return Shown(text, is_exact=value == 0, is_plain=value == 0 and not _has_words(text))
        scaled = value * 100**self.percents / Decimal(1000) ** self.scale
        rounded = scaled.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)
        whole, _, fraction = f"{rounded:f}".partition(".")
        text = self._whole(whole.lstrip("0")) + self._fraction(fraction)
        literals = "".join(token.text for token in self.tokens if token.kind == "literal")
        is_plain = not (self.scale or self.percents or set(literals) - _PLAIN or _is_padded(text, whole))
        return Shown((sign if rounded else "") + text, rounded == scaled, is_plain)

    def _whole(self, digits: str) -> str:
        """The part before the point, filled from the right; the first place takes all digits that are left."""
        places = [n for n, token in enumerate(self.tokens[: self.point]) if token.kind == "digit"]
        pieces: list[str] = []
        written = 0

        def write(digit: str) -> None:
            nonlocal written
            if self.is_grouped and written and written % 3 == 0 and digit != " ":
                pieces.append(",")
            pieces.append(digit)
            written += 1

        for number in range(self.point - 1, -1, -1):
            token = self.tokens[number]
            if token.kind != "digit":
                pieces.append(token.text)
                continue
            here, digits = (digits[-1:], digits[:-1]) if places and number != places[0] else (digits, "")
            for digit in reversed(here or {"0": "0", "?": " ", "#": ""}[token.text]):
                write(digit)
        if not places:
            pieces[:0] = reversed(digits)
        return "".join(reversed(pieces))

    def _fraction(self, digits: str) -> str:
        """The part behind the point, filled from the left; # and ? leave out closing zeros."""
        kept = digits.rstrip("0")
        pieces = []
        place = 0
        for token in self.tokens[self.point :]:
            if token.kind != "digit":
                pieces.append(token.text)
                continue
            if place < len(kept) or token.text == "0":
                pieces.append(digits[place])
            elif token.text == "?":
                pieces.append(" ")
            place += 1
        return "".join(pieces)


def _is_padded(text: str, whole: str) -> bool:
    shown = re.match(r"\D*(\d*)", text)
    return bool(shown and shown[1].startswith("0") and len(shown[1]) > max(1, len(whole)))


def _has_words(text: str) -> bool:
    return bool(set(text) - _PLAIN - {"/"})


def _show_numeral(section: _Section, value: Decimal, sign: str) -> Shown:
    """A whole number in Chinese numerals ([DBNum1], [DBNum2] before General)."""
    number = next(token.text for token in section.tokens if token.kind == "numerals")
    if value != value.to_integral_value() or value >= 10**12 or number not in ("1", "2"):
        raise NotUnderstoodError(number)
    shown = sign + _around_general(section, numerals.written(int(value), is_financial=number == "2"))
    return Shown(shown, is_plain=False)


def _around_general(section: _Section, number: str) -> str:
    return "".join(
        number if token.kind == "general" else token.text for token in section.tokens if token.kind != "numerals"
    )


def exact_decimal(value: float) -> Decimal:
    """The number to the fifteen digits that a spreadsheet keeps: 3.3000000000000003 is 3.3."""
    return Decimal(format(value, ".15g"))


def general(value: float) -> str:
    """A number in the format General, without exponent."""
    text = f"{exact_decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day_of_serial(serial: float, *, is_1904: bool) -> dt.datetime | None:
    """The date of a serial number of days, to the second; None when it is none. 1900 counts a 29 February that was
    not; no day before 1 March 1900 is read."""
    start = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a day in a file
    if not (0 if is_1904 else 61) <= serial < 2_958_466:
        return None
    return start + dt.timedelta(seconds=round(serial * 86_400))


@lru_cache(4096)
def parse_format(code: str) -> NumberFormat | None:
    """The format of a code; None when it is not understood."""
    try:
        return NumberFormat(code)
    except NotUnderstoodError:
        return None
