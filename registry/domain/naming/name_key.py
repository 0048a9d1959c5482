"""Comparable key of a Chinese name, equal for two spellings of the same registered name.

What is done to each character is decided here by rule, over the committed Unicode tables (``domain/characters``), and
pinned by a test over all code points:

- width, case and the like: the compatibility form, case folded; a decimal digit of any script is that digit;
- radicals typed for characters (⻢) are the character, and so are code points that GBK kept in private use
  (GB 18030-2022 moved them); any other private or not yet assigned character is kept as it is;
- ○ and the circles like it are 〇, because GB 2312 has no 〇; 零 is another character and stays;
- brackets, quotes, blanks, controls, what has no glyph (Hangul filler, zero width, variation selectors) do not count;
- dots, dashes and slashes count between two digits only: 1.2米 is not 12米, and 甲·乙 is 甲乙;
- signs and symbols (+ & # @ % * and category S) are kept: A+ is not A;
- a combining mark is part of its letter; on a Chinese character, a digit or nothing it does not count.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from unicodedata import normalize

from registry.domain.characters import compose, digit_values, tables

_PLAIN = re.compile("[\u4e00-\u9fef0-9a-z]*")
"""What is its own key: most names need no table."""
_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CIRCLES = frozenset("○◯⚪⭕⭘")
_SIGNS = frozenset("&%#@*")
_UNSIGNED = frozenset("<>|~^`\u2800")
"""Symbols by category that people type as brackets, rules or blanks."""
_DOTS = frozenset(".·・•‧∙⋅。｡·\u2024\u0387")
_SLASHES = frozenset("/⁄∕\\")
_DASHES = frozenset("-−~～〜")
_BETWEEN_DIGITS = re.compile(r"(?<![0-9])[./-]|[./-](?![0-9])")


@lru_cache(maxsize=8192)
def key(name: str) -> str:
    """Comparable key of a name; of a key it is that key.

    Containment of one key in another is the public name search; equality is the by-name match of a check.
    """
    if _PLAIN.fullmatch(name):
        return name
    folded = name.translate(_folded())
    if not _joining().isdisjoint(folded):
        folded = compose(_loose_marks().sub(r"\1", folded))
    return _BETWEEN_DIGITS.sub("", folded)


def former_key(name: str) -> str:
    """The key by which matchers up to ``exact-4`` compared names, by the interpreter's tables: for replays only."""
    folded = normalize("NFKC", name).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


@cache
def _folded() -> Mapping[int, str]:
    """What every character is in a key, of those that are not simply themselves."""
    facts = tables()
    points = {*facts.compatible, *facts.casefold, *facts.radical, *facts.moved, *facts.category, *facts.ignorable}
    points |= {*digit_values(), *range(0xD800, 0xE000)}
    folded = {point: _fold_character(chr(point)) for point in points}
    return {point: text for point, text in folded.items() if text != chr(point)}


def _fold_character(character: str) -> str:
    facts = tables()
    text, before = character, ""
    while text != before:
        before = text
        for mapping in (facts.moved, facts.compatible, facts.radical, facts.casefold):
            text = text.translate(mapping)
    return "".join(_keep(part) for part in text)


def _keep(character: str) -> str:
    """A character in its compatibility form as it stands in a key: itself, what it counts as, or nothing."""
    facts, point = tables(), ord(character)
    if point in facts.ignorable or character in _UNSIGNED or 0xD800 <= point < 0xE000:
        return ""
    if digit := digit_values().get(point):
        return digit
    if character in _CIRCLES:
        return "〇"
    category = facts.category.get(point, "L")
    for family, sign in ((_DOTS, "."), (_DASHES, "-"), (_SLASHES, "/")):
        if character in family:
            return sign
    if category == "Pd":
        return "-"
    is_kept = category[0] in "LM" or character in _SIGNS or (category[0] == "S" and category != "Sk")
    return character if is_kept and category != "Me" else ""


@cache
def _joining() -> frozenset[str]:
    """Characters that may be one with the one before: combining marks, and the letters of Hangul syllables."""
    return frozenset(_marks()) | frozenset(map(chr, range(0x1100, 0x1200)))


def _marks() -> Iterator[str]:
    yield from (chr(point) for point, category in tables().category.items() if category[0] == "M")


@cache
def _loose_marks() -> re.Pattern[str]:
    """Marks on a Chinese character, a digit, a sign or nothing: no registered name has them."""
    return re.compile(f"(^|[{_HAN}0-9./&%#@*+-])[{''.join(map(re.escape, _marks()))}]+")
