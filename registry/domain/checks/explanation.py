"""Explain a genuine receipt in Chinese: what it proves, the verdict on each party, and what it does not prove."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.checks import comparison
from registry.domain.checks.receipts import VERDICTS, Statement
from registry.domain.labels import DIFFERENCES, MATCHES, PROJECT_NAMES, REASONS, label_for

_OTHER_CODES = ("organisation_code", "registration_number")
LOOSE_MATCHES = ("document_form", *_OTHER_CODES)
_NAMED = {
    "ref": "联合体成员",
    "record": "记录",
    "revision": "版本",
    "measure": "措施",
    "list": "名单",
    "basis": "依据",
    "since": "自",
    "until": "至（不含）",
}


def explain(statement: Statement) -> list[str]:
    """Explain a verified statement: what it proves, each party's verdict, and what it does not prove."""
    origin = f"证明：{statement['issuer']} 于 {statement['instant']}（协调世界时）作出本答复"
    number = f"，编号 {statement['number']}" if "number" in statement else ""
    return [f"{origin}{number}，此后一字未改。", *_content_texts(statement), *limit_texts(statement)]


def explain_covered(statement: Statement, why: str, extent: str) -> list[str]:
    """Explain a receipt whose signing key was revoked: only the ledger it names is proven, ``extent`` says how."""
    return [
        f"签名密钥已被撤销（{why}）：签名不再证明本回执出自 {statement['issuer']}，也不证明下列结论。",
        f"只证明：{extent}",
        "下列为回执所载，须由节点按该账本重放（registry replay）后方可采信：",
        *_content_texts(statement),
        *limit_texts(statement),
    ]


def basis_texts(statement: Statement) -> list[str]:
    """The question of a receipt, and the ledger and rules that the answer is based on."""
    root = f"其根哈希为 {statement['root']}。" if statement["root"] else "未附根哈希。"
    texts = [
        f"答复的是 {statement['on']} 当日的法律效力。",
        f"答复依据账本第 1 至第 {statement['entry']} 号记录，{root}",
    ]
    if "sector" in statement:
        kind = {True: "依法必须招标", False: "非依法必须招标", None: "是否依法必须招标未说明"}[statement["must_tender"]]
        kind += f"，{PROJECT_NAMES.get(statement['project'], statement['project'])}" if "project" in statement else ""
        texts.append(f"所问交易：领域 {statement['sector']}，{kind}。")
    law = f"，参照数据摘要 {statement['law']}" if "law" in statement else ""
    texts.append(f"判断规则版本 {statement['matcher']}，参照数据截至 {statement['rules']}{law}。")
    if "list_age_days" in statement:
        texts.append(f"答复时所用名单距最近一次更新 {statement['list_age_days']} 天。")
    texts += [_list_text(state) for state in statement.get("lists") or ()]
    if not statement["complete"] or statement["stale"]:
        texts.append(_incompleteness_text(statement["stale"], statement["lines"]))
    if len(statement["lines"]) < statement["count"]:
        texts.append(
            f"本文件只出示 {statement['count']} 方中的一方；其余各方未出示，由根哈希 {statement['lines_root']} 约束。"
        )
    return texts


def _content_texts(statement: Statement) -> list[str]:
    texts = [_line_text(line, statement["entry"]) for line in statement["lines"]]
    return [*basis_texts(statement), *texts, *comparison.describe_changes(statement)]


def _incompleteness_text(stale: Sequence[object], lines: Sequence[Mapping[str, Any]]) -> str:
    if stale:
        return f"本答复不完整，下列来源未能查询或已陈旧：{'、'.join(map(str, stale))}。"
    if any(line.get("verdict") == "unchecked" for line in lines):
        return "本答复不完整，有未能核查的一方。"
    return "本答复不完整，下列来源未能查询或已陈旧：未列明。"


def _list_text(state: Mapping[str, Any]) -> str:
    """Of which day an adopted list is known. Receipts that do not say ``whole`` name the newest day of any row."""
    of = [f"来源 {state['source']}"] if "source" in state else []
    of += [f"由节点 {state['node']} 转录"] if "node" in state else []
    name = f"转录名单 {state['scheme']}" + (f"（{'，'.join(of)}）" if of else "")
    if state.get("whole") is False:
        return f"{name}：只转录过其中的部分条目，最近一条截至 {state['newest_row']}；全部名单截至何日不明。"
    what = "全部名单" if state.get("whole") else "来源名单"
    return f"{name}：{what}截至 {state['as_of']} 的状态，距答复 {state['age_days']} 天。"


def limit_texts(statement: Statement) -> list[str]:
    """What a receipt does not prove."""
    entry = statement["entry"]
    return [f"不证明：第 {entry} 号记录之后的情形、未进入账本的事实、当事人的信用状况；未查到只表示当时没有查到。"]


def _line_text(line: Mapping[str, Any], entry: int) -> str:
    reasons = reason_texts(line)
    return f"{party_text(line)}：{verdict_text(line, entry)}" + (f"（{'；'.join(reasons)}）。" if reasons else "。")


def party_text(line: Mapping[str, Any]) -> str:
    """The party of a line; of an identity number only the last four characters, which is all a receipt contains."""
    identity = " ".join(str(line[part]) for part in ("ref", "name", "uscc", *_OTHER_CODES) if line.get(part))
    return identity + (f" 证件号码尾号 {line['id_last4']}" if line.get("id_last4") else "")


def verdict_text(line: Mapping[str, Any], entry: int) -> str:
    """The verdict of a line; an unknown one reads as ``unchecked``."""
    return VERDICTS.get(line.get("verdict", ""), VERDICTS["unchecked"]).format(entry=entry)


def reason_texts(line: Mapping[str, Any]) -> list[str]:
    """The reasons of a verdict, one text each."""
    return [_reason_text(reason) for reason in line.get("reasons") or () if isinstance(reason, Mapping)]


def _reason_text(reason: Mapping[str, Any]) -> str:
    code = reason.get("code")
    texts = [label_for(REASONS, code)] if code else []
    named = _NAMED | ({"ref": "另一方"} if code == "same-tender-relation" else {})
    texts += [f"{label} {reason[name]}" for name, label in named.items() if reason.get(name) is not None]
    match = reason.get("match")
    if isinstance(match, Mapping) and match.get("near"):
        texts.append(f"名称相近：{_differences_text(match.get('differences'))}")
    elif isinstance(match, Mapping) and match.get("by") == "name":
        texts.append("仅名称相同")
    if isinstance(match, Mapping) and match.get("by") in LOOSE_MATCHES:
        texts.append(f"按{label_for(MATCHES, match['by'])}查到，是否同一主体须由人核实")
    if isinstance(match, Mapping) and match.get("name_differs"):
        texts.append("记录上的名称不同")
    for label, via in (("经由关系", reason.get("via")), ("该方的关系", reason.get("via_other"))):
        if isinstance(via, Mapping):  # in the words of the source, and no other
            texts.append(f"{label} {via.get('relation')}（{via.get('source')}：“{via.get('wording')}”）")
    if reason.get("representatives"):
        texts.append(f"本次核查所列同一证件号码的法定代表人 {'、'.join(map(str, reason['representatives']))}")
    if reason.get("status") == "unconfirmed":
        texts.append("依据未核对")
    if reason.get("disputed_on"):
        texts.append(f"{reason['disputed_on']} 起有异议")
    return "，".join(texts)


def _differences_text(differences: object) -> str:
    """The differences of two names, as ``同音字（查“蓝”，记录“澜”）``."""
    if not isinstance(differences, list):
        return ""
    return "、".join(map(_difference_text, differences)) or "写法不同"


def _difference_text(difference: object) -> str:
    parts = difference if isinstance(difference, Mapping) else {}
    return f"{label_for(DIFFERENCES, parts.get('kind'))}（查“{parts.get('asked')}”，记录“{parts.get('held')}”）"
