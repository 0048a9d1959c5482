"""Sections of a record page: all public fields of a record under Chinese labels, by kind of record."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from registry.domain import labels, record_fields
from registry.domain.cases.filed_kinds import FILED_KINDS
from registry.domain.law.publicity import NO_END
from registry.domain.law.reference import Reference
from registry.queries.publication import record_terms
from registry.web.formatting import joined_names, last_day, money
from registry.web.language import phrase

Body = Mapping[str, Any]
Pairs = list[tuple[str, str]]


def sections(body: Body, reference: Reference) -> list[tuple[str, Pairs]]:
    """The sections of a record: titles with (label, value) pairs; empty values are left out."""
    title, describe_decision = DECISIONS.get(body["kind"]) or (FILED_KINDS[body["kind"]].section, _filed_record)
    parts = [
        ("行政相对人", _subject(body)),
        (title, describe_decision(body, reference)),
        ("公示", _publicity(body, reference)),
        ("信息来源", _source(body)),
    ]
    return [(title, [pair for pair in pairs if pair[1]]) for title, pairs in parts]


def responsible(body: Body) -> list[tuple[str, str, str]]:
    """Name, role and as-of day of the people named with a listed subject."""
    return [
        (person["name"], labels.label_for(labels.RESPONSIBLE, person["role"]), person["as_of"])
        for person in body.get("responsible") or ()
    ]


def _derived_district(body: Body, reference: Reference) -> str:
    code = record_terms.derived_district(body)
    return reference.names("districts").get(code, "") if code else ""


def _subject(body: Body) -> Pairs:
    subject = body["subject"]
    return [
        ("名称", subject["name"]),
        ("统一社会信用代码", subject["uscc"] or ""),
        ("类别", labels.label_for(labels.SUBJECT_KINDS, subject["kind"])),
    ]


def _penalty(body: Body, reference: Reference) -> Pairs:
    return [
        ("决定书文号", body.get("document_number") or ""),
        ("处罚名称", body.get("title") or ""),
        *_authority(body),
        ("处罚决定日期", body.get("decided_on") or ""),
        ("处罚有效期", body.get("effect_until") or ""),
        ("违法行为类型", body.get("behaviour_text") or ""),
        ("负面清单行为", joined_names(reference, "behaviours", [body.get("behaviour")])),
        ("违法事实", body.get("facts") or ""),
        ("处罚依据", body.get("basis") or ""),
        ("处罚种类", joined_names(reference, "penalty_kinds", body.get("kinds") or ())),
        ("处罚内容", body.get("content") or ""),
        ("罚款金额", money(body.get("fine_fen"))),
        ("没收金额", money(body.get("confiscated_fen"))),
        ("暂扣或者吊销的证照", body.get("permit") or ""),
        *_scope(body, reference),
    ]


def _listing(body: Body, reference: Reference) -> Pairs:
    scheme = body["scheme"]
    level = labels.label_for(labels.BASIS_LEVELS, scheme["basis_level"])
    until = phrase("%(until)s（含）", until=last_day(body["ends_on"])) if body["ends_on"] else "移出为止（没有期限）"
    return [
        ("名单", scheme["name"]),
        ("设列依据", f"{scheme['basis']}（{level}）"),
        ("列入决定书文号", body["document_number"]),
        *_authority(body),
        ("列入决定日期", body["decided_on"]),
        ("列入期限", phrase("%(since)s 至 %(until)s", since=body["starts_on"], until=until)),
        ("负面清单行为", joined_names(reference, "behaviours", [body["behaviour"]])),
        ("列入事实", body["facts"]),
        ("列入依据", body["basis"]),
        ("列入理由", body["reasons"]),
        *_scope(body, reference),
    ]


def _adopted_listing(body: Body, reference: Reference) -> Pairs:
    scheme = body["scheme"]
    level = labels.label_for(labels.BASIS_LEVELS, scheme["basis_level"])
    until = phrase("%(until)s（含）", until=last_day(body["ends_on"])) if body["ends_on"] else "名单未载明期限"
    return [
        ("名单", scheme["name"]),
        ("设列依据", f"{scheme['basis']}（{level}）"),
        ("名单来源", body["list_source"]),
        ("名单状态截至", body["as_of"]),
        ("认定文号", body["document_number"]),
        *_authority(body),
        ("列入日期", body["decided_on"]),
        ("列入期限", phrase("%(since)s 至 %(until)s", since=body["starts_on"], until=until)),
        ("列入事由", body["facts"]),
        ("认定依据", body["basis"]),
        ("处理结果", body["content"]),
        *_scope(body, reference),
    ]


def _commendation(body: Body, reference: Reference) -> Pairs:
    return [
        ("激励名称", body["title"]),
        ("文书文号", body["document_number"]),
        *_authority(body),
        ("文书日期", body["decided_on"]),
        ("激励事由", body["facts"]),
        ("激励依据", body["basis"]),
        *_scope(body, reference),
    ]


def _filed_record(body: Body, reference: Reference) -> Pairs:
    """A filed record of any kind: its own fields under their titles."""
    own = [(field.title, field.text(body.get(field.name))) for field in record_fields.own_fields(body["kind"])]
    return [
        ("文号", body["document_number"]),
        *_authority(body),
        ("文书日期", body["decided_on"]),
        *own,
        ("认定事实", body["facts"]),
        ("依据", body["basis"]),
        *_scope(body, reference),
    ]


DECISIONS: dict[str, tuple[str, Callable[[Body, Reference], Pairs]]] = {
    "penalty": ("处罚决定", _penalty),
    "listing": ("列入决定", _listing),
    "adopted_listing": ("其他机关的列入决定（转录）", _adopted_listing),
    "commendation": ("守信激励", _commendation),
}
"""The title and the fields of the decision, by kind of record; filed records describe themselves by their types."""


def _authority(body: Body) -> Pairs:
    label = labels.AUTHORITIES[body["kind"]]
    return [
        (label, body["authority"]["name"]),
        (phrase("%(authority)s代码", authority=label), body["authority"]["code"] or ""),
    ]


def _scope(body: Body, reference: Reference) -> Pairs:
    return [
        ("领域", joined_names(reference, "sectors", body["sectors"])),
        ("地区", joined_names(reference, "districts", [body.get("district")])),
        ("地区（按统一社会信用代码推定）", _derived_district(body, reference)),
    ]


def _publicity(body: Body, reference: Reference) -> Pairs:
    severity, policy = body.get("severity"), body.get("policy")
    rules = {**reference.names("policies"), **reference.names("thresholds"), **reference.names("schemes")}
    return [
        ("失信程度", labels.label_for(labels.SEVERITIES, severity) if severity else ""),
        ("重大违法记录", _grave(body)),
        ("公示期限规则", f"{labels.label_for(rules, policy)}（{policy}）" if policy else ""),
        ("公示起始日", body["visible_from"]),
        ("公示至（含当日）", last_day(body["visible_until"])),
        ("可申请信用修复之日", _repairable(body.get("repairable_from"))),
        ("法定公示期限", body.get("publish_by") or ""),
        ("报送件摘要", body.get("filing") or ""),
    ]


def _repairable(day: str | None) -> str:
    """The day from which repair is open; a ban without end leaves none."""
    return "限制措施没有期限，不能申请" if day and dt.date.fromisoformat(day) >= NO_END else day or ""


def _grave(body: Body) -> str:
    grave = body.get("is_grave")
    if body["kind"] != "penalty" or grave is None:
        return ""
    return "属于（政府采购法实施条例第十九条）" if grave else "不属于"


def _source(body: Body) -> Pairs:
    source = body.get("source") or {}
    channel = source.get("channel")
    return [
        ("数据来源单位", source.get("name") or ""),
        ("数据来源单位代码", source.get("code") or ""),
        ("报送部门", source.get("department") or ""),
        ("报送渠道", labels.label_for(labels.CHANNELS, channel) if channel else ""),
        ("来源节点", source.get("node") or ""),
        ("报送日期", source.get("filed_on") or ""),
        ("核验日期", source.get("verified_on") or ""),
    ]
