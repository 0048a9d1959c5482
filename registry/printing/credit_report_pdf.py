"""Print a credit report of a firm, with a QR code of the page that says whether it is still the newest."""

import json
from urllib.parse import urlencode

from registry.domain.checks import credit_report_words
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


def address(statement: dict[str, object], base_url: str) -> str:
    """URL in the QR code: the page of the firm's report with the entry and the digest of this one."""
    subject = statement["subject"]
    assert isinstance(subject, dict)
    query = urlencode({"uscc": subject["uscc"], "entry": statement["entry"], "content": statement["content"]})
    return f"{base_url.rstrip('/')}/credit-report?{query}"


def render(report: bytes, base_url: str, font: str = "", language: str = "zh") -> bytes:
    """Render the PDF of a genuine report, which carries its JSON, in Chinese (``zh``) or English (``en``).

    Refuses ``PdfUnavailable``.
    """
    document = json.loads(report)
    statement, key = document["statement"], document["signature"]["kid"]
    subject, made_at = statement["subject"], read_instant(statement["instant"])
    name = f"report-{subject['uscc']}-{statement['entry']}"
    page = open_page(name, font, language)
    try:
        page.set_creation_date(made_at)
        page.set_title(f"{page.words('信用核查报告')} {subject['uscc']}")
        url = address(statement, base_url)
        draw_code(page, url)
        notice = "证据是随附的 JSON 报告，可在验证页选择本 PDF 原文件核验；扫描右侧二维码，可知本报告是否仍为最新。"
        write_head(page, "信用核查报告", notice)
        draw_rule(page)
        write_facts(
            page,
            {
                "名称": subject.get("name"),
                "统一社会信用代码": subject["uscc"],
                "出具节点": statement["issuer"],
                "出具时刻": Phrase("%(instant)s（协调世界时）", instant=statement["instant"]),
                "法律效力日": chinese_day(statement["on"]),
                "登记号": Phrase("第 %(entry)s 号记录", entry=statement["entry"]),
                "签名密钥": key,
            },
        )
        draw_rule(page)
        page.set_font(FONT, size=11)
        write_paragraph(page, credit_report_words.count_text(statement), height=LINE + 1)
        page.set_font(FONT, size=10)
        for record in statement["records"]:
            write_paragraph(page, credit_report_words.record_text(record))
            page.ln(1.5)
        draw_rule(page)
        for text in (*credit_report_words.limit_texts(statement), Phrase("查验页：%(url)s", url=url)):
            write_paragraph(page, text)
        attach(page, f"{name}.json", report, "JSON report", made_at)
        return bytes(page.output())
    finally:
        close_fonts(page)
