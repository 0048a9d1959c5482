"""Read what stands on a worksheet beside its cells: comments, text boxes and pictures, striking conditional formats."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from registry.domain.filing.vocabulary import stated_unit
from registry.tabular import lines
from registry.tabular.cell_comments import AUTHOR, HEAD
from registry.tabular.colours import BLACK, WHITE, colour, is_unseen
from registry.tabular.grid import Grid
from registry.tabular.package import Package, parse_part
from registry.tabular.sheet_edit import cell_of

_PICTURES = ("pic", "graphicFrame")
_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|[0-9]{2}[+-][0-9]{3})|[0-9]{1,3}|.)', re.DOTALL)
"""Codes in the texts of printed pages: parts, fonts, sizes, colours, what the program fills in (ECMA-376 18.3.1.39)."""
_PAGE_PARTS = ("&L", "&C", "&R")
_GENERAL = ("", "general", "@", "g/通用格式")


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


@dataclass(frozen=True, slots=True)
class RuleStyle:
    """What a conditional format makes of a cell. ``code``: its number format, empty when it has none; ``ink`` and
    ``ground``: colours of text and fill as RRGGBB, empty when it is not known which."""

    is_struck: bool = False
    code: str = ""
    ink: str = BLACK
    ground: str = WHITE

    @property
    def is_misleading(self) -> bool:
        """Whether a person sees something else than is stored: nothing, a line through it, another number."""
        return self.is_struck or self.code.lower() not in _GENERAL or is_unseen(self.ink, self.ground)


def misleading_rules(styles: etree._Element | None) -> frozenset[int]:
    """The differential styles that mislead, by number."""
    found = styles.iterfind("{*}dxfs/{*}dxf") if styles is not None else ()
    return frozenset(number for number, style in enumerate(found) if rule_style(style).is_misleading)


def rule_style(style: etree._Element) -> RuleStyle:
    """A differential style (ECMA-376 18.8.14); its fill has the colour in the background."""
    strike, code = style.find("{*}font/{*}strike"), style.find("{*}numFmt")
    background = style.find("{*}fill/{*}patternFill/{*}bgColor")
    return RuleStyle(
        is_struck=strike is not None and strike.get("val", "1").lower() in ("1", "true", "on"),
        code=code.get("formatCode", "") if code is not None else "",
        ink=colour(style.find("{*}font/{*}color"), BLACK),
        ground=colour(background, "") if background is not None else WHITE,
    )


def note_rules(grid: Grid, *, is_misleading: bool) -> None:
    """Say that conditional formats strike, hide or change what a sheet shows: what they show is not worked out."""
    if is_misleading:
        grid.beside.append(
            (
                "conditional-format-left-out",
                "条件格式会给内容加删除线、使其看不到或者换一种数字格式，未按条件格式判断，请核对",
            )
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
