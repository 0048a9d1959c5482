"""Invented numbers of persons, from a seed, and every way of typing them that somebody tried."""

import datetime as dt
import random
from collections.abc import Callable, Iterator

from stdnum import luhn
from stdnum.cn import ric

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
_ACCOUNTING = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


def _script(zero: int) -> Callable[[str], str]:
    return lambda number: number.translate({ord(str(value)): zero + value for value in range(10)})


def _grouped(sign: str, *lengths: int) -> Callable[[str], str]:
    def write(number: str) -> str:
        parts, start = [], 0
        for length in lengths:
            parts.append(number[start : start + length])
            start += length
        return sign.join([*parts, number[start:]] if start < len(number) else parts)

    return write


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "lower case": str.lower,
    "full width": lambda number: number.translate(_FULL_WIDTH),
    "full width in part": lambda number: number[:6] + number[6:].translate(_FULL_WIDTH),
    "Chinese numerals": lambda number: number.translate(_CHINESE),
    "Chinese numerals with ○": lambda number: number.translate(_CHINESE).replace("〇", "○"),
    "as spoken": lambda number: number.translate(_SPOKEN),
    "numerals of accounts": lambda number: number.translate(_ACCOUNTING),
    "circled": lambda number: number.translate(_CIRCLED),
    "Arabic-Indic": _script(0x0660),
    "Persian": _script(0x06F0),
    "Devanagari": _script(0x0966),
    "Tibetan": _script(0x0F20),
    "Mongolian": _script(0x1810),
    "mathematical": _script(0x1D7CE),
    "segmented": _script(0x1FBF0),
    "mixed scripts": lambda number: number[:4].translate(_CHINESE) + number[4:9] + number[9:].translate(_FULL_WIDTH),
    "keycaps": lambda number: "".join(f"{digit}\ufe0f\u20e3" if digit.isdigit() else digit for digit in number),
    "underlined": lambda number: "".join(f"{digit}\u0332" for digit in number),
    **{
        f"{name} {'-'.join(map(str, lengths))}": _grouped(sign, *lengths)
        for lengths in ((6, 8, 4), (6, 4, 2, 2), (3, 4, 4), (4, 4, 4, 4), (7,))
        for name, sign in {
            "blank": " ",
            "wide blank": "\u3000",
            "no-break blank": "\u00a0",
            "thin blank": "\u2009",
            "tab": "\t",
            "line": "\n",
            "Windows line": "\r\n",
            "hyphen": "-",
            "dash": "–",
            "long dash": "—",
            "minus": "−",
            "full-width hyphen": "－",
            "dot": ".",
            "middle dot": "·",
            "full-width dot": "．",
            "zero width": "\u200b",
            "joiner": "\u200d",
            "word joiner": "\u2060",
            "byte order": "\ufeff",
            "soft hyphen": "\u00ad",
        }.items()
    },
    "in pairs": lambda number: " ".join(number[at : at + 2] for at in range(0, len(number), 2)),
    "blank before each": " ".join,
    "dot before each": ".".join,
    "hyphen before each": "-".join,
    "zero width before each": "\u200b".join,
    "hyphen between blanks": _grouped(" - ", 6, 8),
    "two blanks": _grouped("  ", 6, 8),
}


def spelled(numbers: list[str]) -> Iterator[tuple[str, str]]:
    """(spelling, text) of each number in each spelling."""
    for number in numbers:
        for name, write in SPELLINGS.items():
            yield name, write(number)


def residents(count: int, seed: int) -> list[str]:
    """Resident numbers of adults, in places of the mainland and of Hong Kong, Macau and Taiwan permits."""
    draw = random.Random(seed)
    places = ("320902", "320981", "110105", "440301", "650102", "810000", "820000", "830000")
    numbers = []
    for _ in range(count):
        born = dt.date(1940, 1, 1) + dt.timedelta(days=draw.randrange(26000))
        body = f"{draw.choice(places)}{born:%Y%m%d}{draw.randrange(1, 999):03}"
        numbers.append(body + str(ric.calc_check_digit(body + "0")))
    return numbers


def old_residents(count: int, seed: int) -> list[str]:
    """Their form of fifteen digits, of those born from 1910 on."""
    numbers = [number for number in residents(4 * count, seed) if number[6:10] <= "1999"]
    numbers[1::3] = [f"{number[:6]}19{1 + place % 2}{number[9:]}" for place, number in enumerate(numbers[1::3])]
    numbers = [number for number in numbers if number[10:14] != "0229"]
    return [number[:6] + number[8:17] for number in numbers[:count]]


def residence_cards(count: int, seed: int) -> list[str]:
    """Permanent residence cards of 2023: 9, province, country, day of birth, order, check character."""
    return [number for number, _ in _cards(count, seed)]


def residence_cards_of_2004(count: int, seed: int) -> list[str]:
    """The same persons' cards of 2004: country, province, place, day of birth, two more."""
    return [number for _, number in _cards(count, seed)]


def _cards(count: int, seed: int) -> list[tuple[str, str]]:
    draw = random.Random(seed)
    cards = []
    for order in range(count):
        born = dt.date(1955, 1, 1) + dt.timedelta(days=draw.randrange(16000))
        letters, digits = draw.choice((("USA", "840"), ("JPN", "392"), ("ETH", "231"), ("DEU", "276")))
        province = draw.choice(("11", "31", "32", "44"))
        body = f"9{province}{digits}{born:%Y%m%d}{order % 1000:03}"
        cards.append(
            (body + str(ric.calc_check_digit(body + "0")), f"{letters}{province}00{born:%y%m%d}{order % 100:02}")
        )
    return cards


def permits(count: int, seed: int) -> list[str]:
    """Permits of Hong Kong and Macau residents, eight digits behind a letter."""
    draw = random.Random(seed)
    return [f"{draw.choice('HM')}{draw.randrange(30_000_000, 99_999_999)}" for _ in range(count)]


def passports(count: int, seed: int) -> list[str]:
    """Passports: a letter and eight digits, or E, a letter and seven."""
    draw = random.Random(seed)
    return [
        draw.choice(
            (
                f"E{draw.randrange(30_000_000, 99_999_999)}",
                f"E{draw.choice('ABCDEFGH')}{draw.randrange(3_000_000, 9_999_999)}",
            )
        )
        for _ in range(count)
    ]


def mobiles(count: int, seed: int) -> list[str]:
    """Mobile telephones."""
    draw = random.Random(seed)
    return [f"1{draw.randrange(3, 10)}{draw.randrange(10**9):09}" for _ in range(count)]


def local_numbers(count: int, seed: int) -> list[str]:
    """Telephones without their area code."""
    draw = random.Random(seed)
    return [str(draw.randrange(20_000_000, 89_999_999))[: draw.choice((7, 8))] for _ in range(count)]


def landlines(count: int, seed: int) -> list[str]:
    """Telephones with their area code."""
    draw = random.Random(seed)
    return [
        f"{draw.choice(('0515', '025', '010', '0755'))}{draw.randrange(30_000_000, 89_999_999)}" for _ in range(count)
    ]


def payment_cards(count: int, seed: int) -> list[str]:
    """Payment cards with their Luhn digit, of 16 and 19 digits."""
    draw = random.Random(seed)
    numbers = []
    for _ in range(count):
        prefix, length = draw.choice(
            (("622848", 19), ("621700", 19), ("625912", 16), ("436742", 16), ("955880", 19), ("5187", 16))
        )
        body = prefix + "".join(draw.choices("0123456789", k=length - 1 - len(prefix)))
        numbers.append(body + luhn.calc_check_digit(body))
    return numbers
