"""In Chinese: what a genuine receipt proves, what it says of each party, and what it does not prove."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.checks import comparison
from registry.domain.checks.receipts import VERDICTS, Statement
from registry.domain.labels import REASONS, label_for

_NAMED = {
    "ref": "联合体成员",
    "record": "记录",
    "revision": "版本",
    "measure": "措施",
    "basis": "依据",
    "since": "自",
    "until": "至（不含）",
}


def explain(made: Statement) -> list[str]:
    """What a checked statement proves, each party's verdict, and what it does not prove."""
    first = f"证明：{made['issuer']} 于 {made['instant']}（协调世界时）作出本答复"
    number = f"，编号 {made['number']}" if "number" in made else ""
    return [f"{first}{number}，此后一字未改。", *_content(made), *limit_texts(made)]


def explain_covered(made: Statement, why: str, extent: str) -> list[str]:
    """The same of a receipt whose signing key was revoked: only the ledger it names is proven, ``extent`` says how."""
    return [
        f"签名密钥已被撤销（{why}）：签名不再证明本回执出自 {made['issuer']}，也不证明下列结论。",
        f"只证明：{extent}",
        "下列为回执所载，须由节点按该账本重放（registry replay）后方可采信：",
        *_content(made),
        *limit_texts(made),
    ]


def basis_texts(made: Statement) -> list[str]:
    """What was asked, and what the answer rests on."""
    root = f"其根哈希为 {made['root']}。" if made["root"] else "未附根哈希。"
    told = [
        f"答复的是 {made['on']} 当日的法律效力。",
        f"答复依据账本第 1 至第 {made['entry']} 号记录，{root}",
    ]
    if "sector" in made:
        kind = "依法必须招标" if made["must_tender"] else "非依法必须招标"
        told.append(f"所问交易：领域 {made['sector']}，{kind}。")
    law = f"，参照数据摘要 {made['law']}" if "law" in made else ""
    told.append(f"判断规则版本 {made['matcher']}，参照数据截至 {made['rules']}{law}。")
    if "list_age_days" in made:
        told.append(f"答复时所用名单距最近一次更新 {made['list_age_days']} 天。")
    if not made["complete"] or made["stale"]:
        told.append(_missing(made["stale"], made["lines"]))
    if len(made["lines"]) < made["count"]:
        told.append(f"本文件只出示 {made['count']} 方中的一方；其余各方未出示，由根哈希 {made['lines_root']} 约束。")
    return told


def _content(made: Statement) -> list[str]:
    told = [_tell(line, made["entry"]) for line in made["lines"]]
    return [*basis_texts(made), *told, *comparison.describe_changes(made)]


def _missing(stale: Sequence[object], lines: Sequence[Mapping[str, Any]]) -> str:
    if stale:
        return f"本答复不完整，下列来源未能查询或已陈旧：{'、'.join(map(str, stale))}。"
    if any(line.get("verdict") == "unchecked" for line in lines):
        return "本答复不完整，有未能核查的一方。"
    return "本答复不完整，下列来源未能查询或已陈旧：未列明。"


def limit_texts(made: Statement) -> list[str]:
    """What is not proven."""
    entry = made["entry"]
    return [f"不证明：第 {entry} 号记录之后的情形、未进入账本的事实、当事人的信用状况；未查到只表示当时没有查到。"]


def _tell(line: Mapping[str, Any], entry: int) -> str:
    why = reason_texts(line)
    return f"{party_text(line)}：{verdict_text(line, entry)}" + (f"（{'；'.join(why)}）。" if why else "。")


def party_text(line: Mapping[str, Any]) -> str:
    """The party of a line; of an identity number the last four characters, which is all a receipt holds."""
    told = " ".join(str(line[part]) for part in ("ref", "name", "uscc") if line.get(part))
    return told + (f" 证件号码尾号 {line['id_last4']}" if line.get("id_last4") else "")


def verdict_text(line: Mapping[str, Any], entry: int) -> str:
    """The verdict of a line; one that is not known is none."""
    return VERDICTS.get(line.get("verdict", ""), VERDICTS["unchecked"]).format(entry=entry)


def reason_texts(line: Mapping[str, Any]) -> list[str]:
    """Why, one text per reason."""
    return [_reason(reason) for reason in line.get("reasons") or () if isinstance(reason, Mapping)]


def _reason(reason: Mapping[str, Any]) -> str:
    code = reason.get("code")
    told = [label_for(REASONS, code)] if code else []
    told += [f"{label} {reason[name]}" for name, label in _NAMED.items() if reason.get(name) is not None]
    match = reason.get("match")
    if isinstance(match, Mapping) and match.get("by") == "name":
        told.append("仅名称相同")
    if isinstance(match, Mapping) and match.get("name_differs"):
        told.append("记录上的名称不同")
    via = reason.get("via")
    if isinstance(via, Mapping):  # in the words of the source, and no other
        told.append(f"经由关系 {via.get('relation')}（{via.get('source')}：“{via.get('wording')}”）")
    if reason.get("disputed_on"):
        told.append(f"{reason['disputed_on']} 起有异议")
    return "，".join(told)
