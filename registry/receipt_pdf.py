"""A receipt on paper: to read, to file and to find the verification page from. The proof stays the JSON receipt, which
the PDF carries as an attachment; the same receipt gives the same bytes with the same font and library."""

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """What the QR code says: the verification page and the digest of the receipt, nothing personal."""
    return f"{base_url.rstrip('/')}/verify?digest={hashlib.sha256(receipt).hexdigest()}"


def render(receipt: bytes, base_url: str, font: str = "") -> bytes:
    """The PDF of a genuine receipt or of an excerpt; ``font`` is a font file, empty for the usual places.

    Refuses ``PdfUnavailable`` without the libraries or without a font with Chinese characters.
    """
    document = json.loads(receipt)
    made, key = document["statement"], document["signature"]["kid"]
    page = _page(_font_file(font), made["check"])
    try:
        return _filled(page, made, key, receipt, base_url)
    finally:
        for held in page.fonts.values():
            held.ttfont.close()  # type: ignore[union-attr]  # the only font added is a file


def _filled(page: "FPDF", made: dict[str, Any], key: str, receipt: bytes, base_url: str) -> bytes:
    page.set_creation_date(read_instant(made["instant"]))
    page.set_title(f"授标前核查回执 {made['check']}")
    page.set_lang("zh-CN")
    where = address(receipt, base_url)
    _qr(page, where)
    _head(page, made)
    _facts(page, made, key, receipt)
    _parties(page, made)
    _closing(page, made, where)
    page.embed_file(
        basename=f"receipt-{made['check']}.json",
        bytes=receipt,
        desc="JSON receipt",
        mime_type="application/json",
        creation_date=read_instant(made["instant"]),
        modification_date=read_instant(made["instant"]),
    )
    return bytes(page.output())


def _page(font: Path, check: str) -> "FPDF":
    try:
        from fpdf import FPDF
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None

    class Sheet(FPDF):
        """A page with its number at the foot, so that none is lost unseen."""

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
    except Exception as error:  # whatever a font library says of a file that is no font
        raise PdfUnavailable(f"字体文件无法使用（{type(error).__name__}）") from None
    page.add_page()
    return page


def _font_file(chosen: str) -> Path:
    found = next((Path(place) for place in ([chosen] if chosen else PLACES) if Path(place).is_file()), None)
    if found is None:
        raise PdfUnavailable("没有含中文的字体文件")
    with found.open("rb") as file:
        if file.read(4) not in _FONT_FORMATS:
            raise PdfUnavailable("不是字体文件")
    return found


def _head(page: "FPDF", made: dict[str, Any]) -> None:
    page.set_font(_FONT, size=18)
    _write(page, "授标前核查回执", _beside(page), 11)
    page.set_font(_FONT, size=10)
    shown = "" if len(made["lines"]) == made["count"] else f"（只出示 {made['count']} 方中的一方）"
    told = f"本页供阅读，本身不是证据；证据是作为附件随附的 JSON 回执{shown}。扫描右侧二维码，在验证页选择该文件核验。"
    _write(page, told, _beside(page))
    page.set_y(max(page.get_y(), _MARGIN + _QR) + 3)


def _beside(page: "FPDF") -> float:
    """The width beside the code."""
    return float(page.epw - _QR - 4)


def _facts(page: "FPDF", made: dict[str, Any], key: str, receipt: bytes) -> None:
    rows = [
        ("回执编号", made.get("number")),
        ("核查号", made["check"]),
        ("出具节点", made["issuer"]),
        ("作出时刻", f"{made['instant']}（协调世界时）"),
        ("请求方", made["requester"]),
        ("各方数", made["count"]),
        ("签名密钥", key),
        ("回执摘要（SHA-256）", hashlib.sha256(receipt).hexdigest()),
    ]
    _rule(page)
    for label, value in rows:
        if value is not None:
            page.cell(40, _LINE, label)
            _write(page, str(value))
    _rule(page)
    for told in explanation.basis_texts(made):
        _write(page, told)
    _rule(page)


def _parties(page: "FPDF", made: dict[str, Any]) -> None:
    for line in made["lines"]:
        short = SHORT.get(line["verdict"], SHORT["unchecked"])
        page.set_font(_FONT, size=11)
        _write(page, f"【{short}】{explanation.party_text(line)}", height=_LINE + 1)
        page.set_font(_FONT, size=10)
        for told in (explanation.verdict_text(line, made["entry"]), *explanation.reason_texts(line)):
            page.set_x(_MARGIN + 5)
            _write(page, told)
        page.ln(1.5)
    _rule(page)


def _closing(page: "FPDF", made: dict[str, Any], where: str) -> None:
    for told in (*comparison.describe_changes(made), *explanation.limit_texts(made), f"验证页：{where}"):
        _write(page, told)


def _write(page: "FPDF", text: str, width: float = 0, height: float = _LINE) -> None:
    """A paragraph, flush left; Chinese breaks anywhere."""
    from fpdf.enums import WrapMode

    shown = _plain(text)
    page.multi_cell(width, height, shown, align="L", wrapmode=WrapMode.CHAR, new_x="LMARGIN", new_y="NEXT")


def _rule(page: "FPDF") -> None:
    page.ln(1.5)
    page.line(_MARGIN, page.get_y(), page.w - _MARGIN, page.get_y())
    page.ln(1.5)


def _qr(page: "FPDF", where: str) -> None:
    try:
        import segno
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None
    rows = segno.make(where, error="m", micro=False).matrix
    module, left = _QR / len(rows), page.w - _MARGIN - _QR
    page.set_fill_color(0)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                page.rect(left + across * module, _MARGIN + down * module, module, module, style="F")


def _plain(text: str) -> str:
    """Control and formatting characters spelled out: they can turn a name around or hide a part of it."""
    return "".join(
        f"\\u{ord(one):04x}" if unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Cn") else one for one in text
    )
