"""Judge the number of a decision: one whole number, with the figure that tells it from the next one."""

import re
import unicodedata

from registry.domain import identifiers
from registry.domain.filing import cells, numerals, placeholders
from registry.domain.publication.redaction import has_personal_number
from registry.errors import Invalid

IS_DAY = "document-number-is-day"
INCOMPLETE = "document-number-incomplete"
SEVERAL = "document-number-several"
PERSONAL = "personal-number"
OF_OTHER_FIELD = "cell-of-other-field"
DETAILS = {
    IS_DAY: "文号是一个日期，可能被表格软件改动过，应填写完整文号",
    INCOMPLETE: "文号没有序号、被遮盖，或者只说明另见何处，应填写完整文号，例如 盐示罚〔2026〕1号",
    SEVERAL: "一格写了几个文号，应一份决定一行",
    OF_OTHER_FIELD: "此处是统一社会信用代码，不是文号",
    PERSONAL: "文号中含有个人证件或电话号码，文号是公开的，应填写文号本身",
}
"""What is wrong with a number, and what would be taken, by code of the fault."""
DOUBTFUL = "document-number-doubtful"
"""1-3号 may be three numbers or one with a part; 2O26 is no year, （更正） no part: a person must look."""

_USUAL = re.compile(r"[\u4e00-\u67cf\u67d1-\u9fff]+〔(?:19|20)\d\d〕[0-9]+号")
"""How nearly all numbers look, without 某."""
_YEAR = re.compile(r"[〔\[(【﹝〈《{]\s*(?:(?:19|20)\d\d|[零〇○一二三四五六七八九]{4})?\s*年?\s*[〕\])】﹞〉》}]")
_BARE_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d年?(?!\d)")
_FIGURE = re.compile(rf"\d|第\s*[{numerals.NUMERALS}]+|[{numerals.NUMERALS}]+\s*[号號]?$")
_MASKED = re.compile(
    r"[*＊×✕■□█▇●?？…]|_{1,}|(?<![A-Za-z])[Xx]{2,}(?![A-Za-z])|(?<=\d)[Xx]{2,}|(?<=\d)[Xx](?=\s*[号號])|某|\.{3}"
    r"|^\d(?:\.\d+)?[Ee]\+?\d+$"  # of a long number only the beginning is left
)
_CODE_LENGTH = 18
_SHORTEST_BARE = 4
"""Digits of the serial number printed on a form, which is a number without words."""
_ORDINAL = rf"(?:\d+|第?[{numerals.NUMERALS}]+)"
_BETWEEN = r"(?:[、,，;；/\n|&+]|和|与|及|以及|至|到|[~～]|\s[-－—]+\s)+"
_SEVERAL = re.compile(
    rf"\d\s*[号號]?\s*{_BETWEEN}\s*第?{_ORDINAL}\s*[号號]"
    r"|\d\s*[号號]\s*[^-－—\d]*[〔\[(【﹝](?:19|20)\d\d[〕\])】﹞]\s*第?\d+\s*[号號]"
    r"|\d\s*[号號]?\s*等\s*\S{0,4}$"
)
_RANGE = re.compile(r"(?<![\d-])([1-9]\d*)\s*[号號]?\s*[-－—–]+\s*([1-9]\d*)\s*[号號]$")

_NO_YEAR = re.compile(r"([〔\[])(?!(?:19|20)\d\d\s*年?\s*[〕\]])[0-9OoIl]{3,6}[〕\]]")
_STATE = re.compile("作废|更正|撤销|补正|草案|草稿|失效|[号號]\\s*[、,;。.:]$")


def fault_of(number: str) -> str | None:
    """The code of what is wrong with a number as filed (``DETAILS``), None for a whole number."""
    if has_personal_number(number):
        return PERSONAL
    if _USUAL.fullmatch(number):
        return None
    if cells.is_day(number):
        return IS_DAY
    if len(number) == _CODE_LENGTH and number.isascii() and _is_code(number):
        return OF_OTHER_FIELD
    folded = unicodedata.normalize("NFKC", number)
    is_unreadable = _MASKED.search(number) or cells.has_raised_figure(number) or placeholders.stands_for_other(number)
    if not is_unreadable and _SEVERAL.search(folded):
        return SEVERAL
    return INCOMPLETE if is_unreadable or not _has_figure(folded) else None


def _is_code(number: str) -> bool:
    try:
        return identifiers.uscc(number) == number.upper()
    except Invalid:
        return False


def is_doubtful(number: str) -> bool:
    """Whether a person must look at a number: it ends like a range (1-3号; 9-1号 and 09-0012号 are parts of one
    number), has a year that is none (2O26), or words of a state or a sign behind its end (（更正）, 作废)."""
    if _USUAL.fullmatch(number):
        return False
    folded = unicodedata.normalize("NFKC", number)
    if _NO_YEAR.search(folded) or _STATE.search(folded):
        return True
    match = _RANGE.search(folded)
    return match is not None and int(match[1]) < int(match[2]) and len(match[1]) == len(match[2])


def _has_figure(text: str) -> bool:
    """Whether a number has a figure beside its year; one without words, as printed on forms, has several."""
    if text.isdigit():
        return len(text) >= _SHORTEST_BARE
    rest = _YEAR.sub("", text)
    return _FIGURE.search((_BARE_YEAR.sub("", text) if rest == text else rest).strip()) is not None
