"""Parse a query for published records, for pages and API alike; refuse personal numbers and what is unclear."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain import identifiers, records
from registry.domain.law.reference import Reference
from registry.domain.naming import name_key
from registry.domain.publication import redaction
from registry.errors import Fault, Invalid
from registry.queries.publication.publications import Filter
from registry.refusals.acts import QueryRefused

FILTERS = frozenset({"q", "kind", "uscc", "sector", "behaviour", "district", "authority"})
PARAMETERS = FILTERS | {"on", "next"}
QUERY_CHARACTERS_MAX = 100
"""So long a name may be; no registered one is longer."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NEXT = re.compile(r"([0-9]{1,15})\.([0-9-]{10})\.([0-9]{1,15})")
_LONG_NUMBER = re.compile(r"\d{15}")


@dataclass(frozen=True)
class RecordQuery:
    """A query for published records. ``on`` and ``entry`` are None for the present; ``typed`` refills a form."""

    wanted: Filter
    on: dt.date | None
    entry: int | None
    before: int | None
    typed: Mapping[str, str]


def parse_record_query(arguments: Mapping[str, str], reference: Reference) -> RecordQuery:
    """The query in ``arguments`` (``PARAMETERS``); empty ones count as absent. Refuses as ``QueryRefused``.

    ``kind`` may name several kinds, with commas. Nothing refused here is repeated: somebody may have typed an
    identity number.
    """
    typed = {name: value.strip() for name, value in arguments.items() if value.strip()}
    for parameter in ("q", "uscc", "authority"):
        if is_personal(typed.get(parameter, "")):
            raise _refused(
                parameter,
                "identity-number",
                "公开页面不按身份证件号码、电话号码或银行卡号查询。请改用单位名称或统一社会信用代码。",
            )
    entry, on, before = _place(typed)
    name, code = _name_or_code(typed.get("q", ""))
    filed = _code(typed, "uscc", "统一社会信用代码")
    if code and filed and code != filed:
        raise _refused("uscc", "contradiction", "两处填写的统一社会信用代码不一致。")
    wanted = Filter(
        kinds=_kinds(typed.get("kind", "")),
        sector=_known(typed, "sector", reference.names("sectors"), "领域"),
        behaviour=_known(typed, "behaviour", reference.names("behaviours"), "失信行为"),
        district=_known(typed, "district", reference.names("districts"), "地区"),
        authority=_code(typed, "authority", "处罚机关代码"),
        name=name,
        uscc=code or filed,
    )
    return RecordQuery(wanted, on, entry, before, typed)


def next_token(entry: int, on: dt.date, before: int) -> str:
    """The ``next`` of a page: it goes on behind entry ``before`` at the same ledger size and day."""
    return f"{entry}.{on.isoformat()}.{before}"


def is_personal(text: str) -> bool:
    """True for anything that may be a number of a person; a well-formed organisation code is none."""
    compact = _compact(text)
    if redaction.blot(compact) != compact:
        return True
    return bool(_LONG_NUMBER.search(compact)) and not identifiers.is_sound(compact)


def _refused(parameter: str, code: str, detail: str) -> QueryRefused:
    return QueryRefused(faults=(Fault(f"/{parameter}", code, detail),))


def _compact(text: str) -> str:
    return "".join(character for character in identifiers.fold(text) if character.isalnum())


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(kind for kind in text.split(",") if kind)
    if set(kinds) - set(records.PUBLIC_KINDS):
        raise _refused("kind", "kind-unknown", f"kind 应为 {'、'.join(records.PUBLIC_KINDS)}")
    return kinds


def _name_or_code(text: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    if len(text) > QUERY_CHARACTERS_MAX:
        raise _refused("q", "name-too-long", f"查询内容不得超过 {QUERY_CHARACTERS_MAX} 个字。")
    try:
        # Codes with a wrong check character have been issued, and must be found.
        return None, identifiers.uscc(_compact(text), strict=False)
    except Invalid:
        pass
    if not name_key.key(text):
        raise _refused("q", "name-empty", "查询内容里没有文字，请输入名称或统一社会信用代码。")
    return text, None


def _code(typed: Mapping[str, str], parameter: str, label: str) -> str | None:
    if parameter not in typed:
        return None
    try:
        return identifiers.uscc(typed[parameter], strict=False)
    except Invalid as refusal:
        raise _refused(parameter, refusal.code, f"{label}应为 18 位统一社会信用代码。") from None


def _known(typed: Mapping[str, str], parameter: str, codes: Mapping[str, str], label: str) -> str | None:
    value = typed.get(parameter)
    if value is not None and value not in codes:
        raise _refused(parameter, f"{parameter}-unknown", f"没有这个{label}代码。")
    return value


def _place(typed: Mapping[str, str]) -> tuple[int | None, dt.date | None, int | None]:
    """Ledger size, day and last entry shown, of a page that is not the first."""
    on = _day(typed["on"], "on") if "on" in typed else None
    if "next" not in typed:
        return None, on, None
    parts = _NEXT.fullmatch(typed["next"])
    if not parts:
        raise _refused("next", "next-malformed", "翻页标记不完整，请从第一页重新查询。")
    pinned = _day(parts[2], "next")
    if on not in (None, pinned):
        raise _refused("on", "contradiction", "日期与翻页标记不一致，请从第一页重新查询。")
    return int(parts[1]), pinned, int(parts[3])


def _day(text: str, parameter: str) -> dt.date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _refused(parameter, "day-malformed", "日期应写成 2026-01-31 的形式，且须是存在的日期。") from None
