"""Fill the documents of a case: its facts, and the law as the reference rows in force state it."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from registry.domain import labels
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Scheme
from registry.domain.law.reference_rows import Row
from registry.models import Listing, Penalty, Relief
from registry.printing.case_documents import TITLES, blank
from registry.queries.cases import penalties, procedure_records
from registry.queries.law import reference_data
from registry.refusals.procedure import DocumentUnknown

KINDS: Mapping[str, tuple[str, ...]] = {
    "listing": ("notice", "decision", "service_proof", "repair_notice", "removal_decision"),
    "repair": ("repair_decision", "service_proof"),
    "dispute": ("service_proof",),
}
"""The documents that can be made for a kind of case."""
_RECONSIDERATION, _LITIGATION, _REPLY = "D09", "D10", "listing_reply_days"


def papers_of(noun: str) -> list[tuple[str, str]]:
    """The documents that can be made for a kind of case, with their names."""
    return [(kind, TITLES[kind]) for kind in KINDS.get(noun, ())]


def build_values(session: Session, case: Listing | Relief, kind: str, today: dt.date) -> dict[str, Any]:
    """What fills the template of a document; refuses ``DocumentUnknown`` for one that such a case does not have.

    What the case does not state yet, and what no reference row gives, stands as a place to be filled in by hand. A row
    that is not confirmed says so beside its source.
    """
    if kind not in KINDS.get(case.noun, ()):
        raise DocumentUnknown()
    reference = reference_data.current(session)
    values = _common_values(reference, today)
    if isinstance(case, Relief):
        return values | _relief_values(session, case) | {"paper": _paper_of_service(kind, "信用修复决定书")}
    return values | _listing_values(reference, case, today) | {"paper": _paper_of_service(kind, "列入决定书")}


def _common_values(reference: Reference, today: dt.date) -> dict[str, Any]:
    return {
        "today": _day(today),
        "reconsideration": _limit(reference, _RECONSIDERATION, today),
        "litigation": _limit(reference, _LITIGATION, today),
        "reply_days": _reply_days(reference, today),
        "document_number": blank("文号"),
        "court": blank("有管辖权的人民法院"),
        "reviewing_authority": blank("行政复议机关"),
        "contact": blank("联系人和电话"),
    }


def _listing_values(reference: Reference, case: Listing, today: dt.date) -> dict[str, Any]:
    facts = case.facts
    scheme = reference.scheme(case.scheme, today)
    decision = facts.get("decision") or {}
    measures = {row.code: row for row in reference.measures(today)}
    return {
        **_subject_values(facts["subject"]),
        "authority": facts["authority_name"],
        "scheme": scheme.name if scheme else case.scheme,
        "scheme_basis": _scheme_basis(scheme),
        "facts": facts["facts"],
        "basis": facts["basis"],
        "grounds": [_ground(ground) for ground in facts["grounds"]],
        "measures": [
            f"{measures[code].name}（{_source(measures[code])}）"
            if code in measures
            else f"{code}{blank('措施的依据')}"
            for code in facts["measures"]
        ],
        "exit": facts["exit"] or blank("移出条件"),
        "term": _term(scheme, case, decision),
        "reasons": decision.get("reasons") or blank("列入理由"),
        "answer": decision.get("answer") or blank("对陈述申辩的答复；没有提出的写明没有提出"),
        "document_number": decision.get("document_number") or blank("文号"),
        "decided_on": _day_or_blank(decision.get("decided_on"), "决定日期"),
        "signed_by": decision.get("signed_by") or blank("负责人签名"),
        "position": decision.get("position") or blank("职务"),
        "reply_until": _day(case.reply_until) if case.reply_until else blank("陈述申辩截止日"),
        "early_exit": _early_exit(scheme),
        "removal_reason": blank("移出的事实和理由"),
        "removal_basis": _scheme_basis(scheme),
    }


def _relief_values(session: Session, case: Relief) -> dict[str, Any]:
    about = _record_of(session, case)
    return {
        **_subject_values(about["subject"]),
        "authority": about["authority_name"],
        "record_number": about.get("document_number") or (about.get("decision") or {}).get("document_number") or "",
        "record_kind": labels.label_for(labels.RECORD_KINDS, case.about_noun),
        "application_number": case.record,
        "received_on": _day(case.received_at.date()),
        "reasons": case.facts.get("reason") or blank("准予修复的事实和理由"),
        "basis": blank("作出修复决定所依据的条款"),
    }


def _record_of(session: Session, case: Relief) -> dict[str, Any]:
    if case.about_noun == Penalty.noun:
        facts: dict[str, Any] = json.loads(penalties.by_record(session, case.about).filing.content)
        return facts
    return procedure_records.by_record(session, Listing, case.about).facts


def _subject_values(subject: Mapping[str, Any]) -> dict[str, Any]:
    """Who the document is about: the number of a natural person is written in by hand."""
    code = subject["uscc"] or (blank("证件号码") if subject["kind"] == "natural_person" else blank("统一社会信用代码"))
    return {"subject": subject["name"], "subject_code": code}


def _paper_of_service(kind: str, usual: str) -> str:
    return usual if kind == "service_proof" else TITLES[kind]


def _ground(ground: Mapping[str, Any]) -> str:
    kind = "生效裁判" if ground["kind"] == "judgment" else "行政处罚决定"
    return f"{ground['authority'] or ''}{kind}（{ground['document_number'] or blank('文号')}）"


def _term(scheme: Scheme | None, case: Listing, decision: Mapping[str, Any]) -> str:
    if case.ends_on is not None and case.starts_on is not None:
        return f"{_day(case.starts_on)}至{_day(case.ends_on - dt.timedelta(days=1))}（含）"
    if decision.get("without_end"):
        return "没有期限，至移出为止"
    if decision.get("ends_on"):
        return f"自送达之日起至{_day(dt.date.fromisoformat(decision['ends_on']) - dt.timedelta(days=1))}（含）"
    if scheme is not None and scheme.term_months is not None:
        return f"自送达之日起{scheme.term_months}个月"
    return blank("列入期限")


def _early_exit(scheme: Scheme | None) -> str:
    if scheme is None or scheme.early_exit_months is None:
        return blank("可以申请提前移出或者信用修复的条件和期限")
    starts = "改正之日" if scheme.early_exit_from == "correction" else "列入之日"
    return f"自{starts}起满{scheme.early_exit_months}个月（{_source(scheme)}）"


def _scheme_basis(scheme: Scheme | None) -> str:
    return f"{scheme.basis}{_mark(scheme)}" if scheme is not None else blank("设列依据")


def _limit(reference: Reference, code: str, today: dt.date) -> str:
    row = reference.deadline(code, today)
    figure = f"{row.value[0]}{labels.label_for(labels.UNITS, row.unit)}"
    return f"{row.starts_at}起{figure}内（{_source(row)}）"


def _reply_days(reference: Reference, today: dt.date) -> str:
    rows = [row for row in reference.rows("thresholds", today) if row.code == _REPLY]
    days = reference.threshold(_REPLY, today)
    return f"{days}个工作日{_mark(rows[0])}" if rows and days else blank("陈述申辩期限")


def _source(row: Row) -> str:
    return f"{row.source}{_mark(row)}"


def _mark(row: Row) -> str:
    """What must be looked at before the document is signed: a row that no text at hand confirms."""
    return "" if row.status == "confirmed" else "〔依据未核实，请核对〕"


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _day_or_blank(text: str | None, what: str) -> str:
    return _day(dt.date.fromisoformat(text)) if text else blank(what)
