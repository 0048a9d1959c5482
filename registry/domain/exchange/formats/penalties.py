"""Penalties in the columns of 双公示: the set of 2018 and that of 2016.

Source: 发改办财金〔2018〕424号 for the set of fields; value codes as real feeds carry them. Read by the reader of filed
rows, so that what another platform sends is judged like what a clerk files.
"""

from collections.abc import Mapping
from dataclasses import replace

from registry.domain.exchange.formats.model import (
    Body,
    Format,
    ReadContext,
    ReadRow,
    Row,
    WriteContext,
    as_headings,
    last_day,
    measure_words,
    slashed,
    state_words,
    unknown_columns,
)
from registry.domain.filing import parse
from registry.domain.filing.model import KindRule, Rules

_OTHER = "07"
_FEN_PER_WAN = 1_000_000
_BAN = "【限制措施】"
"""Marks in a remark what no column of the format holds and must not be overlooked."""

_FIELDS_2018 = {
    "CF_XDR_MC": "subject_name",
    "CF_XDR_LB": "subject_kind",
    "CF_XDR_SHXYM": "uscc",
    "CF_XDR_GSZC": "business_registration",
    "CF_XDR_ZZJG": "organisation_code",
    "CF_XDR_SWDJ": "tax_registration",
    "CF_XDR_SYDW": "institution_certificate",
    "CF_XDR_SHZZ": "social_certificate",
    "CF_FRDB": "legal_representative",
    "CF_FR_ZJLX": "legal_id_type",
    "CF_FR_ZJHM": "legal_id_number",
    "CF_XDR_ZJLX": "id_type",
    "CF_XDR_ZJHM": "id_number",
    "CF_WSH": "document_number",
    "CF_WFXW": "behaviour_text",
    "CF_SY": "facts",
    "CF_YJ": "basis",
    "CF_CFLB": "kinds",
    "CF_NR": "content",
    "CF_NR_FK": "fine",
    "CF_NR_WFFF": "confiscated",
    "CF_NR_ZKDX": "permit",
    "CF_JDRQ": "decided_on",
    "CF_YXQ": "effect_until",
    "CF_GSJZQ": "publicity_until",
    "CF_CFJG": "authority_name",
    "CF_CFJGDM": "authority_code",
    "CF_SJLY": "source_name",
    "CF_SJLYDM": "source_code",
    "BZ": "remark",
}
_FIELDS_2016 = {
    "CF_WSH": "document_number",
    "CF_CFMC": "title",
    "CF_CFLB1": "kinds",
    "CF_CFLB2": "kinds_more",
    "CF_SY": "facts",
    "CF_YJ": "basis",
    "CF_XDR_MC": "subject_name",
    "CF_XDR_SHXYM": "uscc",
    "CF_XDR_ZDM": "organisation_code",
    "CF_XDR_GSDJ": "business_registration",
    "CF_XDR_SWDJ": "tax_registration",
    "CF_XDR_SFZ": "id_number",
    "CF_FR": "legal_representative",
    "CF_FR_SFZH": "legal_id_number",
    "CF_JG": "content",
    "CF_JDRQ": "decided_on",
    "CF_XZJG": "authority_name",
    "CF_ZT": "state",
    "DFBM": "district",
    "SJC": "updated_at",
    "BZ": "remark",
    "CF_SYFW": "use_scope",
    "SXYZCD": "severity",
    "CF_GSJZQ": "publicity_until",
}


def _write_2018(body: Body, context: WriteContext) -> Row:
    subject, authority, source = body["subject"], body["authority"], body["source"]
    return {
        "CF_XDR_MC": subject["name"],
        "CF_XDR_LB": context.codes.value("CF_XDR_LB", subject["kind"]),
        "CF_XDR_SHXYM": subject["uscc"] or "",
        "CF_WSH": body["document_number"],
        "CF_WFXW": body["behaviour_text"],
        "CF_SY": body["facts"],
        "CF_YJ": body["basis"],
        "CF_CFLB": "；".join(_kind_name(kind, context.rules) for kind in body["kinds"]),
        "CF_NR": body["content"],
        "CF_NR_FK": _wan(body["fine_fen"]),
        "CF_NR_WFFF": _wan(body["confiscated_fen"]),
        "CF_NR_ZKDX": body["permit"] or "",
        "CF_JDRQ": slashed(body["decided_on"]),
        "CF_YXQ": slashed(body["effect_until"]),
        "CF_GSJZQ": slashed(last_day(body["visible_until"])),
        "CF_CFJG": authority["name"],
        "CF_CFJGDM": authority["code"],
        "CF_SJLY": source["name"],
        "CF_SJLYDM": source["code"],
        "BZ": _remark(body),
    }


def _write_2016(body: Body, context: WriteContext) -> Row:
    kinds = [_kind_2016(kind, context.rules) for kind in body["kinds"]]
    subject = body["subject"]
    return {
        "CF_WSH": body["document_number"],
        "CF_CFMC": body["behaviour_text"],
        "CF_CFLB1": kinds[0] if kinds else "",
        "CF_CFLB2": "；".join(kinds[1:]),
        "CF_SY": body["facts"],
        "CF_YJ": body["basis"],
        "CF_XDR_MC": subject["name"],
        "CF_XDR_SHXYM": subject["uscc"] or "",
        "CF_JG": body["content"],
        "CF_JDRQ": slashed(body["decided_on"]),
        "CF_XZJG": body["authority"]["name"],
        "CF_ZT": context.codes.value("CF_ZT", _state_2016(body)),
        "DFBM": body["district"] or "",
        "SJC": context.timestamp[:10].replace("-", "/"),
        "BZ": "；".join(filter(None, (f"信息来源：{body['source']['name']}", _remark(body)))),
        "CF_SYFW": context.codes.value("CF_SYFW", "public"),
        "SXYZCD": context.codes.value("SXYZCD", body["severity"]),
        "CF_GSJZQ": slashed(last_day(body["visible_until"])),
    }


def _read_2018(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    return _read(CF_2018, _FIELDS_2018, row, context)


def _read_2016(row: Mapping[str, str], context: ReadContext) -> ReadRow:
    code = context.authority_codes.get(row.get("CF_XZJG", "").strip())
    rules = replace(context.rules, default_authority_code=code)
    return _read(CF_2016, _FIELDS_2016, row, replace(context, rules=rules))


def _read(fmt: Format, fields: Mapping[str, str], row: Mapping[str, str], context: ReadContext) -> ReadRow:
    headings = as_headings(fmt.code.removeprefix("cf-"), fields)
    faults = unknown_columns(fmt, row)
    cells = {fields[column]: text for column, text in row.items() if column in fields}
    filing, more, notes = parse.clean(cells, context.rules, context.today, headings)
    faults += more
    return ReadRow(None if faults else filing, tuple(dict.fromkeys(faults)), tuple(notes))


def _kind_name(code: str, rules: Rules) -> str:
    """The name of a kind; 其他 is written with a reference to the content, as the set demands 其他-说明."""
    if code == _OTHER:
        return "其他-见处罚内容"
    return _rule(code, rules).name


def _kind_2016(code: str, rules: Rules) -> str:
    """The code of 2016; with the name behind it where it stands for several kinds, or for one that has no code."""
    rule = _rule(code, rules)
    if not rule.code_2016:
        return f"6-{rule.name}"
    is_shared = sum(other.code_2016 == rule.code_2016 for other in rules.kinds) > 1
    return f"{rule.code_2016}-{rule.name}" if is_shared else rule.code_2016


def _rule(code: str, rules: Rules) -> KindRule:
    return next((rule for rule in rules.kinds if rule.code == code), KindRule(code, f"其他-{code}", "", ""))


def _wan(fen: int | None) -> str:
    """A sum in 万元 with up to six decimals, exactly: 2,000 yuan is 0.2."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, _FEN_PER_WAN)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _state_2016(body: Body) -> str:
    if body["state"] == "suspended":
        return "other"
    if body["state"] != "published":
        return "revoked"
    return "disputed" if "disputed_on" in body else "normal"


def _remark(body: Body) -> str:
    """What has no column: why the record no longer stands, a dispute, and the bans, which nobody may overlook."""
    disputed = f"当事人{body['disputed_on']}提出异议，正在处理" if "disputed_on" in body else ""
    bans = [measure_words(measure) for measure in body["measures"] if measure["effect"] != "none"]
    return "；".join(filter(None, (state_words(body), disputed, _BAN + "、".join(bans) if bans else "")))


_KEPT = {
    "subject.name": "CF_XDR_MC",
    "subject.uscc": "CF_XDR_SHXYM",
    "document_number": "CF_WSH",
    "facts": "CF_SY",
    "basis": "CF_YJ",
    "decided_on": "CF_JDRQ",
    "visible_until": "CF_GSJZQ",
}
_FOLDED = dict.fromkeys(("state", "removed_on", "removed_because", "suspended_because", "disputed_on"), "BZ")
CF_2018 = Format(
    code="cf-2018",
    name="行政处罚信息（2018版）",
    columns=tuple(_FIELDS_2018),
    kinds=frozenset({"penalty"}),
    states="all",
    write=_write_2018,
    read=_read_2018,
    kept=_KEPT
    | {
        "subject.kind": "CF_XDR_LB",
        "behaviour_text": "CF_WFXW",
        "kinds": "CF_CFLB",
        "content": "CF_NR",
        "fine_fen": "CF_NR_FK",
        "confiscated_fen": "CF_NR_WFFF",
        "permit": "CF_NR_ZKDX",
        "effect_until": "CF_YXQ",
        "authority.name": "CF_CFJG",
        "authority.code": "CF_CFJGDM",
        "source.name": "CF_SJLY",
        "source.code": "CF_SJLYDM",
    },
    folded=_FOLDED | {"measures": "BZ"},
)
CF_2016 = Format(
    code="cf-2016",
    name="行政处罚信息（2016版）",
    columns=tuple(_FIELDS_2016),
    kinds=frozenset({"penalty"}),
    states="all",
    write=_write_2016,
    read=_read_2016,
    kept=_KEPT
    | {
        "behaviour_text": "CF_CFMC",
        "kinds": "CF_CFLB1、CF_CFLB2",
        "content": "CF_JG",
        "authority.name": "CF_XZJG",
        "district": "DFBM",
    },
    folded=_FOLDED | {"measures": "BZ", "source.name": "BZ", "severity": "SXYZCD"},
)
