"""Render a receipt as PDF, to read and to file, with a QR code of the verification page.

The proof stays the JSON receipt, which the PDF carries as an attachment; the same receipt gives the same bytes with
the same font and library.
"""

import hashlib
import json
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry.domain.characters import tables
from registry.domain.checks import comparison, explanation
from registry.domain.publication.keyring import read_instant
from registry.refusals.content import PdfUnavailable

if TYPE_CHECKING:
    from fpdf import FPDF

PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
)
SHORT = {
    "barred": "有限制措施",
    "on_record": "有公示记录",
    "review": "须人工核实",
    "no_record": "当时未查到",
    "unchecked": "未能核查",
}
_FONT, _SIMPLIFIED = "cjk", 2  # in the collections of Noto CJK: JP, KR, SC, TC, HK
_FONT_FORMATS = (b"ttcf", b"OTTO", b"true", b"\0\1\0\0")
_MARGIN, _QR, _LINE = 18, 34, 5.6  # millimetres


def address(receipt: bytes, base_url: str) -> str:
    """URL in the QR code: the verification page with the digest of the receipt, nothing personal."""
    return f"{base_url.rstrip('/')}/verify?digest={hashlib.sha256(receipt).hexdigest()}"


def render(receipt: bytes, base_url: str, font: str = "") -> bytes:
    """Render the PDF of a genuine receipt or of an excerpt; ``font`` is a font file, empty for the usual places.

    Refuses ``PdfUnavailable`` without the libraries or without a font with Chinese characters.
    """
    document = json.loads(receipt)
    statement, key = document["statement"], document["signature"]["kid"]
    page = _open_page(_find_font(font), statement["check"])
    try:
        return _fill_page(page, statement, key, receipt, base_url)
    finally:
        for font_file in page.fonts.values():
            font_file.ttfont.close()  # type: ignore[union-attr]  # the only font added is a file


def require_printing(font: str = "") -> None:
    """Refuses ``PdfUnavailable`` when a receipt could not be printed here."""
    page = _open_page(_find_font(font), "")
    for font_file in page.fonts.values():
        font_file.ttfont.close()  # type: ignore[union-attr]  # the only font added is a file


def _fill_page(page: "FPDF", statement: dict[str, Any], key: str, receipt: bytes, base_url: str) -> bytes:
    page.set_creation_date(read_instant(statement["instant"]))
    page.set_title(f"授标前核查回执 {statement['check']}")
    page.set_lang("zh-CN")
    url = address(receipt, base_url)
    _draw_code(page, url)
    _write_head(page, statement)
    _write_facts(page, statement, key, receipt)
    _write_parties(page, statement)
    _write_closing(page, statement, url)
    page.embed_file(
        basename=f"receipt-{statement['check']}.json",
        bytes=receipt,
        desc="JSON receipt",
        mime_type="application/json",
        creation_date=read_instant(statement["instant"]),
        modification_date=read_instant(statement["instant"]),
    )
    return bytes(page.output())


def _open_page(font: Path, check: str) -> "FPDF":
    try:
        from fpdf import FPDF
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None

    class Sheet(FPDF):
        """A page with its number at the foot, so that a missing page is noticed."""

        def footer(self) -> None:
            self.set_y(-_MARGIN + 4)
            self.set_font(_FONT, size=8)
            self.cell(0, 5, f"{check}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    page = Sheet(format="A4")
    page.set_margins(_MARGIN, _MARGIN)
    page.set_auto_page_break(True, _MARGIN)
    number = _SIMPLIFIED if font.suffix == ".ttc" else 0
    try:
        page.add_font(_FONT, fname=str(font), collection_font_number=number)
    except Exception as error:  # whatever a font library raises for a file that is no font
        raise PdfUnavailable(f"字体文件无法使用（{type(error).__name__}）") from None
    page.add_page()
    return page


def _find_font(chosen: str) -> Path:
    path = next((Path(place) for place in ([chosen] if chosen else PLACES) if Path(place).is_file()), None)
    if path is None:
        raise PdfUnavailable("没有含中文的字体文件")
    with path.open("rb") as file:
        if file.read(4) not in _FONT_FORMATS:
            raise PdfUnavailable("不是字体文件")
    return path


def _write_head(page: "FPDF", statement: dict[str, Any]) -> None:
    page.set_font(_FONT, size=18)
    _write_paragraph(page, "授标前核查回执", _width_beside_code(page), 11)
    page.set_font(_FONT, size=10)
    excerpt_note = (
        "" if len(statement["lines"]) == statement["count"] else f"（只出示 {statement['count']} 方中的一方）"
    )
    notice = (
        f"本页供阅读，本身不是证据；证据是作为附件随附的 JSON 回执{excerpt_note}。"
        "扫描右侧二维码，在验证页选择该文件核验。"
    )
    _write_paragraph(page, notice, _width_beside_code(page))
    page.set_y(max(page.get_y(), _MARGIN + _QR) + 3)


def _width_beside_code(page: "FPDF") -> float:
    """The width beside the QR code."""
    return float(page.epw - _QR - 4)


def _write_facts(page: "FPDF", statement: dict[str, Any], key: str, receipt: bytes) -> None:
    rows = [
        ("回执编号", statement.get("number")),
        ("核查号", statement["check"]),
        ("出具节点", statement["issuer"]),
        ("作出时刻", f"{statement['instant']}（协调世界时）"),
        ("请求方", statement["requester"]),
        ("各方数", statement["count"]),
        ("签名密钥", key),
        ("回执摘要（SHA-256）", hashlib.sha256(receipt).hexdigest()),
    ]
    _draw_rule(page)
    for label, value in rows:
        if value is not None:
            page.cell(40, _LINE, label)
            _write_paragraph(page, str(value))
    _draw_rule(page)
    for text in explanation.basis_texts(statement):
        _write_paragraph(page, text)
    _draw_rule(page)


def _write_parties(page: "FPDF", statement: dict[str, Any]) -> None:
    for line in statement["lines"]:
        label = SHORT.get(line["verdict"], SHORT["unchecked"])
        page.set_font(_FONT, size=11)
        _write_paragraph(page, f"【{label}】{explanation.party_text(line)}", height=_LINE + 1)
        page.set_font(_FONT, size=10)
        for text in (explanation.verdict_text(line, statement["entry"]), *explanation.reason_texts(line)):
            page.set_x(_MARGIN + 5)
            _write_paragraph(page, text)
        page.ln(1.5)
    _draw_rule(page)


def _write_closing(page: "FPDF", statement: dict[str, Any], url: str) -> None:
    for text in (*comparison.describe_changes(statement), *explanation.limit_texts(statement), f"验证页：{url}"):
        _write_paragraph(page, text)


def _write_paragraph(page: "FPDF", text: str, width: float = 0, height: float = _LINE) -> None:
    """Write a paragraph, flush left; Chinese breaks anywhere."""
    from fpdf.enums import WrapMode

    written = _write_out(text, page.fonts[_FONT].cmap)  # type: ignore[union-attr]  # the only font added is a file
    page.multi_cell(width, height, written, align="L", wrapmode=WrapMode.CHAR, new_x="LMARGIN", new_y="NEXT")


def _draw_rule(page: "FPDF") -> None:
    page.ln(1.5)
    page.line(_MARGIN, page.get_y(), page.w - _MARGIN, page.get_y())
    page.ln(1.5)


def _draw_code(page: "FPDF", url: str) -> None:
    try:
        import segno
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None
    rows = segno.make(url, error="m", micro=False).matrix
    module, left = _QR / len(rows), page.w - _MARGIN - _QR
    page.set_fill_color(0)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                page.rect(left + across * module, _MARGIN + down * module, module, module, style="F")


def _write_out(text: str, glyphs: Container[int]) -> str:
    """Write out what would not be seen: control and formatting characters, which can turn a name around or hide a part
    of it, and characters that the font has no glyph for, so that no printed name loses one."""
    return "".join(_write_out_character(character, glyphs) for character in text)


def _write_out_character(character: str, glyphs: Container[int]) -> str:
    point, facts = ord(character), tables()
    if point in facts.ignorable or facts.category.get(point, "L")[0] == "C":
        return f"\\u{point:04x}"
    return character if point in glyphs else f"〔U+{point:04X}〕"
