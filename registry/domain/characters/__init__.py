"""Facts of the Unicode standard from committed tables, the same on every interpreter.

An interpreter's own tables are those of its Unicode version: a character that a newer version knows would be a letter
on one machine and nothing on another. The tables are written by ``tools/unicode_tables.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).resolve().parent / "unicode.txt"

_SYLLABLES, _LEADS, _VOWELS, _TAILS = 0xAC00, 0x1100, 0x1161, 0x11A7
_VOWEL_COUNT, _TAIL_COUNT, _SYLLABLE_COUNT = 21, 28, 11172
"""Hangul syllables are composed by arithmetic (Unicode 3.12)."""


@dataclass(frozen=True)
class Tables:
    """Properties by code point. ``category`` lists punctuation, symbols, separators, marks and controls only: all
    else is a letter, a number, private or not assigned. ``zero`` is the code points of the digit zero."""

    compatible: Mapping[int, str]
    casefold: Mapping[int, str]
    radical: Mapping[int, str]
    moved: Mapping[int, str]
    category: Mapping[int, str]
    ignorable: frozenset[int]
    zero: frozenset[int]
    combining: Mapping[int, int]
    composed: Mapping[tuple[str, str], str]


@cache
def tables() -> Tables:
    """The committed tables, read once."""
    sections: dict[str, list[str]] = {}
    for line in TABLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line[1 : line.index("]")], [])
        elif not line.startswith("#"):
            lines.append(line)
    mappings = {name: _mapping(sections[name]) for name in ("compatible", "casefold", "radical", "moved")}
    return Tables(
        **mappings,
        category=dict(_values(sections["category"])),
        ignorable=frozenset(point for point, _ in _values(sections["ignorable"])),
        zero=frozenset(point for point, _ in _values(sections["zero"])),
        combining={point: int(value) for point, value in _values(sections["combining"])},
        composed={
            (chr(int(first, 16)), chr(int(second, 16))): chr(int(whole, 16))
            for whole, first, second in map(str.split, sections["composed"])
        },
    )


def _mapping(lines: list[str]) -> dict[int, str]:
    mapping: dict[int, str] = {}
    for line in lines:
        points, *to = line.split()
        for place, point in enumerate(_points(points)):
            mapping[point] = chr(int(to[0], 16) + place) if len(to) == 1 else "".join(chr(int(x, 16)) for x in to)
    return mapping


def _values(lines: list[str]) -> Iterator[tuple[int, str]]:
    for line in lines:
        points, _, value = line.partition(" ")
        for point in _points(points):
            yield point, value


def _points(text: str) -> range:
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


@cache
def digit_values() -> Mapping[int, str]:
    """The ASCII digit of every decimal digit, of any script: ``str.translate`` takes it."""
    return {zero + value: str(value) for zero in tables().zero for value in range(10)}


def compatible(text: str) -> str:
    """Every character in its compatibility form: full width and the like as plain ones."""
    return text if text.isascii() else text.translate(tables().compatible)


def compose(text: str) -> str:
    """Canonical composition (NFC) of a text whose single characters are in normal form already."""
    pieces: list[str] = []
    for character in text:
        pieces += _decompose(character)
    _order_marks(pieces)
    return _compose_pieces(pieces)


@cache
def _parts() -> Mapping[str, tuple[str, str]]:
    return {whole: parts for parts, whole in tables().composed.items()}


def _decompose(character: str) -> list[str]:
    offset = ord(character) - _SYLLABLES
    if 0 <= offset < _SYLLABLE_COUNT:
        lead, rest = divmod(offset, _VOWEL_COUNT * _TAIL_COUNT)
        vowel, tail = divmod(rest, _TAIL_COUNT)
        pieces = [chr(_LEADS + lead), chr(_VOWELS + vowel)]
        return [*pieces, chr(_TAILS + tail)] if tail else pieces
    parts = _parts().get(character)
    return [*_decompose(parts[0]), parts[1]] if parts else [character]


def _order_marks(pieces: list[str]) -> None:
    """Sort each run of marks by combining class; equal ones stay in order."""
    classes = tables().combining
    start = 0
    for end in range(len(pieces) + 1):
        if end == len(pieces) or ord(pieces[end]) not in classes:
            pieces[start:end] = sorted(pieces[start:end], key=lambda mark: classes.get(ord(mark), 0))
            start = end + 1


def _compose_pieces(pieces: list[str]) -> str:
    classes, composed = tables().combining, tables().composed
    output: list[str] = []
    starter, last_class = -1, 0
    for piece in pieces:
        piece_class = classes.get(ord(piece), 0)
        is_open = starter >= 0 and (last_class < piece_class or starter == len(output) - 1)
        whole = _pair(output[starter], piece, composed) if is_open else None
        if whole:
            output[starter] = whole
            continue
        if piece_class == 0:
            starter = len(output)
        last_class = piece_class
        output.append(piece)
    return "".join(output)


def _pair(first: str, second: str, composed: Mapping[tuple[str, str], str]) -> str | None:
    lead, vowel = ord(first) - _LEADS, ord(second) - _VOWELS
    if 0 <= lead < 19 and 0 <= vowel < _VOWEL_COUNT:
        return chr(_SYLLABLES + (lead * _VOWEL_COUNT + vowel) * _TAIL_COUNT)
    offset, tail = ord(first) - _SYLLABLES, ord(second) - _TAILS
    if 0 <= offset < _SYLLABLE_COUNT and offset % _TAIL_COUNT == 0 and 0 < tail < _TAIL_COUNT:
        return chr(ord(first) + tail)
    return composed.get((first, second))
