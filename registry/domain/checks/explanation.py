"""Explain a genuine receipt in Chinese: what it proves, the verdict on each party, and what it does not prove."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.checks import comparison
from registry.domain.checks.receipts import VERDICTS, Statement
from registry.domain.labels import DIFFERENCES, MATCHES, PROJECT_NAMES, REASONS, label_for
from registry.phrases import Phrase, followed, joined

_OTHER_CODES = ("organisation_code", "registration_number")
LOOSE_MATCHES = ("document_form", *_OTHER_CODES)
_NAMED = {
    "ref": "联合体成员 %(value)s",
    "record": "记录 %(value)s",
    "revision": "版本 %(value)s",
    "measure": "措施 %(value)s",
    "list": "名单 %(value)s",
    "basis": "依据 %(value)s",
    "since": "自 %(value)s",
    "until": "至（不含） %(value)s",
}


def explain(statement: Statement) -> list[str]:
    """Explain a verified statement: what it proves, each party's verdict, and what it does not prove."""
    origin = {"issuer": statement["issuer"], "instant": statement["instant"]}
    if "number" in statement:
        proof = Phrase(
            "证明：%(issuer)s 于 %(instant)s（协调世界时）作出本答复，编号 %(number)s，此后一字未改。",
            **origin,
            number=statement["number"],
        )
    else:
        proof = Phrase("证明：%(issuer)s 于 %(instant)s（协调世界时）作出本答复，此后一字未改。", **origin)
    return [proof, *_content_texts(statement), *limit_texts(statement)]


def explain_covered(statement: Statement, why: str, extent: str) -> list[str]:
    """Explain a receipt whose signing key was revoked: only the ledger it names is proven, ``extent`` says how."""
    return [
        Phrase(
            "签名密钥已被撤销（%(why)s）：签名不再证明本回执出自 %(issuer)s，也不证明下列结论。",
            why=why,
            issuer=statement["issuer"],
        ),
        Phrase("只证明：%(extent)s", extent=extent),
        "下列为回执所载，须由节点按该账本重放（registry replay）后方可采信：",
        *_content_texts(statement),
        *limit_texts(statement),
    ]


def basis_texts(statement: Statement) -> list[str]:
    """The question of a receipt, and the ledger and rules that the answer is based on."""
    root = Phrase("其根哈希为 %(root)s。", root=statement["root"]) if statement["root"] else "未附根哈希。"
    texts: list[str] = [
        Phrase("答复的是 %(on)s 当日的法律效力。", on=statement["on"]),
        Phrase("答复依据账本第 1 至第 %(entry)s 号记录，%(root)s", entry=statement["entry"], root=root),
    ]
    if "sector" in statement:
        kind = {True: "依法必须招标", False: "非依法必须招标", None: "是否依法必须招标未说明"}[statement["must_tender"]]
        if "project" in statement:
            kind = joined((kind, label_for(PROJECT_NAMES, statement["project"])), "，")
        texts.append(Phrase("所问交易：领域 %(sector)s，%(kind)s。", sector=statement["sector"], kind=kind))
    rules = Phrase(
        "判断规则版本 %(matcher)s，参照数据截至 %(rules)s", matcher=statement["matcher"], rules=statement["rules"]
    )
    law = Phrase("，参照数据摘要 %(law)s", law=statement["law"]) if "law" in statement else ""
    texts.append(followed(rules, law, "。"))
    if "list_age_days" in statement:
        texts.append(Phrase("答复时所用名单距最近一次更新 %(days)s 天。", days=statement["list_age_days"]))
    texts += [_list_text(state) for state in statement.get("lists") or ()]
    if not statement["complete"] or statement["stale"]:
        texts.append(_incompleteness_text(statement["stale"], statement["lines"]))
    if len(statement["lines"]) < statement["count"]:
        texts.append(
            Phrase(
                "本文件只出示 %(count)s 方中的一方；其余各方未出示，由根哈希 %(root)s 约束。",
                count=statement["count"],
                root=statement["lines_root"],
            )
        )
    return texts


def _content_texts(statement: Statement) -> list[str]:
    texts = [_line_text(line, statement["entry"]) for line in statement["lines"]]
    return [*basis_texts(statement), *texts, *comparison.describe_changes(statement)]


def _incompleteness_text(stale: Sequence[object], lines: Sequence[Mapping[str, Any]]) -> str:
    if stale:
        return Phrase("本答复不完整，下列来源未能查询或已陈旧：%(sources)s。", sources=joined(map(str, stale), "、"))
    if any(line.get("verdict") == "unchecked" for line in lines):
        return "本答复不完整，有未能核查的一方。"
    return "本答复不完整，下列来源未能查询或已陈旧：未列明。"


def _list_text(state: Mapping[str, Any]) -> str:
    """Of which day an adopted list is known. Receipts that do not say ``whole`` name the newest day of any row."""
    of: list[str] = [Phrase("来源 %(source)s", source=state["source"])] if "source" in state else []
    of += [Phrase("由节点 %(node)s 转录", node=state["node"])] if "node" in state else []
    name: str = Phrase("转录名单 %(scheme)s", scheme=state["scheme"])
    if of:
        name = Phrase("%(name)s（%(origin)s）", name=name, origin=joined(of, "，"))
    if state.get("whole") is False:
        return Phrase(
            "%(name)s：只转录过其中的部分条目，最近一条截至 %(newest_row)s；全部名单截至何日不明。",
            name=name,
            newest_row=state["newest_row"],
        )
    return Phrase(
        "%(name)s：%(what)s截至 %(as_of)s 的状态，距答复 %(days)s 天。",
        name=name,
        what="全部名单" if state.get("whole") else "来源名单",
        as_of=state["as_of"],
        days=state["age_days"],
    )


def limit_texts(statement: Statement) -> list[str]:
    """What a receipt does not prove."""
    message = "不证明：第 %(entry)s 号记录之后的情形、未进入账本的事实、当事人的信用状况；未查到只表示当时没有查到。"
    return [Phrase(message, entry=statement["entry"])]


def _line_text(line: Mapping[str, Any], entry: int) -> str:
    reasons = reason_texts(line)
    verdict: str = Phrase("%(party)s：%(verdict)s", party=party_text(line), verdict=verdict_text(line, entry))
    if reasons:
        verdict = Phrase("%(name)s（%(origin)s）", name=verdict, origin=joined(reasons, "；"))
    return followed(verdict, "。")


def party_text(line: Mapping[str, Any]) -> str:
    """The party of a line; of an identity number only the last four characters, which is all a receipt contains."""
    identity = " ".join(str(line[part]) for part in ("ref", "name", "uscc", *_OTHER_CODES) if line.get(part))
    if not line.get("id_last4"):
        return identity
    return Phrase("%(party)s 证件号码尾号 %(last4)s", party=identity, last4=line["id_last4"])


def verdict_text(line: Mapping[str, Any], entry: int) -> str:
    """The verdict of a line; an unknown one reads as ``unchecked``."""
    return Phrase(VERDICTS.get(line.get("verdict", ""), VERDICTS["unchecked"]), entry=entry)


def reason_texts(line: Mapping[str, Any]) -> list[str]:
    """The reasons of a verdict, one text each."""
    return [_reason_text(reason) for reason in line.get("reasons") or () if isinstance(reason, Mapping)]


def _reason_text(reason: Mapping[str, Any]) -> str:
    code = reason.get("code")
    texts = [label_for(REASONS, code)] if code else []
    named = _NAMED | ({"ref": "另一方 %(value)s"} if code == "same-tender-relation" else {})
    texts += [Phrase(text, value=reason[name]) for name, text in named.items() if reason.get(name) is not None]
    texts += _match_texts(reason.get("match"))
    for label, via in (("经由关系", reason.get("via")), ("该方的关系", reason.get("via_other"))):
        if isinstance(via, Mapping):  # in the words of the source, and no other
            parts = {name: via.get(name) for name in ("relation", "source", "wording")}
            texts.append(Phrase("%(label)s %(relation)s（%(source)s：“%(wording)s”）", label=label, **parts))
    if reason.get("representatives"):
        names = joined(map(str, reason["representatives"]), "、")
        texts.append(Phrase("本次核查所列同一证件号码的法定代表人 %(names)s", names=names))
    if reason.get("status") == "unconfirmed":
        texts.append("依据未核对")
    if reason.get("disputed_on"):
        texts.append(Phrase("%(day)s 起有异议", day=reason["disputed_on"]))
    return joined(texts, "，")


def _match_texts(match: object) -> list[str]:
    """By what a record was found, as far as it must be looked at."""
    if not isinstance(match, Mapping):
        return []
    texts: list[str] = []
    if match.get("near"):
        texts.append(Phrase("名称相近：%(differences)s", differences=_differences_text(match.get("differences"))))
    elif match.get("by") == "name":
        texts.append("仅名称相同")
    if match.get("by") in LOOSE_MATCHES:
        texts.append(Phrase("按%(label)s查到，是否同一主体须由人核实", label=label_for(MATCHES, match["by"])))
    if match.get("name_differs"):
        texts.append("记录上的名称不同")
    return texts


def _differences_text(differences: object) -> str:
    """The differences of two names, each with what was looked for and what is recorded."""
    if not isinstance(differences, list):
        return ""
    return joined(map(_difference_text, differences), "、") or "写法不同"


def _difference_text(difference: object) -> str:
    parts = difference if isinstance(difference, Mapping) else {}
    return Phrase(
        "%(label)s（查“%(asked)s”，记录“%(held)s”）",
        label=label_for(DIFFERENCES, parts.get("kind")),
        asked=parts.get("asked"),
        held=parts.get("held"),
    )
