"""Print what a subject keeps of its application: the receipt with its number, and the certificate of the decision."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registry.domain.cases import relief_certificate
from registry.domain.labels import RELIEFS, label_for
from registry.domain.literals import chinese_day
from registry.domain.publication.keyring import read_instant
from registry.phrases import Phrase
from registry.printing.page import (
    FONT,
    LINE,
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


@dataclass(frozen=True)
class ReceivedApplication:
    """What the receipt of an application says: its number, dispute or repair, who decides, and when it came."""

    number: str = field(repr=False)
    noun: str
    department: str
    received_at: dt.datetime


def render_receipt(received: ReceivedApplication, base_url: str, font: str = "", language: str = "zh") -> bytes:
    """The receipt of an application, with a QR code of the page that says how it stands; ``language``: ``zh`` or
    ``en``. Refuses ``PdfUnavailable``."""
    number, received_at = received.number, received.received_at
    url = f"{base_url.rstrip('/')}/relief?number={number}"
    page = open_page(number, font, language)
    try:
        title = Phrase("%(relief)s申请回执", relief=label_for(RELIEFS, received.noun))
        _begin(page, title, url, received_at)
        write_head(page, title, "凭编号查看进度、撤回申请；谁知道编号，谁就能查看和撤回，请妥善保管。")
        draw_rule(page)
        page.set_font(FONT, size=16)
        write_paragraph(page, Phrase("受理编号　%(number)s", number=number), height=LINE + 4)
        page.set_font(FONT, size=10)
        write_facts(
            page,
            {"办理机关": received.department, "收到日期": chinese_day(received_at.date().isoformat()), "进度页": url},
        )
        return bytes(page.output())
    finally:
        close_fonts(page)


def render_certificate(certificate: bytes, base_url: str, font: str = "", language: str = "zh") -> bytes:
    """A certificate, which carries its JSON, with a QR code of the verification page; ``language``: ``zh`` or ``en``.

    Refuses ``PdfUnavailable``.
    """
    document = json.loads(certificate)
    statement, made_at = document["statement"], read_instant(document["statement"]["instant"])
    url = f"{base_url.rstrip('/')}/verify?digest={hashlib.sha256(certificate).hexdigest()}"
    page = open_page(statement["record"], font, language)
    try:
        title = relief_certificate.title(statement)
        _begin(page, title, url, made_at)
        write_head(page, title, "证据是随附的 JSON 文件；扫描右侧二维码，在验证页选择本 PDF 原文件核验。")
        draw_rule(page)
        page.set_font(FONT, size=11)
        for text in relief_certificate.content_texts(statement):
            write_paragraph(page, text, height=LINE + 1.5)
        page.set_font(FONT, size=10)
        draw_rule(page)
        write_facts(page, {"出具节点": statement["issuer"], "签名密钥": document["signature"]["kid"], "验证页": url})
        attach(page, f"certificate-{statement['record']}.json", certificate, "JSON certificate", made_at)
        return bytes(page.output())
    finally:
        close_fonts(page)


def _begin(page: "Document", title: str, url: str, at: dt.datetime) -> None:
    page.set_creation_date(at)
    page.set_title(page.words(title))
    draw_code(page, url)
