"""Read what stands on a worksheet beside its cells: comments, text boxes and pictures, striking conditional formats."""

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from registry.domain.filing.vocabulary import stated_unit
from registry.tabular import lines
from registry.tabular.cell_comments import AUTHOR, HEAD
from registry.tabular.colours import BLACK, colour, fill_colour, is_unseen
from registry.tabular.grid import Grid
from registry.tabular.package import Package, parse_part
from registry.tabular.sheet_edit import cell_of

_PICTURES = ("pic", "graphicFrame")
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|[0-9]{1,3}|.)', re.DOTALL)
"""Codes in the texts of printed pages: parts, fonts, sizes, colours, what the program fills in (ECMA-376 18.3.1.39)."""
_PAGE_PARTS = ("&L", "&C", "&R")


def read_beside(package: Package, part: str, grid: Grid) -> None:
    """Add the comments of a sheet to its grid, and what else lies over it. The registry's own remarks are none."""
    for kind, target in package.relationships(part).values():
        if kind == "comments" and (content := package.part(target)):
            _add_comments(parse_part(content, 32), grid)
        elif kind == "drawing" and (content := package.part(target)):
            _add_drawing(parse_part(content, 32), grid)


def add_comment(grid: Grid, place: tuple[int, int], author: str, text: str) -> None:
    """Add the comment at a row and column, unless it is the registry's own."""
    own = text.partition(HEAD)[0]
    if author != AUTHOR and own.strip():
        grid.comments.setdefault(place[0], []).append((place[1], own))


def _add_comments(root: etree._Element, grid: Grid) -> None:
    authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
    for comment in root.iter("{*}comment"):
        number, place = comment.get("authorId", ""), cell_of(comment.get("ref", ""))
        author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
        if place:
            add_comment(grid, place, author, _text(comment))


def _add_drawing(root: etree._Element, grid: Grid) -> None:
    texts = [text for shape in root.iter("{*}sp") if (text := _text(shape).strip())]
    pictures = sum(1 for name in _PICTURES for _ in root.iter(f"{{*}}{name}"))
    note_over(grid, texts, pictures)


def note_over(grid: Grid, texts: Sequence[str], pictures: int) -> None:
    """Say how many texts and pictures lie over a sheet, and heed what the texts say of its state."""
    if texts:
        grid.beside.append(("text-box-left-out", f"工作表上有 {len(texts)} 个文本框，未读取"))
    if pictures:
        grid.beside.append(("picture-left-out", f"工作表上有 {pictures} 个图片或者图表，未读取"))
    grid.is_apart = grid.is_apart or any(map(lines.states, texts))


def _text(element: etree._Element) -> str:
    return "".join(node.text or "" for node in element.iter("{*}t"))


def hiding_rules(styles: etree._Element | None) -> frozenset[int]:
    """The differential styles that strike a text through or hide it, by number."""
    found = styles.iterfind("{*}dxfs/{*}dxf") if styles is not None else ()
    return frozenset(number for number, style in enumerate(found) if _hides(style))


def _hides(style: etree._Element) -> bool:
    strike, font = style.find("{*}font/{*}strike"), style.find("{*}font/{*}color")
    if strike is not None and strike.get("val", "1").lower() in ("1", "true", "on"):
        return True
    code = style.find("{*}numFmt")
    if code is not None and not code.get("formatCode", "0").strip(";"):
        return True
    # In a differential style the colour of a fill is its background.
    background = style.find("{*}fill/{*}patternFill/{*}bgColor")
    fill = colour(background, "") if background is not None else fill_colour(None)
    return font is not None and is_unseen(colour(font, BLACK), fill)


def note_rules(grid: Grid, used: Iterable[int], hiding: frozenset[int]) -> None:
    """Say that conditional formats strike or hide texts of a sheet: what they show is not worked out."""
    if not hiding.isdisjoint(used):
        grid.beside.append(
            ("conditional-format-left-out", "条件格式会给内容加删除线或者使其看不到，未按条件格式判断，请核对")
        )


def note_pages(grid: Grid, texts: Iterable[str]) -> None:
    """Heed what the head and foot of the printed pages say of a unit or a state: a person with the paper sees it."""
    for text in texts:
        for line in _PAGE_CODE.sub(_plain_code, text).splitlines():
            is_state = lines.page_states(line)
            if not (is_state or stated_unit(line)):
                continue
            grid.page_lines.append(line)
            grid.is_apart = grid.is_apart or is_state
            grid.beside.append(("page-text", "打印的页眉或者页脚写有金额单位，或者写明是草稿、样表等，已据此判断各行"))


def _plain_code(code: re.Match[str]) -> str:
    if code[0].upper() in _PAGE_PARTS:
        return "\n"
    return "&" if code[0] == "&&" else ""
