"""What a visitor asks of the record list, read from the query string and refused when it is not clear."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain import identifiers
from registry.domain.law.reference import Reference
from registry.domain.naming import name_key
from registry.domain.publication import redaction
from registry.errors import Invalid
from registry.queries.publication.publications import Filter
from registry.refusals.acts import QueryRefused
from registry.web import labels

PARAMETERS = frozenset({"q", "kind", "uscc", "sector", "behaviour", "district", "authority", "on", "next"})
QUERY_CHARACTERS_MAX = 100

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEXT = re.compile(r"([0-9]{1,15})\.([0-9-]{10})\.([0-9]{1,15})")
_LONG_NUMBER = re.compile(r"\d{15}")


@dataclass(frozen=True)
class RecordQuery:
    """A question to the list. ``on`` and ``entry`` are None for the present; ``typed`` refills the form."""

    wanted: Filter
    on: dt.date | None
    entry: int | None
    before: int | None
    typed: Mapping[str, str]


def parse_record_query(arguments: Mapping[str, str], reference: Reference) -> RecordQuery:
    """The question in ``arguments``; empty ones count as not given. Refuses as ``QueryRefused``.

    Nothing refused here is repeated: a visitor may have typed an identity number.
    """
    typed = {name: value.strip() for name, value in arguments.items() if value.strip()}
    if any(is_personal(typed.get(name, "")) for name in ("q", "uscc", "authority")):
        raise QueryRefused("公开页面不按身份证件号码、电话号码或银行卡号查询。请改用单位名称或统一社会信用代码。")
    entry, on, before = _place(typed)
    name, code = _name_or_code(typed.get("q", ""))
    filed = _code(typed.get("uscc", ""), "统一社会信用代码")
    if code and filed and code != filed:
        raise QueryRefused("两处填写的统一社会信用代码不一致。")
    kind = _known(typed, "kind", labels.RECORD_KINDS, "种类")
    wanted = Filter(
        kinds=(kind,) if kind else (),
        sector=_known(typed, "sector", reference.names("sectors"), "领域"),
        behaviour=_known(typed, "behaviour", reference.names("behaviours"), "失信行为"),
        district=_known(typed, "district", reference.names("districts"), "地区"),
        authority=_code(typed.get("authority", ""), "处罚机关代码"),
        name=name,
        uscc=code or filed,
    )
    return RecordQuery(wanted, on, entry, before, typed)


def is_personal(text: str) -> bool:
    """True for anything that may be a number of a person; a well-formed organisation code is none."""
    compact = _compact(text)
    if redaction.blot(compact) != compact:
        return True
    if not _LONG_NUMBER.search(compact):
        return False
    try:
        identifiers.uscc(compact)
    except Invalid:
        return True
    return False


def _compact(text: str) -> str:
    return "".join(character for character in identifiers.fold(text) if character.isalnum())


def _name_or_code(text: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    if len(text) > QUERY_CHARACTERS_MAX:
        raise QueryRefused(f"查询内容不得超过 {QUERY_CHARACTERS_MAX} 个字。")
    try:
        # Codes with a wrong check character have been issued, and must be found.
        return None, identifiers.uscc(_compact(text), strict=False)
    except Invalid:
        pass
    if not name_key.key(text):
        raise QueryRefused("查询内容里没有文字，请输入名称或统一社会信用代码。")
    return text, None


def _code(text: str, label: str) -> str | None:
    if not text:
        return None
    try:
        return identifiers.uscc(text, strict=False)
    except Invalid:
        raise QueryRefused(f"{label}应为 18 位统一社会信用代码。") from None


def _known(typed: Mapping[str, str], name: str, codes: Mapping[str, str], label: str) -> str | None:
    value = typed.get(name)
    if value is not None and value not in codes:
        raise QueryRefused(f"没有这个{label}代码。")
    return value


def _place(typed: Mapping[str, str]) -> tuple[int | None, dt.date | None, int | None]:
    """Ledger size, day and last entry shown, of a page that is not the first."""
    on = _day(typed["on"]) if "on" in typed else None
    if "next" not in typed:
        return None, on, None
    found = _NEXT.fullmatch(typed["next"])
    if not found:
        raise QueryRefused("翻页标记不完整，请从第一页重新查询。")
    pinned = _day(found[2])
    if on not in (None, pinned):
        raise QueryRefused("日期与翻页标记不一致，请从第一页重新查询。")
    return int(found[1]), pinned, int(found[3])


def _day(text: str) -> dt.date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise QueryRefused("日期应写成 2026-01-31 的形式，且须是存在的日期。") from None
