"""Validate, normalise and mask organisation codes (GB 32100-2015) and resident ID numbers (GB 11643).

No refusal here repeats the number it refuses: it may be somebody's identity number.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from registry.errors import Invalid
from registry.refusals.content import (
    IdNumberMalformed,
    IdTypeUnknown,
    ResidentIdCheckCharacter,
    ResidentIdMalformed,
    UsccCheckCharacter,
    UsccMalformed,
)

RESIDENT_ID = "111"
ADULT_AGE = 18
OTHER_NUMBER = re.compile(r"[0-9A-Z()\-/]{4,32}")
_CODE = "0-9A-HJ-NPQRTUWXY"
_USCC = re.compile(rf"[{_CODE}]{{2}}[0-9]{{6}}[{_CODE}]{{10}}")
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_PROVINCES = (
    11,
    12,
    13,
    14,
    15,
    21,
    22,
    23,
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
    91,
)


def fold(text: str) -> str:
    """Normalise a code: half width, upper case, no blanks around it."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def uscc(text: str, *, strict: bool = True) -> str:
    """Validate and fold an eighteen-character 统一社会信用代码.

    ``strict=False`` lets a wrong check character pass: codes with one have really been issued. Refusals:
    ``UsccMalformed``, ``UsccCheckCharacter``. Source: GB 32100-2015.
    """
    code = fold(text)
    if not _USCC.fullmatch(code):
        raise UsccMalformed
    if strict and code[-1] != _check_character(code[:-1]):
        raise UsccCheckCharacter
    return code


@lru_cache(4096)
def _check_character(body: str) -> str:
    """Check character of a code; cached, because one authority's code is in every row of its file."""
    return str(stdnum_uscc.calc_check_digit(body))


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
        number += ric.calc_check_digit(number + "0")
    birth_date(number)
    if number[-1] != ric.calc_check_digit(number):
        raise ResidentIdCheckCharacter
    return number


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
    """Whether the first two digits are those of a province; an unknown one needs a warning, not a refusal."""
    return int(number[:2]) in _PROVINCES


def mask(number: str) -> str:
    """Mask a number but for its last four characters; a number of up to four is masked entirely."""
    tail = number[-4:] if len(number) > 4 else ""
    return "*" * (len(number) - len(tail)) + tail


def is_sound(code: str) -> bool:
    """Whether a code has the right check character."""
    try:
        return uscc(code) == code
    except Invalid:
        return False


def lenient_uscc(text: str) -> tuple[str, str | None]:
    """Validate a code for a look-up: the code, and the refusal code of a wrong check character.

    Codes with a wrong check character have really been issued, so a check looks them up as they stand.
    """
    code = uscc(text, strict=False)
    try:
        uscc(code)
    except UsccCheckCharacter as refusal:
        return code, refusal.code
    return code, None


def identity(id_type: str | None, number: str, id_types: Mapping[str, str]) -> tuple[str, str]:
    """Validate an identity document for indexing: its type code and the folded number.

    ``id_types`` maps code to Chinese name; a type is given by either, and none or ``resident_id`` is the resident
    identity card (111), judged by GB 11643. A type that is not known would find nobody, so it is refused:
    ``IdTypeUnknown``; a number that cannot be one: ``IdNumberMalformed``.
    """
    type_text = fold(id_type or "resident_id")
    if type_text in ("RESIDENT_ID", "身份证"):
        type_text = RESIDENT_ID
    code = next((code for code, name in id_types.items() if type_text in (code, name)), None)
    if code is None:
        raise IdTypeUnknown()
    if code == RESIDENT_ID:
        return code, resident_id(number)
    if not OTHER_NUMBER.fullmatch(fold(number)):
        raise IdNumberMalformed()
    return code, fold(number)
