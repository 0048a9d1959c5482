"""Print a check as the sheet for the evaluation file: the tender, a summary, each party, decisions, signature lines.

The proof is what the PDF carries: the receipt, the signed decisions beside it, and what opens the tender to which the
receipt commits.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from registry.domain.checks import comparison, explanation, reviews
from registry.domain.checks.reviews import ReviewItem
from registry.domain.labels import PROJECT_NAMES, REVIEW_OUTCOMES, ROLES, VERDICTS, label_for
from registry.domain.literals import chinese_day
from registry.domain.publication import canonical
from registry.domain.publication.keyring import read_instant
from registry.printing.page import (
    FONT,
    LINE,
    MARGIN,
    attach,
    close_fonts,
    draw_code,
    draw_rule,
    open_page,
    write_facts,
    write_head,
    write_paragraph,
)

if TYPE_CHECKING:
    from fpdf import FPDF

BEIJING = ZoneInfo("Asia/Shanghai")
URGENCY = ("barred", "review", "unchecked", "on_record", "no_record")
"""Verdicts in the order in which somebody must act on them."""
_MUST_TENDER = {True: "依法必须招标", False: "非依法必须招标", None: "未说明"}
_SIGNERS = ("核查人", "复核人", "评标（评审）委员会负责人")


@dataclass(frozen=True)
class Sheet:
    """What a sheet is printed from. ``decisions``: the signed decisions about each item by its number, oldest first, of
    which the last counts; ``names``: names of codes by the kind of reference row."""

    receipt: bytes = field(repr=False)
    tender: Mapping[str, Any]
    tender_salt: str
    decisions: Mapping[int, Sequence[bytes]]
    names: Mapping[str, Mapping[str, str]]
    address: str

    def name(self, kind: str, code: object) -> str:
        """The name of a code."""
        return label_for(self.names.get(kind, {}), code)


def beijing_time(instant: dt.datetime) -> str:
    """An instant as people in China write it."""
    local = instant.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}（北京时间）"


def render(sheet: Sheet, font: str = "") -> bytes:
    """Render the sheet; ``font`` is a font file, empty for the usual places. Refuses ``PdfUnavailable``."""
    statement = json.loads(sheet.receipt)["statement"]
    page = open_page(statement["check"], font)
    try:
        return _fill_page(page, sheet, statement)
    finally:
        close_fonts(page)


def _fill_page(page: "FPDF", sheet: Sheet, statement: dict[str, Any]) -> bytes:
    made_at = read_instant(statement["instant"])
    page.set_creation_date(made_at)
    page.set_title(f"授标前信用核查表 {statement['check']}")
    page.set_lang("zh-CN")
    draw_code(page, sheet.address)
    notice = "本表供评审存档。证据是随附的 JSON 回执和判定；扫描右侧二维码，在验证页选择本 PDF 原文件即可核验。"
    write_head(page, "授标前信用核查表", notice)
    _write_tender(page, sheet, statement)
    _write_summary(page, statement, sheet)
    items: dict[str, list[ReviewItem]] = {}
    for item in reviews.find_items(statement):
        items.setdefault(item.ref, []).append(item)
    for line in sorted(statement["lines"], key=lambda one: URGENCY.index(one["verdict"])):
        _write_line(page, sheet, line, items.get(str(line["ref"]), []))
    draw_rule(page)
    for text in (*comparison.describe_changes(statement), *explanation.limit_texts(statement)):
        write_paragraph(page, text)
    _write_signatures(page)
    _attach_proofs(page, sheet, statement, made_at)
    return bytes(page.output())


def _write_tender(page: "FPDF", sheet: Sheet, statement: dict[str, Any]) -> None:
    tender = sheet.tender
    draw_rule(page)
    write_facts(
        page,
        {
            "项目编号": tender.get("code") or "本次核查未留存",
            "项目名称": tender.get("name"),
            "领域": sheet.name("sectors", statement["sector"]),
            "项目类别": label_for(PROJECT_NAMES, statement["project"]) if "project" in statement else "未说明",
            "依法必须招标": _MUST_TENDER[statement["must_tender"]],
            "项目地区": sheet.name("districts", statement["district"]) if statement["district"] else "未说明",
            "核查单位账号": statement["requester"],
            "核查时刻": beijing_time(read_instant(statement["instant"])),
            "法律效力日": chinese_day(statement["on"]),
            "登记号": f"第 {statement['entry']} 号记录",
            "回执编号": statement.get("number"),
            "回执摘要（SHA-256）": hashlib.sha256(sheet.receipt).hexdigest(),
        },
    )
    draw_rule(page)


def _write_summary(page: "FPDF", statement: dict[str, Any], sheet: Sheet) -> None:
    counts = Counter(line["verdict"] for line in statement["lines"])
    parts = [f"{VERDICTS[verdict]} {counts[verdict]} 家" for verdict in URGENCY if counts[verdict]]
    undecided = [item for item in reviews.find_items(statement) if not sheet.decisions.get(item.number)]
    page.set_font(FONT, size=11)
    write_paragraph(page, f"汇总：共 {statement['count']} 方；{'；'.join(parts)}。", height=LINE + 1)
    if undecided:
        write_paragraph(page, f"尚有 {len(undecided)} 项须人工核实而未判定。", height=LINE + 1)
    if not statement["complete"]:
        write_paragraph(page, "本次答复不完整：有未能核查的一方，或者有来源未能查询。", height=LINE + 1)
    page.set_font(FONT, size=10)
    draw_rule(page)


def _write_line(page: "FPDF", sheet: Sheet, line: Mapping[str, Any], items: Sequence[ReviewItem]) -> None:
    page.set_font(FONT, size=11)
    title = (
        f"【{label_for(VERDICTS, line['verdict'])}】{explanation.party_text(line)}（{label_for(ROLES, line['role'])}）"
    )
    write_paragraph(page, title, height=LINE + 1)
    page.set_font(FONT, size=10)
    for reason in line["reasons"]:
        _write_indented(page, reason_text(reason, sheet.names.get("measures", {})))
    for item in items:
        _write_decision(page, sheet, item)
    page.ln(1.5)


def reason_text(reason: Mapping[str, Any], measures: Mapping[str, str]) -> str:
    """A reason with the name of its measure and its last day as people write it."""
    shown = dict(reason)
    if "measure" in shown:
        shown["measure"] = label_for(measures, shown["measure"])
    for name in ("since", "until"):
        if shown.get(name):
            shown[name] = chinese_day(shown[name])
    [text] = explanation.reason_texts({"reasons": [shown]})
    return text


def _write_decision(page: "FPDF", sheet: Sheet, item: ReviewItem) -> None:
    decisions = [json.loads(data)["statement"] for data in sheet.decisions.get(item.number, ())]
    if not decisions:
        _write_indented(page, f"第 {item.number} 项：尚未判定。")
    for decision in decisions:
        when = beijing_time(read_instant(decision["instant"]))
        ended = "" if decision is decisions[-1] else "（已被后来的判定取代）"
        _write_indented(
            page,
            f"第 {item.number} 项判定{ended}：{label_for(REVIEW_OUTCOMES, decision['outcome'])}。"
            f"理由：{decision['reason']}"
            f"（{decision['department']} {decision['decided_by']}，{when}）",
        )


def _write_indented(page: "FPDF", text: str) -> None:
    page.set_x(MARGIN + 5)
    write_paragraph(page, text)


def _write_signatures(page: "FPDF") -> None:
    page.ln(6)
    for signer in _SIGNERS:
        write_paragraph(
            page, f"{signer}（签字）：＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日", height=LINE + 4
        )


def _attach_proofs(page: "FPDF", sheet: Sheet, statement: dict[str, Any], at: dt.datetime) -> None:
    check = statement["check"]
    attach(page, f"receipt-{check}.json", sheet.receipt, "JSON receipt", at)
    if sheet.tender:
        opening = canonical.dumps({"tender": dict(sheet.tender), "tender_salt": sheet.tender_salt})
        attach(page, f"tender-{check}.json", opening, "Opening of the tender", at)
    for number, decisions in sorted(sheet.decisions.items()):
        for data in decisions:
            decision = json.loads(data)["statement"]["decision"]
            attach(page, f"review-{number}-{decision}.json", data, "Signed decision", at)
