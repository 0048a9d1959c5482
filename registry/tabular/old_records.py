"""Records of an XLS workbook (BIFF8) that its reader does not give: formulas, printed pages, what lies over
cells, conditional formats.

Structures are those of [MS-XLS], named there as here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from registry.refusals.content import FileFormat, FileShape
from registry.tabular.old_rules import OldRule, decode, read_later_rule, read_rule

MAX_CELLS = 2_000_000
_BOF, _FILEPASS, _BOUNDSHEET, _CONTINUE = 0x809, 0x2F, 0x85, 0x3C
_FORMULA, _MULBLANK, _MULRK = 0x06, 0xBE, 0xBD
_HEADER, _FOOTER, _HEADER_FOOTER = 0x14, 0x15, 0x89C
_OBJECT, _TEXT_OBJECT = 0x5D, 0x1B6
_PAGES = (_HEADER, _FOOTER, _HEADER_FOOTER)
_RULES = {0x1B1: read_rule, 0x87A: read_later_rule}
_WORKSHEET = 0
"""Kind of sheet that has cells, as a BoundSheet8 record says."""
_SINGLE = frozenset((0x201, 0x203, 0x204, 0x205, 0x27E, 0xFD, 0xD6, _FORMULA))
"""Records of one cell: BLANK, NUMBER, LABEL, BOOLERR, RK, LABELSST, RSTRING, FORMULA."""
_COMMENT, _PICTURES = 0x19, frozenset((0x05, 0x08))
"""Kinds of object: a comment's box; a chart and a picture."""


@dataclass
class SheetRecords:
    """What the records of one sheet say: cells with formulas, heads and feet of printed pages, texts and pictures over
    it, styles of conditional formats. Rows and columns are counted from 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    page_texts: list[str] = field(default_factory=list)
    box_texts: list[str] = field(default_factory=list)
    pictures: int = 0
    rules: list[OldRule] = field(default_factory=list)


def scan_records(stream: bytes) -> dict[int, SheetRecords]:
    """What the records say of each worksheet, by its number among them; what other sheets say (charts, macros) is left.

    Refuses more cells than a table may have, and encryption.
    """
    starts: dict[int, int | None] = {}
    worksheets = 0
    sheets: dict[int, SheetRecords] = {}
    sheet, cells, object_kind, box_length = SheetRecords(), 0, 0, 0
    for position, kind, length in _records(stream):
        content = stream[position + 4 : position + 4 + length]
        if kind == _FILEPASS:
            raise FileFormat("文件已加密，请另存为不加密的 XLSX")
        if kind == _BOUNDSHEET and length >= 6:
            is_worksheet = content[5] == _WORKSHEET
            starts[struct.unpack_from("<I", content)[0]] = worksheets if is_worksheet else None
            worksheets += is_worksheet
        elif kind == _BOF and position in starts:  # a chart within a sheet has one of its own, and is none
            number = starts[position]
            sheet = SheetRecords() if number is None else sheets.setdefault(number, SheetRecords())
        elif kind in _SINGLE and length >= 4:
            cells += 1
            sheet.formulas |= {struct.unpack_from("<HH", content)} if kind == _FORMULA else set()
        elif kind in (_MULBLANK, _MULRK):
            cells += length // 2
        elif kind in _RULES:
            sheet.rules += _RULES[kind](content)
        elif kind in _PAGES:
            sheet.page_texts += _page_texts(kind, content)
        elif kind == _OBJECT and length >= 6:
            object_kind = struct.unpack_from("<H", content, 4)[0]
            sheet.pictures += object_kind in _PICTURES
        elif kind == _TEXT_OBJECT and length >= 12:
            box_length = 0 if object_kind == _COMMENT else struct.unpack_from("<H", content, 10)[0]
        elif kind == _CONTINUE and box_length and content:
            sheet.box_texts.append(decode(content, box_length)[0])
            box_length = 0
        if cells > MAX_CELLS:
            raise FileShape("单元格过多")
    return sheets


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Records as (position, kind, length of the content behind the four bytes of the head)."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        if (kind == 0 and length == 0) or position + 4 + length > len(stream):
            return  # filled up, or cut off
        yield position, kind, length
        position += 4 + length


def _page_texts(kind: int, content: bytes) -> Iterator[str]:
    """The texts of a Header or Footer record; of a HeaderFooter record, which has those of even and first pages."""
    places = [0] if kind != _HEADER_FOOTER else [30, 32, 34, 36]
    if len(content) < places[-1] + 2:
        return  # a page without a head has an empty record
    at = places[-1] + 2
    # A HeaderFooter record gives the lengths first, and each of its texts has its own length again.
    for place in places:
        [length] = struct.unpack_from("<H", content, place)
        if not length:
            continue
        at += 2 if kind == _HEADER_FOOTER else 0
        text, used = decode(content[at:], length)
        at += used
        yield text
