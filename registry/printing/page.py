"""Draw pages of a PDF in Chinese or English: text, rules, a QR code, attachments.

The same content gives the same bytes with the same font and library. Whatever is written on a document is put into its
language; names, law and what somebody typed stay as they are, and so do the signed files that it carries.
"""

import datetime as dt
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from registry import catalogue
from registry.domain.characters import tables
from registry.phrases import Phrase
from registry.refusals.content import PdfUnavailable

Words = Callable[[str], str]
"""Puts a text of ours into the language of a sheet."""
LANGUAGES: Mapping[str, Words] = {"zh": str, "en": catalogue.in_english}

if TYPE_CHECKING:
    from fpdf import FPDF

    class Document(FPDF):
        """An open document with the words of its language."""

        words: Words


PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
)
FONT = "cjk"
LINE = 5.6  # millimetres, as all lengths here
MARGIN, QR = 18, 34
_LABELS = 40  # room for the labels of facts
_SIMPLIFIED = 2  # in the collections of Noto CJK: JP, KR, SC, TC, HK
_FONT_FORMATS = (b"ttcf", b"OTTO", b"true", b"\0\1\0\0")


def require_printing(font: str = "") -> None:
    """Refuses ``PdfUnavailable`` when nothing could be printed here."""
    close_fonts(open_page("", font))


def open_page(foot: str, font: str = "", language: str = "zh") -> "Document":
    """Open a document whose pages have ``foot`` and their number at the foot, so that a missing page is noticed.

    ``font`` is a font file, empty for the usual places. Refuses ``PdfUnavailable`` without the libraries or without a
    font with Chinese characters. ``close_fonts`` ends it. ``language``: ``zh`` or ``en``.
    """
    words = LANGUAGES[language]
    path = _find_font(font)
    try:
        from fpdf import FPDF
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None

    class Sheet(FPDF):
        """A page with its number at the foot."""

        def footer(self) -> None:
            self.set_y(-MARGIN + 4)
            self.set_font(FONT, size=8)
            number = Phrase("第 %(number)s 页，共 %(count)s 页", number=self.page_no(), count="{nb}")
            self.cell(0, 5, f"{foot}　{words(number)}", align="C")

    page = cast("Document", Sheet(format="A4"))
    page.words = words
    page.set_lang("en" if language == "en" else "zh-CN")
    page.set_margins(MARGIN, MARGIN)
    page.set_auto_page_break(True, MARGIN)
    number = _SIMPLIFIED if path.suffix == ".ttc" else 0
    try:
        page.add_font(FONT, fname=str(path), collection_font_number=number)
    except Exception as error:  # whatever a font library raises for a file that is no font
        raise PdfUnavailable(f"字体文件无法使用（{type(error).__name__}）") from None
    page.add_page()
    return page


def close_fonts(page: "Document") -> None:
    """Close the font files of a document."""
    for font_file in page.fonts.values():
        font_file.ttfont.close()  # type: ignore[union-attr]  # the only font added is a file


def _find_font(chosen: str) -> Path:
    path = next((Path(place) for place in ([chosen] if chosen else PLACES) if Path(place).is_file()), None)
    if path is None:
        raise PdfUnavailable("没有含中文的字体文件")
    with path.open("rb") as file:
        if file.read(4) not in _FONT_FORMATS:
            raise PdfUnavailable("不是字体文件")
    return path


def write_head(page: "Document", title: str, *notices: str) -> None:
    """Write the title and what the page is, beside the QR code."""
    page.set_font(FONT, size=18)
    write_paragraph(page, title, _width_beside_code(page), 11)
    page.set_font(FONT, size=10)
    for notice in notices:
        write_paragraph(page, notice, _width_beside_code(page))
    page.set_y(max(page.get_y(), MARGIN + QR) + 3)


def _width_beside_code(page: "Document") -> float:
    """The width beside the QR code."""
    return float(page.epw - QR - 4)


def write_facts(page: "Document", facts: Mapping[str, object]) -> None:
    """Write facts by their labels, one a line; those that are None are left out."""
    stated = {page.words(label): value for label, value in facts.items() if value is not None}
    room = max(_LABELS, *(page.get_string_width(label) + 4 for label in stated))
    for label, value in stated.items():
        page.cell(room, LINE, label)
        write_paragraph(page, value if isinstance(value, str) else str(value))


def write_paragraph(page: "Document", text: str, width: float = 0, height: float = LINE) -> None:
    """Write a paragraph, flush left; Chinese breaks anywhere, English between words."""
    from fpdf.enums import WrapMode

    written = _write_out(page.words(text), page.fonts[FONT].cmap)  # type: ignore[union-attr]  # the only font added is a file
    wrap = WrapMode.CHAR if page.words is str else WrapMode.WORD
    page.multi_cell(width, height, written, align="L", wrapmode=wrap, new_x="LMARGIN", new_y="NEXT")


def draw_rule(page: "Document") -> None:
    """Draw a line from margin to margin."""
    page.ln(1.5)
    page.line(MARGIN, page.get_y(), page.w - MARGIN, page.get_y())
    page.ln(1.5)


def draw_code(page: "Document", url: str) -> None:
    """Draw a QR code of an address at the upper right."""
    try:
        import segno
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None
    rows = segno.make(url, error="m", micro=False).matrix
    module, left = QR / len(rows), page.w - MARGIN - QR
    page.set_fill_color(0)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                page.rect(left + across * module, MARGIN + down * module, module, module, style="F")


def attach(page: "Document", name: str, content: bytes, description: str, at: dt.datetime) -> None:
    """Attach a JSON file to the document."""
    page.embed_file(
        basename=name,
        bytes=content,
        desc=description,
        mime_type="application/json",
        creation_date=at,
        modification_date=at,
    )


def _write_out(text: str, glyphs: Container[int]) -> str:
    """Write out what would not be seen: control and formatting characters, which can turn a name around or hide a part
    of it, and characters that the font has no glyph for, so that no printed name loses one."""
    return "".join(_write_out_character(character, glyphs) for character in text)


def _write_out_character(character: str, glyphs: Container[int]) -> str:
    point, facts = ord(character), tables()
    if point in facts.ignorable or facts.category.get(point, "L")[0] == "C":
        return f"\\u{point:04x}"
    return character if point in glyphs else f"〔U+{point:04X}〕"
