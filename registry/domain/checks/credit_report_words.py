"""A genuine credit report in Chinese: what it proves, each record, and what it does not prove."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from registry.domain.labels import RECORD_KINDS, label_for
from registry.domain.law.publicity import NO_END
from registry.domain.literals import chinese_day
from registry.phrases import Phrase, joined


def explain(statement: Mapping[str, Any]) -> list[str]:
    """Explain a verified report."""
    subject = statement["subject"]
    origin = {"issuer": statement["issuer"], "instant": statement["instant"]}
    about = Phrase("统一社会信用代码 %(uscc)s", uscc=subject["uscc"])
    root = Phrase("，其根哈希为 %(root)s", root=statement["root"]) if statement["root"] else ""
    return [
        Phrase("证明：%(issuer)s 于 %(instant)s（协调世界时）出具本信用核查报告，此后一字未改。", **origin),
        Phrase("对象：%(about)s。", about=joined([*filter(None, [subject.get("name")]), about], "，")),
        Phrase(
            "依据账本第 1 至第 %(entry)s 号记录%(root)s；所示为 %(day)s公示中的记录。",
            entry=statement["entry"],
            root=root,
            day=chinese_day(statement["on"]),
        ),
        count_text(statement),
        *(record_text(record) for record in statement["records"]),
        *limit_texts(statement),
    ]


def count_text(statement: Mapping[str, Any]) -> str:
    """How many records stand published."""
    count = len(statement["records"])
    return Phrase("公示中的记录 %(count)s 条。", count=count) if count else "当时没有查到以该代码公示的记录。"


def record_text(record: Mapping[str, Any]) -> str:
    """One record in a sentence."""
    kind: str = label_for(RECORD_KINDS, record["kind"])
    if "list" in record:
        kind = Phrase("%(name)s（%(origin)s）", name=kind, origin=record["list"])
    decided = Phrase(
        "%(authority)s%(day)s",
        authority=record["authority"],
        day=chinese_day(record["decided_on"]) if "decided_on" in record else "",
    )
    facts = [joined(filter(None, (decided, record.get("document_number"))), "，"), *_measure_texts(record)]
    until: str = Phrase("公示至 %(day)s", day=_last_day(record["visible_until"]))
    facts.append(until)
    if "disputed_on" in record:
        facts.append(Phrase("%(day)s起有异议", day=chinese_day(record["disputed_on"])))
    return Phrase(
        "%(kind)s：%(facts)s（记录 %(record)s 第 %(revision)s 版）。",
        kind=kind,
        facts=joined(facts, "；"),
        record=record["record"],
        revision=record["revision"],
    )


def _measure_texts(record: Mapping[str, Any]) -> Iterator[str]:
    for measure in record["measures"]:
        yield Phrase(
            "%(name)s，%(since)s至%(until)s，依据 %(basis)s",
            name=measure["name"],
            since=chinese_day(measure["starts_on"]),
            until=_last_day(measure["ends_on"]) if measure["ends_on"] else "未载明期限",
            basis=measure["basis"],
        )


def _last_day(first_day_after: str) -> str:
    day = dt.date.fromisoformat(first_day_after)
    return "长期" if day >= NO_END else chinese_day((day - dt.timedelta(days=1)).isoformat())


def limit_texts(statement: Mapping[str, Any]) -> list[str]:
    """What a report does not prove."""
    return [
        Phrase(
            "不证明：第 %(entry)s 号记录之后的情形；没有代码、以其他代码或者仅以名称公示的记录；"
            "不公开、已期满、已修复或者已撤回的记录；其他登记簿的记录。",
            entry=statement["entry"],
        ),
        "没有查到不等于没有失信行为，本报告也不是对信用状况的评价。",
    ]
