"""Codes of organisations: 统一社会信用代码 (GB 32100-2015) and the organisation code inside it (GB 11714)."""

import re
from functools import lru_cache

from stdnum.cn import uscc as stdnum_uscc

from registry.domain.identifiers.folding import fold
from registry.domain.identifiers.resident import PROVINCES, is_place_known, is_resident_id, resembles_resident_id
from registry.errors import Invalid
from registry.refusals.content import (
    OrganisationCodeMalformed,
    PersonalNumber,
    UsccCheckCharacter,
    UsccImpossible,
    UsccMalformed,
)

_CODE = "0-9A-HJ-NPQRTUWXY"
_KINDS = "1[1239]|2[19]|3[1-59]|4[19]|5[1-59]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1-39]|Y1"
"""Registering department and kind (GB 32100-2015, table; 54 and 55 are met in older codes)."""
_PLACES = "|".join(sorted(PROVINCES - {"83", "91"} | {"10"}))
"""Provinces (GB/T 2260); 100000 is what the central authorities register."""
_SHAPE = re.compile(rf"[{_CODE}]{{2}}[0-9]{{6}}[{_CODE}]{{10}}")
_POSSIBLE = re.compile(rf"(?:{_KINDS})(?:{_PLACES})[0-9]{{4}}[{_CODE}]{{10}}")
_ORGANISATION = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(text: str, *, strict: bool = True, is_confirmed: bool = False) -> str:
    """Validate and fold an eighteen-character 统一社会信用代码.

    It must be a possible one: a registering department and kind that exist, a place in a province. ``strict=False``
    lets a wrong check character pass: codes with one have really been issued. A number that is a valid resident
    number is none, whatever its check character; only a code that is sound in every part and happens to read as one
    too passes when it ``is_confirmed``. Refusals: ``PersonalNumber``, ``UsccMalformed``, ``UsccImpossible``,
    ``UsccCheckCharacter``. Source: GB 32100-2015; 个人信息保护法 28.
    """
    code = fold(text)
    if resembles_resident_id(code) and not (is_confirmed and reads_as_both(code)) and not _is_code_only(code):
        raise PersonalNumber
    if not _POSSIBLE.fullmatch(code):
        raise UsccImpossible if _SHAPE.fullmatch(code) else UsccMalformed
    if strict and code[-1] != check_character(code[:-1]):
        raise UsccCheckCharacter
    return code


def reads_as_both(code: str) -> bool:
    """Whether a code is sound in every part and also reads as a resident number: a person must look at it."""
    return (
        is_resident_id(code)
        and is_place_known(code)
        and _has_check_character(code)
        and code[16] == organisation_check_character(code[8:16])
    )


def _is_code_only(code: str) -> bool:
    """Whether a code that has the shape of a resident number is none: its check character is that of a code alone."""
    return not is_resident_id(code) and _has_check_character(code)


def _has_check_character(code: str) -> bool:
    return bool(_POSSIBLE.fullmatch(code)) and code[-1] == check_character(code[:-1])


def is_possible(code: str) -> bool:
    """Whether folded characters may be a code, its check characters apart."""
    return bool(_POSSIBLE.fullmatch(code))


@lru_cache(4096)
def check_character(body: str) -> str:
    """Check character of a code; cached, because one authority's code is in every row of its file."""
    return str(stdnum_uscc.calc_check_digit(body))


def is_sound(code: str) -> bool:
    """Whether a code has the right check character and is nobody's identity number."""
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


def organisation_code(text: str) -> str:
    """Validate and fold a 组织机构代码: eight characters and a check character, without the hyphen.

    It is what stands at places 9 to 17 of the organisation's 统一社会信用代码. Refuses ``OrganisationCodeMalformed``.
    Source: GB 11714.
    """
    code = re.sub(r"\s", "", fold(text))
    if not _ORGANISATION.fullmatch(code):
        raise OrganisationCodeMalformed
    return code.replace("-", "")


def register_number(text: str) -> str:
    """The number of another register, letters and digits only; perhaps empty. Refuses ``PersonalNumber``."""
    number = re.sub("[^0-9A-Z]", "", fold(text))
    if resembles_resident_id(number):
        raise PersonalNumber
    return number


def organisation_check_character(body: str) -> str:
    """Check character of the eight characters of an organisation code (GB 11714: weights, modulus 11)."""
    total = sum(weight * int(character, 36) for weight, character in zip(_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]
