"""Numbers of identity documents: their types, how they are written, and what one person's documents share.

A person's document has several numbers over time and several ways of being typed. The exact number under its type is
what a record is found by; its *core* is what old and new forms of it share, and finds the same person for a look.
"""

import re
from collections.abc import Mapping
from contextlib import suppress

from registry.domain.identifiers.folding import fold
from registry.domain.identifiers.resident import (
    PROVINCES,
    RESIDENT_ID,
    is_residence_card,
    resembles_resident_id,
    resident_id,
)
from registry.errors import Invalid
from registry.refusals.content import IdNumberMalformed, IdTypeUnknown

OTHER_NUMBER = re.compile(r"[0-9A-Z()\-/]{4,32}")

_TYPE_WORDS = {
    "111": """RESIDENT_ID 身份证 居民身份证 公民身份证 二代身份证 第二代居民身份证 身份证号 身份证号码 公民身份号码
        临时身份证""",
    "154": "居住证 港澳台居民居住证 港澳居民居住证 台湾居民居住证",
    "411": "外交护照",
    "414": "护照 普通护照 因私护照 因私普通护照 中国护照 外国护照 PASSPORT",
    "511": """台湾居民来往大陆通行证 台胞证 台湾通行证 台湾居民通行证 台湾来往大陆通行证 大陆通行证""",
    "516": """港澳居民来往内地通行证 港澳通行证 港澳居民通行证 回乡证 回乡卡 港澳来往内地通行证 内地通行证
        港澳居民来往内地通行证(非中国籍)""",
    "553": """外国人永久居留证 外国人永久居留身份证 永久居留证 永久居留身份证 外国人永久居留 外国人居留证 绿卡
        五星卡""",
}
"""Names in use beside that of the code table (GA/T 517, unconfirmed like it)."""
_TYPE_BY_WORD = {word: code for code, words in _TYPE_WORDS.items() for word in words.split()}

_SUFFIX = re.compile(r"\([0-9A-Z]{1,3}\)$")
_HONG_KONG = re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?")
_TAIWAN = re.compile(r"([0-9]{8})(?:[0-9]{2}[A-Z]?|[A-Z])?")
_TAIWAN_SHORT = re.compile(r"[0-9]{7}")
_TAIWAN_SINGLE = re.compile(r"(T[0-9]{7})(?:[0-9]{2})?")
_CARD_OF_2004 = re.compile(r"[A-Z]{3}([0-9]{2})[0-9]{2}([0-9]{6})[0-9][0-9X]")
_PASSPORT = re.compile(r"([A-Z]{1,2})([0-9OI]{6,8})")
_LETTERS_AS_DIGITS = str.maketrans("OI", "01")


def document_number(text: str) -> str:
    """Fold the number of a document: half width, upper case, without blanks."""
    return re.sub(r"\s", "", fold(text))


def id_type_code(text: str, id_types: Mapping[str, str]) -> str | None:
    """The code of a type of document given by its code, its name, or a name in use; None for any other."""
    folded = re.sub(r"\s", "", fold(text))
    for code, name in id_types.items():
        if folded in (code, fold(name)):
            return code
    code = _TYPE_BY_WORD.get(folded, "")
    return code if code in id_types else None


def identity(id_type: str | None, number: str, id_types: Mapping[str, str]) -> tuple[str, str]:
    """Validate an identity document for indexing: its type code and the folded number.

    ``id_types`` maps code to Chinese name; a type is given by either, or by a name in use. None, or ``resident_id``,
    is the resident identity card (111), judged by GB 11643, unless the number can only be of another document. A type
    that is not known would find nobody, so it is refused: ``IdTypeUnknown``; a number that cannot be one:
    ``IdNumberMalformed``.
    """
    code = id_type_code(id_type, id_types) if id_type else _type_by_number(document_number(number))
    if code is None:
        raise IdTypeUnknown()
    if code == RESIDENT_ID:
        return code, resident_id(document_number(number))
    if not OTHER_NUMBER.fullmatch(document_number(number)):
        raise IdNumberMalformed()
    return code, document_number(number)


def _type_by_number(number: str) -> str:
    """The type that a number can only be of, resident identity card where nothing else is certain."""
    bare = _SUFFIX.sub("", number)
    if resembles_resident_id(bare) and is_residence_card(bare):
        return "553"
    for code, shape in (("516", _HONG_KONG), ("511", _TAIWAN), ("511", _TAIWAN_SINGLE), ("553", _CARD_OF_2004)):
        if shape.fullmatch(bare):
            return code
    return "414" if _PASSPORT.fullmatch(bare) else RESIDENT_ID


def document_core(number: str) -> str:
    """What the forms of one person's document share, whatever its type is called.

    The old resident number is the new one; a permit stays itself when it is renewed (two digits more, or brackets);
    the residence cards of 2004 and 2023 share province and day of birth. Two persons may share a core, so that it
    never bars.
    """
    bare = re.sub(r"[^0-9A-Z]", "", _SUFFIX.sub("", document_number(number)))
    with suppress(Invalid):
        bare = resident_id(bare)
    if resembles_resident_id(bare):
        return f"{bare[1:3]}:{bare[8:14]}" if is_residence_card(bare) else bare
    if (card := _CARD_OF_2004.fullmatch(bare)) and card[1] in PROVINCES:
        return f"{card[1]}:{card[2]}"
    if _TAIWAN_SHORT.fullmatch(bare):
        return f"0{bare}"  # a leading zero that a spreadsheet took
    for shape in (_HONG_KONG, _TAIWAN, _TAIWAN_SINGLE):
        if match := shape.fullmatch(bare):
            return match[1]
    if match := _PASSPORT.fullmatch(bare):
        return match[1] + match[2].translate(_LETTERS_AS_DIGITS)
    return bare
