"""Parse a query for published records, for pages and API alike: understood, or refused with a code.

What is not understood would find nothing, and "nothing found" of a person is an answer that somebody acts upon.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain import identifiers, labels, literals, records
from registry.domain.filing import places, row_reader
from registry.domain.filing.cells import is_forbidden
from registry.domain.filing.parse import document_key
from registry.domain.law.reference import Reference
from registry.domain.naming import name_key
from registry.domain.publication import redaction
from registry.domain.publication.log_identity import LogIdentity
from registry.errors import Fault, Invalid
from registry.phrases import Phrase, joined
from registry.queries.publication.publications import Filter, Moment
from registry.refusals.acts import EpochOver, QueryRefused

FILTERS = frozenset({"q", "kind", "uscc", "sector", "behaviour", "district", "authority", "year", "state"})
PARAMETERS = FILTERS | {"on", "next", "previous"}
QUERY_CHARACTERS_MAX = 100
"""The longest name that can be searched for; no registered name is longer."""

_EPOCH_PLACE = 3
"""Dots before the epoch in the token of a page: after ledger size, day and entry."""
_TOKEN = re.compile(r"([0-9]{1,15})\.([0-9-]{10})\.([0-9]{1,15})")
_LONG_NUMBER = re.compile(r"\d{15}")
_CODE = "[0-9A-HJ-NPQRTUWXY]"
_CODE_TOGETHER = re.compile(rf"(?<![0-9A-Z]){_CODE}{{2}}[0-9]{{6}}{_CODE}{{10}}(?![0-9A-Z])")
_CODE_APART = re.compile(rf"(?<![0-9A-Z]){_CODE}(?:[\s\-·.]?{_CODE}){{17}}(?![0-9A-Z])")
_CODE_WORDS = re.compile(r"统一社会信用代码|社会信用代码|信用代码|组织机构代码|USCC")
_NO_CODE = re.compile(r"(?<![0-9A-Z])(?=(?:[0-9A-Z][\s\-]?){8,24}(?![0-9A-Z]))(?:[\s\-]?[A-Z]{0,4}[0-9]){8,}[0-9A-Z]*")
_DOCUMENT = re.compile(r"[^\s，,：:；;。、“”]*[〔\[(【﹝][0-9]{4}[〕\])】﹞]\s*第?\s*[0-9]+\s*[号號]?")
_BEFORE_NUMBER = re.compile("^(?:请问|请|想|查询|查找|查|关于|根据|依据|按照|按|见|贵局|你局|我局|的)+")
"""Words of a sentence that may stand right before a document number."""
_HAN = re.compile("[\u3400-\u9fff]")
_YEAR = re.compile("(?:19|20|21)[0-9]{2}")
_WILDCARDS = re.compile(r"(?<=\w)(?:[*?%？＊×✱]|_{2,})+(?=\w)|某某")
"""In the middle of a name; at its ends they mean what is done anyway."""


@dataclass(frozen=True)
class RecordQuery:
    """A query for published records. ``on`` and ``entry`` are None for the present; ``typed`` refills a form.

    A page that is not the first shows the newest below entry ``before``, or the nearest above ``after``.
    """

    wanted: Filter
    on: dt.date | None
    entry: int | None
    before: int | None
    after: int | None
    typed: Mapping[str, str]

    @property
    def is_first(self) -> bool:
        """Whether this is the first page."""
        return self.before is None and self.after is None


def parse_record_query(arguments: Mapping[str, str], reference: Reference) -> RecordQuery:
    """Parse the query in ``arguments`` (``PARAMETERS``); empty ones count as absent. Refuses as ``QueryRefused``.

    ``kind`` may name several kinds, with commas. Nothing refused here is repeated: somebody may have typed an
    identity number.
    """
    typed = {name: " ".join(value.split()) for name, value in arguments.items() if value.strip()}
    for parameter, value in typed.items():
        if is_forbidden(value):
            raise _build_refusal(
                parameter,
                "forbidden-character",
                "含有不可见字符，请重新输入。",
            )
    for parameter in ("q", "uscc", "authority"):
        if _is_personal_question(typed.get(parameter, "")):
            raise _build_refusal(
                parameter,
                "identity-number",
                "公开页面不按身份证件号码、电话号码或银行卡号查询。请改用单位名称或统一社会信用代码。",
            )
    entry, on, before, after = _parse_place(typed)
    name, code, document = _parse_question(typed.get("q", ""))
    authority, authority_name = _parse_authority(typed)
    uscc_filter = _parse_uscc(typed, "uscc", "统一社会信用代码")
    if code and uscc_filter and code != uscc_filter:
        raise _build_refusal("uscc", "contradiction", "两处填写的统一社会信用代码不一致。")
    wanted = Filter(
        kinds=_parse_kinds(typed.get("kind", "")),
        sector=_parse_sector(typed, reference),
        behaviour=_check_code(typed, "behaviour", reference.names("behaviours"), "失信行为"),
        district=_parse_district(typed, reference),
        authority=authority,
        name=name,
        uscc=code or uscc_filter,
        authority_name=authority_name,
        document=document,
        year=_parse_year(typed.get("year")),
        state=_parse_state(typed.get("state")),
    )
    return RecordQuery(wanted, on, entry, before, after, typed)


def page_token(at: Moment, edge: int, epoch: str) -> str:
    """The token of a page at the same ledger size and day: as ``next`` it starts below the entry ``edge``, as
    ``previous`` it ends above. ``epoch``: that of the ledger whose entries these are."""
    return f"{at.entry}.{at.on.isoformat()}.{edge}.{epoch}"


def without_epoch(arguments: Mapping[str, str], identity: LogIdentity) -> dict[str, str]:
    """The arguments, tokens of pages without their epoch; refuses ``EpochOver`` a token of another epoch.

    One without an epoch, as they were given before there were any, is taken while there was no other.
    """
    return {
        name: _require_epoch(value, identity) if name in ("next", "previous") else value
        for name, value in arguments.items()
    }


def _require_epoch(token: str, identity: LogIdentity) -> str:
    if token.count(".") < _EPOCH_PLACE:
        if token.strip() and not identity.is_first:
            raise EpochOver(epoch=identity.epoch)
        return token
    rest, _, epoch = token.strip().rpartition(".")
    if epoch != identity.epoch:
        raise EpochOver(epoch=identity.epoch)
    return rest


def is_personal(text: str) -> bool:
    """Whether a text may be a number of a person; a well-formed organisation code is none."""
    compact = _keep_alphanumeric(text)
    if redaction.blot(compact) != compact:
        return True
    return bool(_LONG_NUMBER.search(compact)) and not identifiers.is_sound(compact)


def _build_refusal(parameter: str, code: str, detail: str) -> QueryRefused:
    return QueryRefused(faults=(Fault(f"/{parameter}", code, detail),))


def _keep_alphanumeric(text: str) -> str:
    return "".join(character for character in identifiers.fold(text) if character.isalnum())


def _is_personal_question(text: str) -> bool:
    """Whether a question may hold a number of a person, beside the codes in it or as one of them."""
    codes, rest = _find_codes(text)
    return is_personal(rest) or any(is_personal(code) for code in codes)


def _find_codes(text: str) -> tuple[list[str], str]:
    """The organisation codes in a text, its characters together or apart, and the text without them."""
    folded = identifiers.fold(text)
    codes: list[str] = []

    def take(match: re.Match[str]) -> str:
        code = _keep_alphanumeric(match[0])
        try:
            # Codes with a wrong check character have been issued, and must be found.
            codes.append(identifiers.uscc(code, strict=False))
        except Invalid:
            return match[0]
        return " "

    return codes, _CODE_APART.sub(take, _CODE_TOGETHER.sub(take, folded))


def _parse_kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(kind for kind in text.split(",") if kind)
    if set(kinds) - set(records.PUBLIC_KINDS) or (text and not kinds):
        raise _build_refusal(
            "kind", "kind-unknown", Phrase("kind 应为 %(codes)s", codes=joined(records.PUBLIC_KINDS, "、"))
        )
    return kinds


def _parse_question(text: str) -> tuple[str | None, str | None, str | None]:
    """A name, a code, or the key of a document number; of a name with its code the code, because that is exact.

    Refuses what could find nothing.
    """
    if not text:
        return None, None, None
    label, rest, field = row_reader.labels_of(text)
    if field == "subject_name" and rest:
        text = rest
    elif field == "document_number" and rest:
        return None, None, document_key(rest)
    elif field and field != "uscc":
        raise _build_refusal(
            "q", "other-field", Phrase("不能按%(label)s查询，请输入单位名称或统一社会信用代码。", label=label)
        )
    if len(text) > QUERY_CHARACTERS_MAX:
        raise _build_refusal(
            "q", "name-too-long", Phrase("查询内容不得超过 %(most)s 个字。", most=QUERY_CHARACTERS_MAX)
        )
    codes, rest = _find_codes(text)
    if len(set(codes)) > 1:
        raise _build_refusal("q", "several-codes", "查询内容里有几个统一社会信用代码，请一次查询一个。")
    if codes:
        return None, codes[0], None
    if number := _DOCUMENT.search(unicodedata.normalize("NFKC", text)):
        return None, None, document_key(_BEFORE_NUMBER.sub("", number[0]))
    if _CODE_WORDS.search(rest) or _NO_CODE.search(rest):
        raise _build_refusal("q", "uscc-malformed", "查询内容像是代码，但不是 18 位统一社会信用代码，请核对。")
    if _WILDCARDS.search(text):
        raise _build_refusal("q", "wildcard", "不支持通配符和被遮盖的名称，请输入名称中连续的几个字。")
    if not any(character.isalnum() for character in name_key.key(text)):
        raise _build_refusal("q", "name-empty", "查询内容里没有文字，请输入名称或统一社会信用代码。")
    return text, None, None


def _parse_authority(typed: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Code or name of the deciding authority; a part of its name will do."""
    text = typed.get("authority", "")
    codes, _ = _find_codes(text)
    if codes or not name_key.key(text) or not _HAN.search(text):
        return _parse_uscc(typed, "authority", "处罚机关代码"), None
    if len(text) > QUERY_CHARACTERS_MAX:
        raise _build_refusal(
            "authority", "name-too-long", Phrase("机关名称不得超过 %(most)s 个字。", most=QUERY_CHARACTERS_MAX)
        )
    return None, text


def _parse_year(text: str | None) -> str | None:
    if text is not None and not _YEAR.fullmatch(text):
        raise _build_refusal("year", "year-malformed", "年份应为四位数字，例如 2026。")
    return text


def _parse_state(text: str | None) -> str | None:
    if text is not None and text not in labels.STANDING:
        raise _build_refusal(
            "state", "state-unknown", Phrase("state 应为 %(codes)s", codes=joined(labels.STANDING, "、"))
        )
    return text


def _parse_uscc(typed: Mapping[str, str], parameter: str, label: str) -> str | None:
    if parameter not in typed:
        return None
    codes, rest = _find_codes(typed[parameter])
    if len(set(codes)) != 1 or name_key.key(_CODE_WORDS.sub("", rest)):
        raise _build_refusal(parameter, "uscc-malformed", Phrase("%(label)s应为 18 位统一社会信用代码。", label=label))
    return codes[0]


def _check_code(typed: Mapping[str, str], parameter: str, codes: Mapping[str, str], label: str) -> str | None:
    value = typed.get(parameter)
    if value is None or value in codes:
        return value
    code = row_reader.code_of(value, codes, {})
    if code is None:
        detail = Phrase(
            "没有这个%(label)s代码，%(accepted)s。", label=label, accepted=row_reader.accepted(codes.items())
        )
        raise _build_refusal(parameter, f"{parameter}-unknown", detail)
    return code


def _parse_sector(typed: Mapping[str, str], reference: Reference) -> str | None:
    """The sector, as a cell may name it; all of them are no filter."""
    names = reference.names("sectors")
    codes = places.sector_codes(typed.get("sector", ""), names, reference.sector_words) if "sector" in typed else ()
    if len(codes) > 1:
        return None
    return codes[0] if codes else _check_code(typed, "sector", names, "领域")


def _parse_district(typed: Mapping[str, str], reference: Reference) -> str | None:
    names = reference.names("districts")
    if "district" in typed and (code := places.district_code(typed["district"], names, reference.district_words)):
        return code
    return _check_code(typed, "district", names, "地区")


def _parse_place(typed: Mapping[str, str]) -> tuple[int | None, dt.date | None, int | None, int | None]:
    """Parse ledger size, day, and the entry below or above which a page lies that is not the first."""
    on = _parse_day(typed["on"], "on") if "on" in typed else None
    if "next" in typed and "previous" in typed:
        raise _build_refusal("previous", "contradiction", "只能向一个方向翻页，请从第一页重新查询。")
    parameter = "previous" if "previous" in typed else "next"
    if parameter not in typed:
        return None, on, None, None
    parts = _TOKEN.fullmatch(typed[parameter])
    if not parts:
        raise _build_refusal(parameter, "next-malformed", "翻页标记不完整，请从第一页重新查询。")
    pinned = _parse_day(parts[2], parameter)
    if on not in (None, pinned):
        raise _build_refusal("on", "contradiction", "日期与翻页标记不一致，请从第一页重新查询。")
    edge = int(parts[3])
    return int(parts[1]), pinned, None if parameter == "previous" else edge, edge if parameter == "previous" else None


def _parse_day(text: str, parameter: str) -> dt.date:
    try:
        return literals.iso_day(text)
    except ValueError:
        raise _build_refusal(parameter, "day-malformed", "日期应写成 2026-01-31 的形式，且须是存在的日期。") from None
