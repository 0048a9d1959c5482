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
from registry.phrases import Phrase, joined
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
    from registry.printing.page import Document

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
    return Phrase("%(day)s %(time)s（北京时间）", day=chinese_day(f"{local:%Y-%m-%d}"), time=f"{local:%H:%M:%S}")


def render(sheet: Sheet, font: str = "", language: str = "zh") -> bytes:
    """Render the sheet; ``font`` is a font file, empty for the usual places, ``language`` ``zh`` or ``en``.

    Refuses ``PdfUnavailable``.
    """
    statement = json.loads(sheet.receipt)["statement"]
    page = open_page(statement["check"], font, language)
    try:
        return _fill_page(page, sheet, statement)
    finally:
        close_fonts(page)


def _fill_page(page: "Document", sheet: Sheet, statement: dict[str, Any]) -> bytes:
    made_at = read_instant(statement["instant"])
    page.set_creation_date(made_at)
    page.set_title(f"{page.words('授标前信用核查表')} {statement['check']}")
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


def _write_tender(page: "Document", sheet: Sheet, statement: dict[str, Any]) -> None:
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
            "登记号": Phrase("第 %(entry)s 号记录", entry=statement["entry"]),
            "回执编号": statement.get("number"),
            "回执摘要（SHA-256）": hashlib.sha256(sheet.receipt).hexdigest(),
        },
    )
    draw_rule(page)


def _write_summary(page: "Document", statement: dict[str, Any], sheet: Sheet) -> None:
    counts = Counter(line["verdict"] for line in statement["lines"])
    parts = [
        Phrase("%(verdict)s %(count)s 家", verdict=VERDICTS[verdict], count=counts[verdict])
        for verdict in URGENCY
        if counts[verdict]
    ]
    undecided = [item for item in reviews.find_items(statement) if not sheet.decisions.get(item.number)]
    page.set_font(FONT, size=11)
    summary = Phrase("汇总：共 %(count)s 方；%(parts)s。", count=statement["count"], parts=joined(parts, "；"))
    write_paragraph(page, summary, height=LINE + 1)
    if undecided:
        open_items = Phrase("尚有 %(count)s 项须人工核实而未判定。", count=len(undecided))
        write_paragraph(page, open_items, height=LINE + 1)
    if not statement["complete"]:
        write_paragraph(page, "本次答复不完整：有未能核查的一方，或者有来源未能查询。", height=LINE + 1)
    page.set_font(FONT, size=10)
    draw_rule(page)


def _write_line(page: "Document", sheet: Sheet, line: Mapping[str, Any], items: Sequence[ReviewItem]) -> None:
    page.set_font(FONT, size=11)
    title = Phrase(
        "【%(label)s】%(party)s（%(role)s）",
        label=label_for(VERDICTS, line["verdict"]),
        party=explanation.party_text(line),
        role=label_for(ROLES, line["role"]),
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


def _write_decision(page: "Document", sheet: Sheet, item: ReviewItem) -> None:
    decisions = [json.loads(data)["statement"] for data in sheet.decisions.get(item.number, ())]
    if not decisions:
        _write_indented(page, Phrase("第 %(number)s 项：尚未判定。", number=item.number))
    for decision in decisions:
        text = Phrase(
            "第 %(number)s 项判定%(ended)s：%(outcome)s。理由：%(reason)s（%(department)s %(decided_by)s，%(when)s）",
            number=item.number,
            ended="" if decision is decisions[-1] else "（已被后来的判定取代）",
            outcome=label_for(REVIEW_OUTCOMES, decision["outcome"]),
            reason=decision["reason"],
            department=decision["department"],
            decided_by=decision["decided_by"],
            when=beijing_time(read_instant(decision["instant"])),
        )
        _write_indented(page, text)


def _write_indented(page: "Document", text: str) -> None:
    page.set_x(MARGIN + 5)
    write_paragraph(page, text)


def _write_signatures(page: "Document") -> None:
    page.ln(6)
    for signer in _SIGNERS:
        place = Phrase("%(signer)s（签字）：＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日", signer=signer)
        write_paragraph(page, place, height=LINE + 4)


def _attach_proofs(page: "Document", sheet: Sheet, statement: dict[str, Any], at: dt.datetime) -> None:
    check = statement["check"]
    attach(page, f"receipt-{check}.json", sheet.receipt, "JSON receipt", at)
    if sheet.tender:
        opening = canonical.dumps({"tender": dict(sheet.tender), "tender_salt": sheet.tender_salt})
        attach(page, f"tender-{check}.json", opening, "Opening of the tender", at)
    for number, decisions in sorted(sheet.decisions.items()):
        for data in decisions:
            decision = json.loads(data)["statement"]["decision"]
            attach(page, f"review-{number}-{decision}.json", data, "Signed decision", at)
