"""Resident identity numbers (GB 11643), and the permits and cards that are numbered like them."""

import datetime as dt
import re

from stdnum.cn import ric

from registry.domain.identifiers.folding import fold
from registry.refusals.content import ResidentIdCheckCharacter, ResidentIdMalformed

RESIDENT_ID = "111"
ADULT_AGE = 18
PROVINCES = frozenset(map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55)))) | {
    "61", "62", "63", "64", "65", "71", "81", "82", "83", "91",
}  # fmt: skip
"""First two digits: GB/T 2260 provinces; 81 to 83 are residence permits of people from Hong Kong, Macau and Taiwan."""
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_SHAPE = re.compile(r"[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]")


def resident_id(text: str) -> str:
    """Validate and fold an eighteen-character 公民身份号码; the old fifteen-digit form is converted.

    Judged by check character and birth date only: a place code that no table knows may still be real, see
    ``is_place_known``. Refusals: ``ResidentIdMalformed``, ``ResidentIdCheckCharacter``. Source: GB 11643.
    """
    number = fold(text)
    if not _RESIDENT.fullmatch(number):
        raise ResidentIdMalformed
    if len(number) == 15:
        # The old form has two digits of a year that is always of the 20th century.
        number = f"{number[:6]}19{number[6:]}"
        number += check_character(number)
    birth_date(number)
    if number[-1] != check_character(number):
        raise ResidentIdCheckCharacter
    return number


def check_character(number: str) -> str:
    """The check character of seventeen digits, whatever follows them (GB 11643, ISO 7064 MOD 11-2)."""
    return str(ric.calc_check_digit(number[:17] + "0"))


def birth_date(number: str) -> dt.date:
    """The day of birth inside an eighteen-character resident number."""
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ResidentIdMalformed from None


def is_minor(number: str, on: dt.date) -> bool:
    """Whether the holder of an eighteen-character resident number is under eighteen on a day (行政处罚法 30)."""
    born = birth_date(number)
    return (on.year - born.year, on.month, on.day) < (ADULT_AGE, born.month, born.day)


def is_place_known(number: str) -> bool:
    """Whether a number begins with a province; an unknown one needs a warning, not a refusal.

    The permanent residence card of 2023 has it behind a 9.
    """
    return number[:2] in PROVINCES or is_residence_card(number)


def is_residence_card(number: str) -> bool:
    """Whether a number has the place of a permanent residence card of 2023: 9, province, country in three digits."""
    return number[0] == "9" and number[1:3] in PROVINCES


def resembles_resident_id(number: str) -> bool:
    """Whether eighteen folded characters have the shape of a resident number, with a day of birth that exists."""
    if not _SHAPE.fullmatch(number):
        return False
    try:
        birth_date(number)
    except ResidentIdMalformed:
        return False
    return True


def is_resident_id(number: str) -> bool:
    """Whether eighteen folded characters are a valid resident number: shape, day of birth and check character."""
    return resembles_resident_id(number) and number[-1] == check_character(number)
