"""Records of the national trading-platform data standard: BLACK_LIST, WITHDRAW_BLACK_LIST, VIOLATING_LAWS_RULES_INFO.

Source: 发改办法规〔2018〕1156号, as a real platform implements it; misspelt columns are spelt as there. The code values
stand in annexes that nobody here has read: they are rows of ``exchange_codes`` marked unconfirmed. Scanned
documents do not travel.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from registry.domain.cases import adopted_listing
from registry.domain.exchange.formats.model import (
    CODE_DETAIL,
    CODE_UNKNOWN,
    Body,
    Format,
    ReadContext,
    ReadRow,
    Row,
    Withdrawal,
    WriteContext,
    as_headings,
    code_faults,
    last_day,
    measure_words,
    state_words,
    unknown_columns,
)
from registry.domain.filing import parse, party
from registry.domain.filing.columns import Headings
from registry.domain.filing.row_reader import RowReader
from registry.errors import Fault

_KINDS = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "natural_person": "自然人"}
_SCOPES = {"public": "公开", "restricted": "依申请", "none": "不公开"}
_TERM = re.compile(r"；?【期限】(\d{4}-\d\d-\d\d)至(\d{4}-\d\d-\d\d|长期)$", re.ASCII)
_DECIDED = re.compile(r"（处罚决定日期：(\d{4}-\d\d-\d\d)）$", re.ASCII)
_BAN = "【限制措施】"
_PLATFORM = ("PLATFORM_CODE", "PUB_SERVICE_PLAT_CODE", "DATA_TIMESTAMP")
_SUBJECT = ("BODY_NAME", "BODY_CODE", "BODY_TYPE", "BODY_ROLE")

_LIST_FIELDS = {
    "BODY_NAME": "subject_name",
    "BODY_CODE": "uscc",
    "BODY_TYPE": "subject_kind",
    "RECORD_REASON": "facts",
    "RECORD_DATE": "listed_on",
    "GOVERNMENT": "authority_name",
    "DOCUMENT_CODE": "document_number",
    "REVOCATION_STATUS": "delisted",
    "CONFINED_ACTION": "confined_action",
    "SCOPE": "publicity_scope",
    "DATA_TIMESTAMP": "as_of",
}
_VIOLATION_FIELDS = {
    "VIOLATING_NAME": "behaviour_text",
    "BODY_NAME": "subject_name",
    "BODY_TYPE": "subject_kind",
    "BODY_CODE": "uscc",
    "AREA": "district",
    "REWARD_PUNISHMENT_BODY": "kinds",
    "VIOLATING_INSTRUCTIONS": "facts",
    "GOVERNMENT": "authority_name",
    "DOCUMENT_CODE": "document_number",
    "PUNISHMENT_BASIS": "basis",
    "PUNISHMENT_RESULT": "content",
    "CONFINED_ACTION": "confined_action",
    "CONFINED_START": "confined_start",
    "CONFINED_END": "confined_end",
}


def _write_subject(body: Body, context: WriteContext) -> Row:
    subject = body["subject"]
    return {
        "BODY_NAME": subject["name"],
        "BODY_CODE": subject["uscc"] or "",
        "BODY_TYPE": context.codes.value("BODY_TYPE", subject["kind"]),
        "SCOPE": context.codes.value("SCOPE", "public"),
        "PLATFORM_CODE": context.platform_code,
        "DATA_TIMESTAMP": context.timestamp,
    }


def _write_black_list(body: Body, context: WriteContext) -> Row:
    return _write_subject(body, context) | {
        "BLACKLIST_CODE": body["record"],
        "RECORD_REASON": body["facts"] or body.get("reasons", ""),
        "RECORD_DATE": body["decided_on"],
        "GOVERNMENT": body["authority"]["name"],
        "DOCUMENT_CODE": body["document_number"],
        "REVOCATION_STATUS": context.codes.value("REVOCATION_STATUS", "standing"),
        "CONFINED_ACTION": _confined_action(body),
    }


def _write_withdrawal(body: Body, context: WriteContext) -> Row:
    return _write_subject(body, context) | {
        "BLACKLIST_CODE": body["record"],
        "REVOCATIONEASONS": state_words(body),
        "GOVERNMENT": body["authority"]["name"],
        "DOCUMENT_CODE": body["document_number"],
    }


def _write_violation(body: Body, context: WriteContext) -> Row:
    rules = {rule.code: rule.name for rule in context.rules.kinds}
    running = [measure for measure in body["measures"] if measure["effect"] != "none"]
    first = running[0] if running else None
    together = [one for one in running if first and _days(one) == _days(first)]
    others = [measure_words(one) for one in running if one not in together]
    sentences = [body["facts"], _BAN + "、".join(others) if others else "", state_words(body)]
    return _write_subject(body, context) | {
        "VIOLATING_CODE": body["record"],
        "VIOLATING_NAME": body["behaviour_text"],
        "AREA": body["district"] or "",
        "REWARD_PUNISHMENT_BODY": "；".join(
            "其他-见处罚结果" if kind == "07" else rules.get(kind, kind) for kind in body["kinds"]
        ),
        "VIOLATING_INSTRUCTIONS": "；".join(filter(None, sentences)) + f"（处罚决定日期：{body['decided_on']}）",
        "GOVERNMENT": body["authority"]["name"],
        "DOCUMENT_CODE": body["document_number"],
        "PUNISHMENT_BASIS": body["basis"],
        "PUNISHMENT_RESULT": body["content"],
        "CONFINED_ACTION": "；".join(one["name"] for one in together),
        "CONFINED_START": first["starts_on"] if first else "",
        "CONFINED_END": (last_day(first["ends_on"]) or "2099-12-31") if first else "",
        "OPERATE_DATE": body["visible_from"],
    }


def _days(measure: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    return measure["starts_on"], measure["ends_on"]


def _confined_action(body: Body) -> str:
    """One free text for all measures, and the term, for which the record has no column."""
    actions = "、".join(measure["name"] for measure in body["measures"] if measure["effect"] != "none")
    end = last_day(body.get("ends_on"))
    return f"{actions or body.get('content', '')}；【期限】{body['starts_on']}至{end or '长期'}".removeprefix("；")


def _read_black_list(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    faults = [*unknown_columns(BLACK_LIST, row), *code_faults(row, context, ("BODY_TYPE", "BODY_ROLE", "SCOPE"))]
    if context.codes.meaning("REVOCATION_STATUS", row.get("REVOCATION_STATUS", "")) not in ("standing", "revoked"):
        faults.append(Fault("/REVOCATION_STATUS", CODE_UNKNOWN, CODE_DETAIL))
    if context.list_state is None:
        faults.append(Fault("", "list-not-configured", "未登记此平台的名单属于哪一种"))
    if faults or context.list_state is None:
        return ReadRow(None, tuple(faults))
    cells = _translated(row, context)
    revoked = context.codes.meaning("REVOCATION_STATUS", row["REVOCATION_STATUS"]) == "revoked"
    cells["REVOCATION_STATUS"] = "是" if revoked else "否"
    fields: dict[str, str] = dict(_LIST_FIELDS)
    if term := _TERM.search(cells.get("CONFINED_ACTION", "")):
        cells["CONFINED_ACTION"] = cells["CONFINED_ACTION"][: term.start()]
        fields |= {"【期限】起": "starts_on", "【期限】止": "ends_on"}
        cells |= {"【期限】起": term[1], "【期限】止": term[2]}
    headings = Headings("plain", fields)
    place, faults, notes = adopted_listing.parse_place(
        headings.cells(cells), headings, context.list_state, context.rules
    )
    return ReadRow(None if faults else place, tuple(faults), tuple(notes))


def _read_withdrawal(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    faults = [*unknown_columns(WITHDRAW_BLACK_LIST, row), *code_faults(row, context, ("BODY_TYPE", "BODY_ROLE"))]
    fields = {"BODY_NAME": "subject_name", "BODY_CODE": "uscc", "BLACKLIST_CODE": "number", "REVOCATIONEASONS": "why"}
    headings = Headings("plain", fields)
    reader = RowReader(headings.cells(row), headings)
    name = reader.text("subject_name", required=True, limit=200)
    code = party.uscc(reader, "uscc", reader.text("uscc", required=False))
    listing = reader.text("number", required=True, limit=64)
    reason = reader.text("why", required=False)
    faults += reader.faults
    content = None if faults else Withdrawal(listing, name, code, reason)
    return ReadRow(content, tuple(faults), tuple(reader.notes))


def _read_violation(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    coded = ("BODY_TYPE", "BODY_ROLE", "SCOPE", "VIOLATING_TYPE")
    faults = [*unknown_columns(VIOLATING_LAWS_RULES_INFO, row), *code_faults(row, context, coded)]
    cells = _translated(row, context)
    fields: dict[str, str] = dict(_VIOLATION_FIELDS)
    if decided := _DECIDED.search(cells.get("VIOLATING_INSTRUCTIONS", "")):
        instructions = cells["VIOLATING_INSTRUCTIONS"][: decided.start()]
        cells["VIOLATING_INSTRUCTIONS"] = instructions.partition(f"；{_BAN}")[0]
        fields["处罚决定日期"] = "decided_on"
        cells["处罚决定日期"] = decided[1]
    if code := context.authority_codes.get(cells.get("GOVERNMENT", "").strip()):
        fields["处罚机关代码"] = "authority_code"
        cells["处罚机关代码"] = code
    headings = as_headings("plain", fields)
    # The record has no columns for sums: nothing may be required that it cannot state.
    rules = replace(context.rules, amounts_required=False)
    filing, more, notes = parse.clean(headings.cells(cells), rules, context.today, headings)
    faults += more
    return ReadRow(None if faults else filing, tuple(dict.fromkeys(faults)), tuple(notes))


def _translated(row: Mapping[str, str], context: ReadContext) -> dict[str, str]:
    """The row with its codes replaced by the words that the readers of this house know."""
    words = {"BODY_TYPE": _KINDS, "SCOPE": _SCOPES}
    translated = dict(row)
    for table, known in words.items():
        meaning = context.codes.meaning(table, row.get(table, ""))
        translated[table] = known.get(meaning or "", "")
    return translated


_SUBJECT_KEPT = {"subject.name": "BODY_NAME", "subject.uscc": "BODY_CODE", "subject.kind": "BODY_TYPE"}
BLACK_LIST = Format(
    code="black-list",
    name="黑名单信息 BLACK_LIST",
    columns=(
        "BLACKLIST_CODE",
        *_SUBJECT,
        "RECORD_REASON",
        "RECORD_DATE",
        "GOVERNMENT",
        "DOCUMENT_CODE",
        "REVOCATION_STATUS",
        "CONFINED_ACTION",
        "SCOPE",
        *_PLATFORM,
    ),
    kinds=frozenset({"listing", "adopted_listing"}),
    states="standing",
    write=_write_black_list,
    read=_read_black_list,
    kept=_SUBJECT_KEPT
    | {
        "record": "BLACKLIST_CODE",
        "facts": "RECORD_REASON",
        "decided_on": "RECORD_DATE",
        "authority.name": "GOVERNMENT",
        "document_number": "DOCUMENT_CODE",
        "starts_on": "CONFINED_ACTION",
        "ends_on": "CONFINED_ACTION",
    },
    folded={"measures": "CONFINED_ACTION", "content": "CONFINED_ACTION", "reasons": "RECORD_REASON"},
)
WITHDRAW_BLACK_LIST = Format(
    code="withdraw-black-list",
    name="撤销黑名单信息 WITHDRAW_BLACK_LIST",
    columns=(
        *_SUBJECT,
        "BLACKLIST_CODE",
        "REVOCATIONEASONS",
        "GOVERNMENT",
        "DOCUMENT_CODE",
        "ROPOSER",
        "APPLICATION_DATE",
        "SCOPE",
        *_PLATFORM,
    ),
    kinds=frozenset({"listing", "adopted_listing"}),
    states="ended",
    write=_write_withdrawal,
    read=_read_withdrawal,
    kept={
        "subject.name": "BODY_NAME",
        "subject.uscc": "BODY_CODE",
        "record": "BLACKLIST_CODE",
    },
    folded=dict.fromkeys(("state", "removed_on", "removed_because", "suspended_because"), "REVOCATIONEASONS"),
)
VIOLATING_LAWS_RULES_INFO = Format(
    code="violating-laws-rules-info",
    name="违法违规信息 VIOLATING_LAWS_RULES_INFO",
    columns=(
        "VIOLATING_CODE",
        "VIOLATING_NAME",
        "VIOLATING_TIME",
        "VIOLATING_TYPE",
        *_SUBJECT,
        "AREA",
        "REWARD_PUNISHMENT_BODY",
        "VIOLATING_INSTRUCTIONS",
        "GOVERNMENT",
        "TENDER_PROJECT_NAME",
        "TENDER_PROJECT_CODE",
        "BID_SECTION_CODE",
        "BID_SECTION_NAME",
        "UNIFIED_DEAL_CODE",
        "DOCUMENT_CODE",
        "PUNISHMENT_BASIS",
        "PUNISHMENT_RESULT",
        "CONFINED_ACTION",
        "CONFINED_START",
        "CONFINED_END",
        "OPERATE_DATE",
        "SCOPE",
        *_PLATFORM,
    ),
    kinds=frozenset({"penalty"}),
    states="all",
    write=_write_violation,
    read=_read_violation,
    kept=_SUBJECT_KEPT
    | {
        "record": "VIOLATING_CODE",
        "behaviour_text": "VIOLATING_NAME",
        "district": "AREA",
        "kinds": "REWARD_PUNISHMENT_BODY",
        "facts": "VIOLATING_INSTRUCTIONS",
        "decided_on": "VIOLATING_INSTRUCTIONS",
        "authority.name": "GOVERNMENT",
        "document_number": "DOCUMENT_CODE",
        "basis": "PUNISHMENT_BASIS",
        "content": "PUNISHMENT_RESULT",
    },
    folded={
        "measures": "CONFINED_ACTION、CONFINED_START、CONFINED_END、VIOLATING_INSTRUCTIONS",
        "visible_from": "OPERATE_DATE",
    }
    | dict.fromkeys(("state", "removed_on", "removed_because", "suspended_because"), "VIOLATING_INSTRUCTIONS"),
)
