"""Read XLSX workbooks (ECMA-376 transitional and strict, and what WPS writes) as a person sees them."""

from lxml import etree

from registry.tabular.beside import misleading_rules, note_pages, note_rules, read_beside, rule_style
from registry.tabular.colours import BLACK, WHITE, colour, fill_colour, is_unseen
from registry.tabular.grid import Book
from registry.tabular.package import Package, parse_part
from registry.tabular.scan import LEAST_SIZE, SharedTexts, SheetScan, is_below
from registry.tabular.styles import Style, style_of


def read_workbook(data: bytes) -> Book:
    """Read every visible sheet of a workbook."""
    package = Package(data)
    workbook = package.workbook()
    texts = SharedTexts()
    if workbook.texts:
        texts.run(workbook.texts)
    tree = parse_part(workbook.styles) if workbook.styles else None
    styles = _read_styles(tree, is_1904=workbook.is_1904)
    misleading = misleading_rules(tree)
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
                note_rules(
                    scan.grid,
                    is_misleading=scan.has_rule_without_value
                    or not misleading.isdisjoint(scan.rules)
                    or any(rule_style(style).is_misleading for style in scan.rule_styles),
                )
                note_pages(scan.grid, scan.page_texts.values())
            read_beside(package, sheet.part, scan.grid)
            book.grids.append(scan.grid)
    return book


def _read_styles(tree: etree._Element | None, *, is_1904: bool) -> list[Style]:
    if tree is None:
        return [Style(is_1904=is_1904)]
    codes = {
        int(element.get("numFmtId", "")): element.get("formatCode", "")
        for element in tree.iterfind("{*}numFmts/{*}numFmt")
        if element.get("numFmtId", "").isdigit()
    }
    struck = [_is_struck(font) for font in tree.iterfind("{*}fonts/{*}font")]
    tiny = [_is_tiny(font) for font in tree.iterfind("{*}fonts/{*}font")]
    crossed = [_is_crossed(border) for border in tree.iterfind("{*}borders/{*}border")]
    inks = [colour(font.find("{*}color"), BLACK) for font in tree.iterfind("{*}fonts/{*}font")]
    fills = [fill_colour(fill) for fill in tree.iterfind("{*}fills/{*}fill")]

    def marks(element: etree._Element) -> tuple[str, ...]:
        font, fill, border = (_number(element, name) for name in ("fontId", "fillId", "borderId"))
        code = codes.get(_number(element, "numFmtId"), "")
        ink = inks[font] if font < len(inks) else BLACK
        ground = fills[fill] if fill < len(fills) else WHITE
        is_struck = (font < len(struck) and struck[font]) or (border < len(crossed) and crossed[border])
        is_hidden = is_unseen(ink, ground, code) or (font < len(tiny) and tiny[font])
        return ("struck-through",) * is_struck + ("text-unseen",) * is_hidden

    return [
        style_of(
            _number(element, "numFmtId"),
            codes,
            marks=marks(element),
            is_1904=is_1904,
            is_on_white=is_unseen(WHITE, fills[fill]) if (fill := _number(element, "fillId")) < len(fills) else True,
        )
        for element in tree.iterfind("{*}cellXfs/{*}xf")
    ]


def _is_struck(font: etree._Element) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1").lower() in ("1", "true", "on")


def _is_tiny(font: etree._Element) -> bool:
    size = font.find("{*}sz")
    return size is not None and is_below(size.get("val", ""), LEAST_SIZE)


def _is_crossed(border: etree._Element) -> bool:
    """Whether a line is drawn across the cell."""
    line = border.find("{*}diagonal")
    is_drawn = line is not None and line.get("style", "none") != "none"
    return is_drawn and any(border.get(name, "0").lower() in ("1", "true") for name in ("diagonalUp", "diagonalDown"))


def _number(element: etree._Element, name: str) -> int:
    text = element.get(name, "0")
    return int(text) if text.isascii() and text.isdigit() else 0
