"""Read XLSX workbooks (ECMA-376 transitional and strict, and what WPS writes) as a person sees them."""

from lxml import etree

from registry.tabular.grid import Book
from registry.tabular.package import Package, Workbook, parse_part
from registry.tabular.scan import SharedTexts, SheetScan
from registry.tabular.styles import Style, style_of


def read_workbook(data: bytes) -> Book:
    """Read every visible sheet of a workbook."""
    package = Package(data)
    workbook = package.workbook()
    texts = SharedTexts()
    if workbook.texts:
        texts.run(workbook.texts)
    styles = _read_styles(workbook)
    book = Book([], "xlsx")
    for sheet in workbook.sheets:
        if sheet.is_hidden:
            book.hidden_sheets.append(sheet.name)
        elif not sheet.is_sheet:
            book.other_sheets.append(sheet.name)
        else:
            scan = SheetScan(sheet.name, texts.cells, styles)
            content = package.part(sheet.part)
            if content:
                scan.run(content)
            book.grids.append(scan.grid)
    return book


def _read_styles(workbook: Workbook) -> list[Style]:
    if not workbook.styles:
        return [Style(is_1904=workbook.is_1904)]
    tree = parse_part(workbook.styles)
    codes = {
        int(element.get("numFmtId", "")): element.get("formatCode", "")
        for element in tree.iterfind("{*}numFmts/{*}numFmt")
        if element.get("numFmtId", "").isdigit()
    }
    struck = [_is_struck(font) for font in tree.iterfind("{*}fonts/{*}font")]
    return [
        style_of(
            _number(element, "numFmtId"),
            codes,
            is_struck=_number(element, "fontId") < len(struck) and struck[_number(element, "fontId")],
            is_1904=workbook.is_1904,
        )
        for element in tree.iterfind("{*}cellXfs/{*}xf")
    ]


def _is_struck(font: etree._Element) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1").lower() in ("1", "true", "on")


def _number(element: etree._Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() else 0
