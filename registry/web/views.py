"""Public records as a page shows them: labelled, in order, and free of characters that deceive the eye."""

import datetime as dt
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.matching import Match
from registry.domain.reference import Reference
from registry.models import Publication
from registry.web import labels
from registry.work import day_of

Pairs = list[tuple[str, str]]
_ONE_DAY = dt.timedelta(days=1)
_FEN_PER_WAN_YUAN = 1_000_000


@dataclass(frozen=True)
class Measure:
    """A measure of a record; ``until`` is its last day."""

    name: str
    basis: str
    effect: str
    scope: str
    since: str
    until: str
    is_in_force: bool
    note: str


@dataclass(frozen=True)
class Card:
    """A record in a list; ``until`` is the last day on which it is shown."""

    record: str
    name: str
    uscc: str
    kind: str
    document_number: str
    penalties: str
    authority: str
    decided_on: str
    until: str
    sectors: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Step:
    """One version in the history of a record."""

    revision: int
    act: str
    day: dt.date
    entry: int


def differences(match: Match) -> str:
    """What sets a near name apart from the one asked for, in words."""
    told = [
        f"{labels.told(labels.DIFFERENCES, one.kind)}（{one.asked or '无'}／{one.held or '无'}）"
        for one in match.differences
    ]
    return "；".join(told) or "写法不同"


def body_of(publication: Publication) -> dict[str, Any]:
    """The public content, every string made safe to look at."""
    return plain(json.loads(publication.body))  # type: ignore[no-any-return]


def card(publication: Publication, reference: Reference, on: dt.date) -> Card:
    """One line of a result list, with the measures in force on the day."""
    body = body_of(publication)
    return Card(
        record=publication.record,
        name=body["subject"]["name"],
        uscc=body["subject"]["uscc"] or "",
        kind=labels.told(labels.RECORD_KINDS, body["kind"]),
        document_number=body.get("document_number") or "",
        penalties=_words(reference, "penalty_kinds", body.get("kinds") or ()),
        authority=body["authority"]["name"],
        decided_on=body.get("decided_on") or "",
        until=_last_day(body["visible_until"]),
        sectors=tuple(_each(reference, "sectors", body["sectors"])),
        measures=tuple(held for held in measures(body, reference, on) if held.is_in_force),
    )


def measures(body: Mapping[str, Any], reference: Reference, on: dt.date) -> list[Measure]:
    """The measures of a record, each with its legal basis, days and scope."""
    return [_measure(term, reference, on) for term in body.get("measures") or ()]


def sections(body: Mapping[str, Any], reference: Reference) -> list[tuple[str, Pairs]]:
    """All public fields of a record under their Chinese labels; empty ones are left out."""
    made = [
        ("行政相对人", _subject(body)),
        ("处罚决定", _decision(body, reference)),
        ("公示", _publicity(body, reference)),
        ("信息来源", _source(body)),
    ]
    return [(title, [pair for pair in pairs if pair[1]]) for title, pairs in made]


def steps(versions: Iterable[Publication]) -> list[Step]:
    """The versions of a record as acts on days."""
    return [
        Step(held.revision, labels.told(labels.ACTS, held.act), day_of(held.recorded_at), held.from_entry)
        for held in versions
    ]


def money(fen: int | None) -> str:
    """An amount as filed, in 万元 with six decimals, and in yuan."""
    if fen is None:
        return ""
    wan, rest = divmod(fen, _FEN_PER_WAN_YUAN)
    return f"{wan}.{rest:06d} 万元（{fen // 100:,}.{fen % 100:02d} 元）"


def _subject(body: Mapping[str, Any]) -> Pairs:
    subject = body["subject"]
    return [
        ("名称", subject["name"]),
        ("统一社会信用代码", subject["uscc"] or ""),
        ("类别", labels.told(labels.SUBJECT_KINDS, subject["kind"])),
    ]


def _decision(body: Mapping[str, Any], reference: Reference) -> Pairs:
    behaviour, district = body.get("behaviour"), body.get("district")
    return [
        ("决定书文号", body.get("document_number") or ""),
        ("处罚名称", body.get("title") or ""),
        ("处罚机关", body["authority"]["name"]),
        ("处罚机关代码", body["authority"]["code"] or ""),
        ("处罚决定日期", body.get("decided_on") or ""),
        ("处罚有效期", body.get("effect_until") or ""),
        ("违法行为类型", body.get("behaviour_text") or ""),
        ("负面清单行为", _words(reference, "behaviours", [behaviour] if behaviour else ())),
        ("违法事实", body.get("facts") or ""),
        ("处罚依据", body.get("basis") or ""),
        ("处罚种类", _words(reference, "penalty_kinds", body.get("kinds") or ())),
        ("处罚内容", body.get("content") or ""),
        ("罚款金额", money(body.get("fine_fen"))),
        ("没收金额", money(body.get("confiscated_fen"))),
        ("暂扣或者吊销的证照", body.get("permit") or ""),
        ("领域", _words(reference, "sectors", body["sectors"])),
        ("地区", _words(reference, "districts", [district] if district else ())),
    ]


def _publicity(body: Mapping[str, Any], reference: Reference) -> Pairs:
    severity, policy, grave = body.get("severity"), body.get("policy"), body.get("is_grave")
    return [
        ("失信程度", labels.told(labels.SEVERITIES, severity) if severity else ""),
        (
            "重大违法记录",
            "" if grave is None else ("属于（政府采购法实施条例第十九条）" if grave else "不属于"),
        ),
        ("公示期限规则", f"{labels.told(reference.names('policies'), policy)}（{policy}）" if policy else ""),
        ("公示起始日", body["visible_from"]),
        ("公示至（含当日）", _last_day(body["visible_until"])),
        ("可申请信用修复之日", body.get("repairable_from") or ""),
        ("法定公示期限", body.get("publish_by") or ""),
        ("报送件摘要", body.get("filing") or ""),
    ]


def _source(body: Mapping[str, Any]) -> Pairs:
    source = body.get("source") or {}
    channel = source.get("channel")
    return [
        ("数据来源单位", source.get("name") or ""),
        ("数据来源单位代码", source.get("code") or ""),
        ("报送部门", source.get("department") or ""),
        ("报送渠道", labels.told(labels.CHANNELS, channel) if channel else ""),
        ("来源节点", source.get("node") or ""),
        ("报送日期", source.get("filed_on") or ""),
        ("核验日期", source.get("verified_on") or ""),
    ]


def _measure(term: Mapping[str, Any], reference: Reference, on: dt.date) -> Measure:
    ends_on = term["ends_on"]
    has_begun = dt.date.fromisoformat(term["starts_on"]) <= on
    return Measure(
        name=term["name"],
        basis=term["basis"],
        effect=labels.told(labels.EFFECTS, term["effect"]),
        scope=_scope(term, reference),
        since=term["starts_on"],
        until=_last_day(ends_on) if ends_on else "未载明期限",
        is_in_force=has_begun and (ends_on is None or on < dt.date.fromisoformat(ends_on)),
        note="依据或者范围须由人核实" if term["effect"] == "review" else "",
    )


def _scope(term: Mapping[str, Any], reference: Reference) -> str:
    parts = [
        _words(reference, "sectors", term["sectors"]),
        "、".join(labels.told(labels.ROLES, role) for role in term["roles"]),
        labels.told(labels.TERRITORIES, term["territory"]),
        "仅限依法必须进行招标的项目" if term["only_must_tender"] else "",
    ]
    return "；".join(part for part in parts if part)


def _each(reference: Reference, kind: str, codes: Iterable[str]) -> list[str]:
    known = reference.names(kind)
    return [labels.told(known, code) for code in codes]


def _words(reference: Reference, kind: str, codes: Iterable[str]) -> str:
    return "、".join(_each(reference, kind, codes))


def _last_day(first_day_after: str) -> str:
    day = dt.date.fromisoformat(first_day_after)
    return (day if day == dt.date.min else day - _ONE_DAY).isoformat()  # no day lies before the first


def plain(value: Any) -> Any:
    """Control and formatting characters spelled out: they can turn a name around or hide a part of it."""
    if isinstance(value, str):
        return "".join(_visible(character) for character in value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def _visible(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") and character not in "\n\t":
        return f"[U+{ord(character):04X}]"
    return character
