"""Styles of the conditional formats of an XLS workbook: records CF and CF12 with their DXFN ([MS-XLS] 2.5.91)."""

import struct
from dataclasses import dataclass

_HAS_FORMAT, _HAS_FONT, _HAS_ALIGNMENT, _HAS_BORDER, _HAS_FILL = (1 << bit for bit in range(25, 30))
_KEEPS_GROUND, _KEEPS_FORMAT, _HAS_OWN_FORMAT = 1 << 18, 1 << 19, 1 << 32
_HEAD, _FONT = 6, 118
_STRIKE = 0x80
_NO_COLOUR = 0xFFFFFFFF
_BARS, _SIGNS = 4, 6
"""Kinds of rule of Excel 2007: a bar in the cell, a sign in it; either may stand instead of the value."""


@dataclass(frozen=True, slots=True)
class OldRule:
    """What a conditional format changes. ``format_number`` and ``format_code``: its number format, built in or its own;
    ``ink`` and ``ground``: numbers of colours of text and fill, None where they stay; ``has_no_value``: a bar or a sign
    stands for the value."""

    is_struck: bool = False
    format_number: int = 0
    format_code: str = ""
    ink: int | None = None
    ground: int | None = None
    has_no_value: bool = False


def read_rule(content: bytes) -> list[OldRule]:
    """The style of a CF record: kind, comparison and the lengths of two formulas stand before it."""
    return _read_style(content[6:])


def read_later_rule(content: bytes) -> list[OldRule]:
    """The style of a CF12 record; its style has its length before it, or two bytes of nothing instead."""
    if len(content) < 22:
        return []
    first, second, length = struct.unpack_from("<HHI", content, 14)
    rules = _read_style(content[22 : 22 + length]) if length else []
    place = 22 + (length or 2) + first + second
    if content[12] in (_BARS, _SIGNS) and place + 2 <= len(content):
        # Behind the formulas: a third, its flags, priority and template, then the bar or the signs with their flags.
        place += 2 + struct.unpack_from("<H", content, place)[0] + 1 + 2 + 2
        place += 1 + (content[place] if place < len(content) else 0)
        if content[12] == _BARS and place + 3 < len(content):
            rules += [OldRule(has_no_value=not content[place + 3] & 2)]
        elif content[12] == _SIGNS and place + 5 < len(content):
            rules += [OldRule(has_no_value=bool(content[place + 5] & 1))]
    return rules


def _read_style(content: bytes) -> list[OldRule]:
    if len(content) < _HEAD:
        return []
    flags = int.from_bytes(content[:_HEAD], "little")
    place, number, code = _HEAD, 0, ""
    if flags & _HAS_FORMAT and flags & _HAS_OWN_FORMAT and place + 4 <= len(content):
        size, length = struct.unpack_from("<HH", content, place)
        code = decode(content[place + 4 :], length)[0]
        place += size
    elif flags & _HAS_FORMAT:
        number = content[place + 1] if place + 1 < len(content) else 0
        place += 2
    is_struck, ink, ground = False, None, None
    if flags & _HAS_FONT:
        if place + _FONT > len(content):
            return []
        marks, colour, kept = (struct.unpack_from("<I", content, place + at)[0] for at in (68, 80, 88))
        is_struck = bool(marks & _STRIKE) and not kept & _STRIKE
        ink = None if colour == _NO_COLOUR else colour
        place += _FONT
    place += 8 * bool(flags & _HAS_ALIGNMENT) + 8 * bool(flags & _HAS_BORDER)
    if flags & _HAS_FILL and place + 4 <= len(content):
        # As in Open XML the colour of a fill is that of its background.
        ground = None if flags & _KEEPS_GROUND else struct.unpack_from("<I", content, place)[0] >> 23 & 0x7F
    if flags & _KEEPS_FORMAT:
        number, code = 0, ""
    return [OldRule(is_struck, number, code, ink, ground)]


def decode(content: bytes, length: int) -> tuple[str, int]:
    """A text of so many characters behind its byte of flags, and how many bytes it takes."""
    is_wide = bool(content[:1]) and content[0] & 1
    size = length * (2 if is_wide else 1)
    return content[1 : 1 + size].decode("utf-16-le" if is_wide else "latin-1", "replace"), 1 + size
