"""Render a receipt as PDF, to read and to file, with a QR code of the verification page.

The proof stays the JSON receipt, which the PDF carries as an attachment; the same receipt gives the same bytes with
the same font and library.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from registry.domain.checks import comparison, explanation
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


def render(receipt: bytes, base_url: str, font: str = "") -> bytes:
    """Render the PDF of a genuine receipt or of an excerpt; ``font`` is a font file, empty for the usual places.

    Refuses ``PdfUnavailable`` without the libraries or without a font with Chinese characters.
    """
    document = json.loads(receipt)
    statement, key = document["statement"], document["signature"]["kid"]
    page = open_page(statement["check"], font)
    try:
        return _fill_page(page, statement, key, receipt, base_url)
    finally:
        close_fonts(page)


def _fill_page(page: "FPDF", statement: dict[str, Any], key: str, receipt: bytes, base_url: str) -> bytes:
    page.set_creation_date(read_instant(statement["instant"]))
    page.set_title(f"授标前核查回执 {statement['check']}")
    page.set_lang("zh-CN")
    url = address(receipt, base_url)
    draw_code(page, url)
    excerpt_note = (
        "" if len(statement["lines"]) == statement["count"] else f"（只出示 {statement['count']} 方中的一方）"
    )
    notice = (
        f"本页供阅读，本身不是证据；证据是作为附件随附的 JSON 回执{excerpt_note}。"
        "扫描右侧二维码，在验证页选择该文件核验。"
    )
    write_head(page, "授标前核查回执", notice)
    _write_facts(page, statement, key, receipt)
    _write_parties(page, statement)
    _write_closing(page, statement, url)
    attach(page, f"receipt-{statement['check']}.json", receipt, "JSON receipt", read_instant(statement["instant"]))
    return bytes(page.output())


def _write_facts(page: "FPDF", statement: dict[str, Any], key: str, receipt: bytes) -> None:
    draw_rule(page)
    write_facts(
        page,
        {
            "回执编号": statement.get("number"),
            "核查号": statement["check"],
            "出具节点": statement["issuer"],
            "作出时刻": f"{statement['instant']}（协调世界时）",
            "请求方": statement["requester"],
            "各方数": statement["count"],
            "签名密钥": key,
            "回执摘要（SHA-256）": hashlib.sha256(receipt).hexdigest(),
        },
    )
    draw_rule(page)
    for text in explanation.basis_texts(statement):
        write_paragraph(page, text)
    draw_rule(page)


def _write_parties(page: "FPDF", statement: dict[str, Any]) -> None:
    for line in statement["lines"]:
        label = SHORT.get(line["verdict"], SHORT["unchecked"])
        page.set_font(FONT, size=11)
        write_paragraph(page, f"【{label}】{explanation.party_text(line)}", height=LINE + 1)
        page.set_font(FONT, size=10)
        for text in (explanation.verdict_text(line, statement["entry"]), *explanation.reason_texts(line)):
            page.set_x(MARGIN + 5)
            write_paragraph(page, text)
        page.ln(1.5)
    draw_rule(page)


def _write_closing(page: "FPDF", statement: dict[str, Any], url: str) -> None:
    for text in (*comparison.describe_changes(statement), *explanation.limit_texts(statement), f"验证页：{url}"):
        write_paragraph(page, text)
