"""Find numbers that identify or reach a person in a text, however they are typed.

What counts is the number, not its spelling: digits of any script, full width, circled or Chinese (三二〇九), in groups
with blanks, dots, hyphens, line breaks or characters without a glyph between them. A number is one by its own
property: day of birth and check character, place and day, Luhn digit, or a word before it that says what it is.

Source: 个人信息保护法 28, 34; GB 11643; ISO/IEC 7812 (Luhn).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stdnum import luhn

from registry.domain.characters import digit_values, tables
from registry.domain.identifiers.organisation import is_possible, is_sound
from registry.domain.identifiers.resident import check_character, is_place_known, is_resident_id, resembles_resident_id

Span = tuple[int, int]

_CHINESE_DIGITS = {
    **dict(zip("〇一二三四五六七八九", "0123456789", strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", "0123456789", strict=True)),
    **dict(zip("○貳參叄陸弌弍弎", "02336123", strict=True)),
    **{"幺": "1", "◯": "0", "⚪": "0"},
}
_X_ALIKE = frozenset("xXⅹⅩ×✕ΧχХх")
"""Letters and signs typed for the check character X."""
_LETTERS_AS_DIGITS = str.maketrans("OILo", "0110")
_UNITS = "元万亿吨米平件台套个股份"
"""What makes the number before it a quantity."""
_TIGHT, _LOOSE, _BREAK = 1, 2, 3
_LOOSE_SIGNS = frozenset('，、；：。,;:!?！？|×✕*~～≈±"“”‘’%％¥￥$=<>《》【】')
"""Signs that end one thing and begin another; a valid resident number may still be written across them."""
_LOOSE_WORDS = frozenset("年月日点杠横")
"""Characters read aloud or written between the parts of a number."""
_DIGITISH = "0-9０-９〇○零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺貳參陸"
_HAN = re.sub(f"[{''.join(_LOOSE_WORDS)}]", "", "".join(map(chr, range(0x4E00, 0xA000))))
_STRETCH = re.compile(rf"[{_DIGITISH}](?:[^{_DIGITISH}A-Za-z{_HAN}]{{0,6}}[{_DIGITISH}]){{9,}}")
"""At least ten digits with nothing but signs and blanks between them."""
_MANY = re.compile(rf"(?:[{_DIGITISH}OoIl][^{_DIGITISH}]{{0,12}}){{5}}[{_DIGITISH}OoIl]")
"""Six digits not far from each other: no number of a person has fewer."""
_RARE = re.compile(
    "[^\x00-\x7f\xb7\u2014\u2018-\u201d\u2026\u3000-\u3020\u4e00-\u9fff\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40]"
)
"""What may be a digit or a letter in another form, or have no glyph."""
_RUN = re.compile(r"[0-9A-Za-z]+")
_LOWER = re.compile("[a-z]+")
_DOCUMENT = re.compile(
    rf"(?:[A-Za-z]|证|护照|卡|电话|手机|方式|座机|固话|传真)[^0-9。]{{0,12}}[{_DIGITISH}OIl](?:[^0-9A-Za-z\u4e00-\u9fff]{{0,3}}[{_DIGITISH}OoIl]){{5}}"
)
"""A letter or the word for a document, and at least six digits behind it."""
_CODE_BEFORE = re.compile(r"[0-9A-Za-z](?P<sign>[\-_/.])$")
_CODE_AFTER = re.compile(r"(?P<sign>[\-_/.])[0-9A-Za-z]")
"""Groups in the middle of a longer code, as of a project or contract: JSZC-320900-1512-0261-105."""
_FOURS_BEFORE = re.compile(r"[0-9]{4} $")
"""The middle of an account in fours; of two numbers side by side the first is found, and the second with it."""
_LETTER_BEFORE = re.compile("[A-Za-z]$")
_DIGEST = re.compile("(?<![0-9A-Za-z])(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?![0-9A-Za-z])")
_DECIMALS = re.compile(r"\.[0-9]{1,2}(?![0-9.])")
_NET_ADDRESS = re.compile(r"(?:(?:1?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])(?:\.(?!$)|$)){4}")
_NUMBER_OF_WORK = re.compile("注册号|执照号|登记号|许可证|编号|项目|合同|标段|工程|批号")
_NUMBER_OF_FILE = re.compile(
    r"[0-9A-Za-z\-_/.第〕］】）)\]]$"
    r"|(?:文号|单号|案号|流水号|凭证|票号|发票|订单|批次|受理|决定书|合同|NO\.?)[^0-9]{0,4}$"
)
"""What stands before a number of a document or of a payment."""
_FILE_ENDS = frozenset("号號-_/")
_OF_AGE = "2012"
"""Year of birth of the youngest whom an authority punishes (行政处罚法 30: fourteen)."""
_AREA_CODE = "010|02[0-9]|03[1-9][0-9]|04[1-8][0-9]|05[1-9][0-9]|06[36][0-9]|07[0-9]{2}|08[1-9][0-9]|09[0-9]{2}"
_MOBILE = re.compile(r"(?:(?:00)?86|0)?1[3-9][0-9]{9}")
_DAY = "20[0-4][0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_LANDLINE = re.compile(rf"(?:(?:00)?86)?(?:{_AREA_CODE})(?!{_DAY})[2-9][0-9]{{6,7}}")
_CARD_BY_PREFIX = re.compile(r"62[0-9]{14,17}|(?:4|5[1-5]|60|65)[0-9]{14,15}|(?:4367|4563|9558)[0-9]{12,15}")
_CARD_BY_LUHN = re.compile(r"[4-69][0-9]{12,18}|3[4-8][0-9]{12,14}|2[2-7][0-9]{14}")
_BETWEEN = "[^0-9A-Z\u4e00-\u9fff，。；、;]{0,3}"
_BLANK = r"[\s\u200b.．·\-–—−－]{0,2}"
_CONTEXT = re.compile(
    r"(?:身份证|身份号|护照|通行证|台胞证|回乡证|居留证|居住证|证件号|银行卡|卡号|PASSPORT|ID\s?CARD|ID\s?NO)[^0-9\n。；]{0,8}?"
    rf"(?P<number>(?:[A-Z]{_BETWEEN}){{0,3}}[0-9OIL](?:{_BETWEEN}[0-9OIL]){{4,19}}(?:{_BETWEEN}[A-Z](?![A-Z]))?)"
)
"""What stands behind the word for a document."""
_LOCAL_TELEPHONE = re.compile(
    rf"(?:电话|手机|联系方式|座机|固话|传真|TEL)[^0-9\n。；]{{0,6}}?(?P<number>[2-9](?:{_BETWEEN}[0-9]){{6,7}})(?![0-9A-Z])"
)
"""A number without an area code, behind the word that says what it is."""
_PERMIT = re.compile(
    rf"(?<![0-9A-Z\-_/字])(?P<letters>[EGDSPHMK]|E{_BLANK}[A-Z])"
    rf"(?P<groups>(?:[ (]?{_BLANK}[0-9]+\)?){{1,10}})(?![0-9A-Z_/])"
)
_ONE_GROUP = re.compile(r"[^0-9]*([0-9]+)\)?")
_CARD_OF_2004 = re.compile(
    rf"(?<![0-9A-Z])(?:[A-Z]{_BETWEEN}){{3}}(?P<digits>[0-9](?:{_BETWEEN}[0-9]){{10}}){_BETWEEN}[0-9X](?![0-9A-Z])"
)
_YEAR = re.compile("(?:19[5-9]|20[0-4])[0-9]")
_DAY_IN_GROUPS = re.compile("\\b(?:19|20)[0-9]{2} [01]?[0-9] [0-3]?[0-9]\\b")
_NUMERALS = re.compile(f"[{''.join(_CHINESE_DIGITS)}]+")


@dataclass(frozen=True)
class Group:
    """A run of digits without anything between: its place in the text, what stands before it (``gap``)."""

    digits: str
    start: int
    end: int
    gap: int


def personal_spans(text: str) -> list[Span]:
    """Where numbers of a person stand in a text, from left to right, overlapping ones joined."""
    if len(text) < 7 or not (_MANY.search(text) or _RARE.search(text)):
        return []
    plain = _to_plain(text)
    spans: list[Span] = []
    if stretches := [match.span() for match in _STRETCH.finditer(plain)]:
        spans += [span for stretch in stretches for span in _digit_spans(plain, text, *stretch)]
    if spans:
        codes = [match.span() for match in _RUN.finditer(plain) if _is_code(match[0].upper())]
        spans = [span for span in spans if not _is_inside(span, codes)]
    if _DOCUMENT.search(plain):
        spans += _document_spans(_LOWER.sub(lambda match: match[0].upper(), _NUMERALS.sub(_to_digits, plain)))
    return _joined(spans)


def _to_plain(text: str) -> str:
    """The text, character for character, with rare forms of digits and letters as plain ones."""
    return text.translate(_plain_characters()) if _RARE.search(text) else text


@cache
def _plain_characters() -> dict[int, str]:
    """Single characters that stand for one digit or ASCII letter; what has no glyph is a blank of no width."""
    facts = tables()
    plain = {
        point: form
        for point, form in facts.compatible.items()
        if len(form) == 1 and form.isascii() and (form.isalnum() or form == " ")
    }
    # ⑴ and ⒈ are digits with a sign
    plain |= {
        point: digits[0]
        for point, form in facts.compatible.items()
        if len(form) > 1
        and len(digits := "".join(filter(str.isdecimal, form))) == 1
        and digits.isascii()
        and not any(map(str.isalpha, form))
    }
    plain |= dict.fromkeys(facts.ignorable, "\u200b")
    plain |= {point: "\u200b" for point, category in facts.category.items() if category[0] == "M"}
    plain |= dict(digit_values())
    return plain


def _to_digits(numerals: re.Match[str]) -> str:
    return "".join(_CHINESE_DIGITS[numeral] for numeral in numerals[0])


def _is_code(run: str) -> bool:
    """Whether an alphanumeric run is a code of an organisation, whose digits may look like a telephone number."""
    if len(run) != 18:
        return False
    return is_sound(run) or (is_possible(run) and not run[:17].isdigit())


def _digit_spans(text: str, original: str, start: int, end: int) -> Iterator[Span]:
    """Personal numbers among the groups of digits of one stretch, each of them whole groups."""
    groups = list(_groups(text, original, start, end))
    found_end = -1
    for first in range(len(groups)):
        digits, widest = "", 0
        for last in range(first, len(groups)):
            if last > first:
                widest = max(widest, groups[last].gap)
                if groups[last].gap == _BREAK:
                    break
            digits += groups[last].digits
            if len(digits) > 19:
                break
            if len(digits) >= 10:
                parts = groups[first : last + 1]
                is_next = parts[0].start == found_end + 1
                if number_end := _end_of_number(text, digits, parts, widest, is_next):
                    found_end = number_end
                    yield parts[0].start - text[: parts[0].start].endswith("+"), number_end


def _end_of_number(text: str, digits: str, parts: list[Group], widest: int, is_next: bool) -> int | None:
    """The end of a personal number made of these groups; None when they are none. ``is_next``: right behind another."""
    start, end = parts[0].start, parts[-1].end
    letter_end = _check_letter(text, end) if len(digits) == 17 else None
    if letter_end and _is_resident(digits + "X", widest, text[:start]):
        return letter_end
    if len(digits) == 18 and _is_resident(digits, widest, text[:start]):
        return None if is_sound(digits) else end
    if widest > _TIGHT:
        return None
    is_old_resident = len(digits) == 15 and _is_old_resident(digits, text[:start], text[end:])
    if is_old_resident or (not _is_within_other(text, parts, is_next) and _reaches(digits, parts, text[:start])):
        return end
    return None


def _reaches(digits: str, parts: list[Group], before: str) -> bool:
    """Whether digits are a telephone or a payment card."""
    return _is_telephone(digits, before) or (_is_card(digits, parts) and not is_sound(digits))


def _is_resident(number: str, widest: int, before: str) -> bool:
    """A valid number, whatever is between its parts; one with a wrong character when it is written in one.

    Numbers of permits and projects have a place and a day, too, but a recent one: with such a word before it, and where
    the check character is wrong, the holder must be of age to be punished (行政处罚法 30).
    """
    if not resembles_resident_id(number) or not is_place_known(number):
        return False
    is_of_age = number[6:10] <= _OF_AGE
    if number[-1] == check_character(number):
        return is_of_age or not _NUMBER_OF_WORK.search(before[-10:])
    return widest <= _TIGHT and number[6:10] >= "1900" and is_of_age


def _is_old_resident(digits: str, before: str, after: str) -> bool:
    """The form of fifteen digits: a place, a day of the 20th century. A number of the business register (工商注册号)
    or of a permit says what it is; a day of the years 1910 to 1929 may be one of this century in a document number,
    which is a part of a longer name or ends with 号."""
    full = f"{digits[:6]}19{digits[6:]}X"
    if not resembles_resident_id(full) or not is_place_known(full):
        return False
    if _NUMBER_OF_WORK.search(before[-10:]):
        return False
    is_of_file = bool(_NUMBER_OF_FILE.search(before[-10:])) or after[:1] in _FILE_ENDS
    return digits[6:8] >= ("30" if is_of_file else "10")


def _is_telephone(digits: str, before: str) -> bool:
    if _MOBILE.fullmatch(digits):
        return True
    return bool(_LANDLINE.fullmatch(digits)) and not _LETTER_BEFORE.search(before[-1:])


def _is_card(digits: str, parts: list[Group]) -> bool:
    if len(digits) < 13 or _DAY_IN_GROUPS.search(" ".join(part.digits for part in parts)):
        return False
    if _CARD_BY_PREFIX.fullmatch(digits):
        return True
    return bool(_CARD_BY_LUHN.fullmatch(digits)) and luhn.is_valid(digits)


def _is_within_other(text: str, parts: list[Group], is_next: bool) -> bool:
    """Whether groups are a part of something else: a sum, an address of the net, a hash, a longer number in groups."""
    start, end = parts[0].start, parts[-1].end
    if _DECIMALS.match(text, end) or (len(parts) <= 2 and text[end : end + 1] in _UNITS and end < len(text)):
        return True
    if any(run.start() <= start and end <= run.end() for run in _DIGEST.finditer(text)):
        return True
    if len(parts) == 1:
        return False
    outer = (_CODE_BEFORE.search(text, max(0, start - 2), start), _CODE_AFTER.match(text, end))
    if any(sign and sign["sign"] in text[start:end] for sign in outer) or _NET_ADDRESS.fullmatch(text, start, end):
        return True
    return not is_next and bool(_FOURS_BEFORE.search(text, max(0, start - 5), start))


def _groups(text: str, original: str, first: int, last: int) -> Iterator[Group]:
    """Runs of digits of one script, so that a footnote ¹ behind a number is no part of it."""
    digits, start, gap, signs, script = "", first, _BREAK, 0, None
    for place in range(first, last):
        digit = _digit(text[place])
        next_script = _script(original[place], digit) if digit else None
        if digits and next_script != script:
            yield Group(digits, start, place, gap)
            digits, gap, signs = "", 0, 0
        script = next_script
        if digit:
            start = start if digits else place
            digits += digit
        else:
            signs += 1
            gap = max(gap, _gap(text[place]), _BREAK if signs > 6 else 0)
    if digits:
        yield Group(digits, start, last, gap)


def _script(character: str, digit: str) -> int:
    """Digits of one script have one zero; Chinese numerals are one script."""
    return 0x3007 if character in _CHINESE_DIGITS else ord(character) - int(digit)


def _digit(character: str) -> str | None:
    return character if "0" <= character <= "9" else _CHINESE_DIGITS.get(character)


def _gap(character: str) -> int:
    """What a character between two groups of digits means for them."""
    if character in _LOOSE_WORDS or character in _LOOSE_SIGNS:
        return _LOOSE
    point = ord(character)
    return _TIGHT if point in tables().category or point in tables().ignorable else _BREAK


def _check_letter(text: str, at: int) -> int | None:
    """The end of an X that follows seventeen digits and ends there."""
    for place in range(at, min(at + 4, len(text))):
        if text[place] in _X_ALIKE:
            is_end = place + 1 == len(text) or not (text[place + 1].isascii() and text[place + 1].isalnum())
            return place + 1 if is_end else None
        if _gap(text[place]) == _BREAK:
            return None
    return None


def _document_spans(text: str) -> Iterator[Span]:
    """Numbers with letters: passports, permits, cards; and whatever stands behind the word for such a document."""
    for match in _CONTEXT.finditer(text):
        bare = re.sub(r"[^0-9A-Z]", "", match["number"])
        if sum(map(str.isdigit, bare)) >= 6 and not _is_code(bare):
            yield match.span("number")
    for match in _LOCAL_TELEPHONE.finditer(text):
        yield match.span("number")
    for match in _PERMIT.finditer(text):
        lengths = (7,) if len(match["letters"]) > 1 else (8, 10)
        if end := _end_of_permit(match["groups"], lengths):
            yield match.start(), match.start("groups") + end
    for match in _CARD_OF_2004.finditer(text):
        digits = re.sub("[^0-9]", "", match["digits"])
        number = f"{digits[:4]}0019{digits[4:10]}000X"
        if is_place_known(number) and resembles_resident_id(number):
            yield match.span()
    if any(letter in text for letter in "OIL"):
        yield from _spans_with_letters(text)


def _end_of_permit(groups: str, lengths: tuple[int, ...]) -> int | None:
    """Where the digits of a passport or permit end, with those of its renewal; a recent year is that of a contract."""
    digits, end = "", None
    for group in _ONE_GROUP.finditer(groups):
        digits += group[1]
        if len(digits) in lengths:
            end = group.end()
    return None if _YEAR.match(digits) else end


def _spans_with_letters(text: str) -> Iterator[Span]:
    """Resident numbers typed with the letters O, I and L for digits."""
    for match in re.finditer(r"(?<![0-9A-Z])[0-9OIL]{17}[0-9XOIL](?![0-9A-Z])", text):
        if is_resident_id(match[0].translate(_LETTERS_AS_DIGITS)):
            yield match.span()


def _is_inside(span: Span, codes: list[Span]) -> bool:
    return any(first <= span[0] and span[1] <= last for first, last in codes)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
