"""Render a receipt as PDF, to read and to file, with a QR code of the verification page.

The proof stays the JSON receipt, which the PDF carries as an attachment; the same receipt gives the same bytes with
the same font and library.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from registry.domain.checks import comparison, explanation
from registry.domain.publication.keyring import read_instant
from registry.phrases import Phrase
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

SHORT = {
    "barred": "有限制措施",
    "on_record": "有公示记录",
    "review": "须人工核实",
    "no_record": "当时未查到",
    "unchecked": "未能核查",
}


def address(receipt: bytes, base_url: str) -> str:
    """URL in the QR code: the verification page with the digest of the receipt, nothing personal."""
    return f"{base_url.rstrip('/')}/verify?digest={hashlib.sha256(receipt).hexdigest()}"


def render(receipt: bytes, base_url: str, font: str = "", language: str = "zh") -> bytes:
    """Render the PDF of a genuine receipt or of an excerpt; ``font`` is a font file, empty for the usual places.

    ``language``: ``zh`` or ``en``; names and what the receipt cites stay as they are, and so does the receipt.

    Refuses ``PdfUnavailable`` without the libraries or without a font with Chinese characters.
    """
    document = json.loads(receipt)
    statement, key = document["statement"], document["signature"]["kid"]
    page = open_page(statement["check"], font, language)
    try:
        return _fill_page(page, _Receipt(receipt, statement, key), address(receipt, base_url))
    finally:
        close_fonts(page)


@dataclass(frozen=True)
class _Receipt:
    """What is printed."""

    data: bytes = field(repr=False)
    statement: dict[str, Any]
    key: str


def _fill_page(page: "Document", printed: _Receipt, url: str) -> bytes:
    statement = printed.statement
    check = statement["check"]
    page.set_creation_date(read_instant(statement["instant"]))
    page.set_title(f"{page.words('授标前核查回执')} {check}")
    draw_code(page, url)
    if len(statement["lines"]) == statement["count"]:
        proof = "本页供阅读，本身不是证据；证据是作为附件随附的 JSON 回执。"
    else:
        proof = Phrase(
            "本页供阅读，本身不是证据；证据是作为附件随附的 JSON 回执（只出示 %(count)s 方中的一方）。",
            count=statement["count"],
        )
    write_head(page, "授标前核查回执", proof, "扫描右侧二维码，在验证页选择该文件核验。")
    _write_facts(page, printed)
    _write_parties(page, printed)
    _write_closing(page, printed, url)
    attach(page, f"receipt-{check}.json", printed.data, "JSON receipt", read_instant(statement["instant"]))
    return bytes(page.output())


def _write_facts(page: "Document", printed: _Receipt) -> None:
    statement = printed.statement
    draw_rule(page)
    facts = {
        "回执编号": statement.get("number"),
        "核查号": statement["check"],
        "出具节点": statement["issuer"],
        "作出时刻": Phrase("%(instant)s（协调世界时）", instant=statement["instant"]),
        "请求方": statement["requester"],
        "各方数": statement["count"],
        "签名密钥": printed.key,
        "回执摘要（SHA-256）": hashlib.sha256(printed.data).hexdigest(),
    }
    write_facts(page, facts)
    draw_rule(page)
    for text in explanation.basis_texts(statement):
        write_paragraph(page, text)
    draw_rule(page)


def _write_parties(page: "Document", printed: _Receipt) -> None:
    statement = printed.statement
    for line in statement["lines"]:
        label = SHORT.get(line["verdict"], SHORT["unchecked"])
        page.set_font(FONT, size=11)
        title = Phrase("【%(label)s】%(party)s", label=label, party=explanation.party_text(line))
        write_paragraph(page, title, height=LINE + 1)
        page.set_font(FONT, size=10)
        for text in (explanation.verdict_text(line, statement["entry"]), *explanation.reason_texts(line)):
            page.set_x(MARGIN + 5)
            write_paragraph(page, text)
        page.ln(1.5)
    draw_rule(page)


def _write_closing(page: "Document", printed: _Receipt, url: str) -> None:
    statement = printed.statement
    address_text = Phrase("验证页：%(url)s", url=url)
    for text in (*comparison.describe_changes(statement), *explanation.limit_texts(statement), address_text):
        write_paragraph(page, text)
