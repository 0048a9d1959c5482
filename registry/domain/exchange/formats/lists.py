"""Places on lists in the columns of five systems that really exchange them.

Each set is what one system has: the credit report (REP_SERIOUS_BLACK), the list tables of a credit platform, the
front-end database of a list (frblack), a second credit report, and the published list of 政府采购严重违法失信行为记录.
All are written and read from one table of attributes, by the reader of list files.
"""

from collections.abc import Callable, Mapping

from registry.domain.cases import adopted_listing
from registry.domain.exchange.formats.model import (
    Body,
    Format,
    ReadContext,
    ReadRow,
    Row,
    WriteContext,
    last_day,
    measure_words,
    state_words,
    unknown_columns,
)
from registry.domain.filing.columns import Headings
from registry.errors import Fault

_KINDS = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "natural_person": "自然人"}

_SYSTEMS: dict[str, tuple[str, dict[str, str]]] = {
    "list-credit-report": (
        "严重失信信息 REP_SERIOUS_BLACK",
        {
            "INSTITUTION_NAME": "subject_name",
            "USCC": "uscc",
            "ORG_CODE": "organisation_code",
            "LEGAL_REP": "legal_representative",
            "IDENTIFY_BASIS": "basis",
            "IDENTIFY_NUM": "document_number",
            "ILLEGAL_BEHAVIOR": "facts",
            "MAIN_CONTENT": "content",
            "IDENTIFY_AUTH": "authority_name",
            "CON_VERY_DISCREDIT_DATE": "listed_on",
            "PUBLIC_DEADLINE": "ends_on",
            "SOURCE_UNIT": "list_source",
            "PROVIDE_DATE": "as_of",
        },
    ),
    "list-platform": (
        "信用平台名单表",
        {
            "JGMC": "subject_name",
            "TYSHXYDM": "uscc",
            "ZTLB": "subject_kind",
            "FDDBR": "legal_representative",
            "MDLXID": "list_name",
            "RDYJ": "basis",
            "LRMDSY": "facts",
            "RDBM": "authority_name",
            "RDBMTYSHXYDM": "authority_code",
            "RDRQ": "listed_on",
            "YXQS": "starts_on",
            "YXQZ": "ends_on",
        },
    ),
    "list-front-end": (
        "名单前置库表 frblack",
        {
            "DXMC": "subject_name",
            "TYSHXYDM": "uscc",
            "FRDB": "legal_representative",
            "MDMC": "list_name",
            "WSH": "document_number",
            "LRMDSY": "facts",
            "RDBM": "authority_name",
            "LRRQ": "listed_on",
            "TCRQ": "delisted_on",
            "TCMDYY": "delisted_because",
            "SJLY": "list_source",
        },
    ),
    "list-second-report": (
        "信用报告名单表",
        {
            "JGQC": "subject_name",
            "TYSHXYDM": "uscc",
            "ZZJGDM": "organisation_code",
            "FDDBR": "legal_representative",
            "RDYJ": "basis",
            "RDWH": "document_number",
            "ZYSXSS": "facts",
            "XZCFHPJNR": "content",
            "RDDW": "authority_name",
            "QRYZSXSJ": "listed_on",
        },
    ),
    "list-procurement": (
        "政府采购严重违法失信行为记录名单",
        {
            "企业名称": "subject_name",
            "统一社会信用代码": "uscc",
            "严重违法失信行为的具体情形": "facts",
            "处罚结果": "content",
            "处罚依据": "basis",
            "执法单位": "authority_name",
            "处罚日期": "listed_on",
            "处罚截止日期": "ends_on",
            "数据来源": "list_source",
        },
    ),
}

_NEVER = ("legal_representative", "organisation_code")
"""Read where others send them, never written: what is published has neither."""


def _values(body: Body) -> Row:
    """What is known of a place, by field of the list reader."""
    measures = [measure_words(one) for one in body["measures"] if one["effect"] != "none"]
    is_ended = body["state"] != "published"
    return {
        "subject_name": body["subject"]["name"],
        "uscc": body["subject"]["uscc"] or "",
        "subject_kind": _KINDS[body["subject"]["kind"]],
        "list_name": body["scheme"]["name"],
        "basis": body["basis"],
        "document_number": body["document_number"],
        "facts": body["facts"] or body.get("reasons", ""),
        "content": body.get("content") or "、".join(measures),
        "authority_name": body["authority"]["name"],
        "authority_code": body["authority"]["code"] or "",
        "listed_on": body["decided_on"],
        "starts_on": body["starts_on"],
        "ends_on": last_day(body["ends_on"]) or "",
        "list_source": body.get("list_source") or body["source"]["name"],
        "as_of": body.get("as_of", ""),
        "delisted_on": body.get("removed_on", "") if is_ended else "",
        "delisted_because": state_words(body),
    }


def _writer(fields: Mapping[str, str]) -> Callable[[Body, WriteContext], Row]:
    def write(body: Body, _context: WriteContext) -> Row:
        values = _values(body)
        return {column: values[name] for column, name in fields.items() if name not in _NEVER}

    return write


def _reader(code: str, fields: Mapping[str, str]) -> Callable[[Mapping[str, str], ReadContext], ReadRow]:
    def read(row: Mapping[str, str], context: ReadContext) -> ReadRow:
        faults = unknown_columns(LIST_FORMATS[code], row)
        if context.list_state is None:
            faults.append(Fault("", "list-not-configured", "未登记此平台的名单属于哪一种"))
        if faults or context.list_state is None:
            return ReadRow(None, tuple(faults))
        headings = Headings("plain", dict(fields))
        place, more, notes = adopted_listing.parse_place(
            headings.cells(row), headings, context.list_state, context.rules
        )
        return ReadRow(None if more else place, tuple(more), tuple(notes))

    return read


_ATTRIBUTES = {
    "subject_name": "subject.name",
    "uscc": "subject.uscc",
    "subject_kind": "subject.kind",
    "list_name": "scheme.name",
    "basis": "basis",
    "document_number": "document_number",
    "facts": "facts",
    "authority_name": "authority.name",
    "authority_code": "authority.code",
    "listed_on": "decided_on",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "list_source": "list_source",
    "as_of": "as_of",
}
_FOLDED = {"content": ("measures", "content"), "facts": ("reasons",)}
_FOLDED |= {"delisted_on": ("removed_on",), "delisted_because": ("state", "removed_because", "suspended_because")}


def _format(code: str, name: str, fields: Mapping[str, str]) -> Format:
    return Format(
        code=code,
        name=name,
        columns=tuple(fields),
        kinds=frozenset({"listing", "adopted_listing"}),
        states="all",
        write=_writer(fields),
        read=_reader(code, fields),
        kept={_ATTRIBUTES[field]: column for column, field in fields.items() if field in _ATTRIBUTES},
        folded={name: column for column, field in fields.items() for name in _FOLDED.get(field, ())},
    )


LIST_FORMATS = {code: _format(code, name, fields) for code, (name, fields) in _SYSTEMS.items()}
