"""A genuine credit report in Chinese: what it proves, each record, and what it does not prove."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.labels import RECORD_KINDS, label_for
from registry.domain.law.publicity import NO_END
from registry.domain.literals import chinese_day


def explain(statement: Mapping[str, Any]) -> list[str]:
    """Explain a verified report."""
    subject = statement["subject"]
    name = f"{subject['name']}，" if "name" in subject else ""
    root = f"，其根哈希为 {statement['root']}" if statement["root"] else ""
    return [
        f"证明：{statement['issuer']} 于 {statement['instant']}（协调世界时）出具本信用核查报告，此后一字未改。",
        f"对象：{name}统一社会信用代码 {subject['uscc']}。",
        f"依据账本第 1 至第 {statement['entry']} 号记录{root}；所示为 {chinese_day(statement['on'])}公示中的记录。",
        count_text(statement),
        *(record_text(record) for record in statement["records"]),
        *limit_texts(statement),
    ]


def count_text(statement: Mapping[str, Any]) -> str:
    """How many records stand published."""
    count = len(statement["records"])
    return f"公示中的记录 {count} 条。" if count else "当时没有查到以该代码公示的记录。"


def record_text(record: Mapping[str, Any]) -> str:
    """One record in a sentence."""
    decided = f"{chinese_day(record['decided_on'])}" if "decided_on" in record else ""
    what = f"（{record['list']}）" if "list" in record else ""
    number = f"，{record['document_number']}" if "document_number" in record else ""
    disputed = f"；{chinese_day(record['disputed_on'])}起有异议" if "disputed_on" in record else ""
    measures = "；".join(_measure_texts(record))
    return (
        f"{label_for(RECORD_KINDS, record['kind'])}{what}：{record['authority']}{decided}{number}；"
        f"{measures + '；' if measures else ''}公示至 {_last_day(record['visible_until'])}{disputed}"
        f"（记录 {record['record']} 第 {record['revision']} 版）。"
    )


def _measure_texts(record: Mapping[str, Any]) -> Iterator[str]:
    for measure in record["measures"]:
        until = _last_day(measure["ends_on"]) if measure["ends_on"] else "未载明期限"
        yield f"{measure['name']}，{chinese_day(measure['starts_on'])}至{until}，依据 {measure['basis']}"


def _last_day(first_day_after: str) -> str:
    day = dt.date.fromisoformat(first_day_after)
    return "长期" if day >= NO_END else chinese_day((day - dt.timedelta(days=1)).isoformat())


def limit_texts(statement: Mapping[str, Any]) -> list[str]:
    """What a report does not prove."""
    return [
        f"不证明：第 {statement['entry']} 号记录之后的情形；没有代码、以其他代码或者仅以名称公示的记录；"
        "不公开、已期满、已修复或者已撤回的记录；其他登记簿的记录。",
        "没有查到不等于没有失信行为，本报告也不是对信用状况的评价。",
    ]
