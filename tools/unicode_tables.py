"""Write the character tables that names are compared by, from the newest Unicode version.

``python -m tools.unicode_tables --write`` writes ``registry/domain/characters/unicode.txt`` again; without ``--write``
it only says whether the file would change. A newer version of ``unicodedata2`` is a newer version of Unicode: it may
change keys of names, so that the stored ones must be migrated and the matcher gets a new version.
"""

import argparse
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import unicodedata2

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "registry" / "domain" / "characters" / "unicode.txt"
RADICALS = Path(__file__).resolve().parent / "unicode" / "EquivalentUnifiedIdeograph-17.0.0.txt"
"""Unicode data file, property Equivalent_Unified_Ideograph (UAX 44); under the Unicode License v3."""

_DEFAULT_IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
"""Property Default_Ignorable_Code_Point (DerivedCoreProperties): no glyph, whatever they do."""

_GB18030_MOVES = {
    **dict(zip(range(0xE78D, 0xE797), (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A)), strict=True)),
    **dict(
        zip(
            (0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864),
            range(0x9FB4, 0x9FBC),
            strict=True,
        )
    ),
}
"""GB 18030-2022: the 18 characters that moved from private use to code points of their own."""
_GBK_ROW = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
_GBK_ROW_PRIVATE = 0xE815
"""GBK put the characters at FE50–FEA0 into private use from here on; GB 18030 gives them code points."""

Mapping = dict[int, str]


def main() -> None:
    """Write or compare the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    text = tables()
    if parser.parse_args().write:
        TABLES.write_text(text, encoding="utf-8")
    elif TABLES.read_text(encoding="utf-8") != text:
        sys.exit(f"{TABLES.relative_to(ROOT)} is not what Unicode {unicodedata2.unidata_version} says")


def tables() -> str:
    """The whole file: facts of the standard, one section per property; what to do with them is no part of it."""
    return "\n".join(
        (
            f"# Unicode {unicodedata2.unidata_version}, radicals {RADICALS.stem.rpartition('-')[2]}. © Unicode, Inc.",
            "# Unicode License v3. Written by tools/unicode_tables.py: do not edit.",
            "[compatible]  # NFKC of one character",
            *_mapping_lines(_mapping(lambda character: unicodedata2.normalize("NFKC", character))),
            "[casefold]",
            *_mapping_lines(_mapping(_casefold)),
            "[radical]  # Equivalent_Unified_Ideograph, of what has no NFKC",
            *_mapping_lines(_radicals()),
            "[moved]  # GB 18030: private use of GBK and of the edition of 2005, and the code point of 2022",
            *_mapping_lines(_moved()),
            "[category]  # general category of what is no letter, number, private or unassigned character",
            *_class_lines(),
            "[ignorable]  # Default_Ignorable_Code_Point",
            *_DEFAULT_IGNORABLE.replace("-", "..").split(" "),
            "[zero]  # the digit zero of each script that has ten digits in a row",
            *(f"{ord(c):04X}" for c in _characters() if unicodedata2.decimal(c, None) == 0),
            "[combining]  # canonical combining class",
            *_run_lines((ord(c), str(n)) for c in _characters() if (n := unicodedata2.combining(c))),
            "[composed]  # canonical composition of two",
            *_composition_lines(),
            "",
        )
    )


def _characters() -> Iterator[str]:
    return (chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)


def _mapping(function: Callable[[str], str]) -> Mapping:
    return {ord(character): to for character in _characters() if (to := function(character)) != character}


def _casefold(character: str) -> str:
    """Full case folding. It is stable for what a version has; of what is newer than this interpreter's version, the
    capital letter goes by its name to the small one."""
    if unicodedata.category(character) != "Cn":
        return character.casefold()
    name = unicodedata2.name(character, "")
    if unicodedata2.category(character) != "Lu":
        return character
    try:
        return unicodedata2.lookup(re.sub(r"\bCAPITAL\b", "SMALL", name))
    except KeyError:
        sys.exit(f"no small letter is known of {name}")


def _radicals() -> Mapping:
    radicals: Mapping = {}
    for line in RADICALS.read_text(encoding="utf-8").splitlines():
        if not (fields := line.partition("#")[0].split(";"))[0].strip():
            continue
        first, _, last = fields[0].strip().partition("..")
        for point in range(int(first, 16), int(last or first, 16) + 1):
            if unicodedata2.normalize("NFKC", chr(point)) == chr(point):
                radicals[point] = chr(int(fields[1], 16))
    return radicals


def _moved() -> Mapping:
    row = enumerate(_GBK_ROW)
    gbk = {_GBK_ROW_PRIVATE + place: bytes((0xFE, low)).decode("gb18030") for place, low in row}
    moved = {point: text for point, text in gbk.items() if ord(text) != point}
    # Six of that row moved beyond the first plane in 2005; codecs differ in which edition they follow.
    beyond = {0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE}
    return moved | {point: chr(to) for point, to in (beyond | _GB18030_MOVES).items()}


def _class_lines() -> Iterator[str]:
    wanted = ("P", "S", "Z", "M")
    points = ((ord(c), category) for c in _characters() if _is_listed(category := unicodedata2.category(c), wanted))
    return _run_lines(points)


def _is_listed(category: str, wanted: tuple[str, ...]) -> bool:
    return category[0] in wanted or category in ("Cc", "Cf")


def _composition_lines() -> Iterator[str]:
    for character in _characters():
        parts = unicodedata2.decomposition(character).split()
        if len(parts) != 2 or parts[0].startswith("<"):  # none, a single one, or a compatibility mapping
            continue
        if unicodedata2.normalize("NFC", "".join(chr(int(part, 16)) for part in parts)) == character:
            yield f"{ord(character):04X} {parts[0]} {parts[1]}"


def _mapping_lines(mapping: Mapping) -> Iterator[str]:
    """``first..last to``, where each further point goes to the next; ``point to to …`` for several characters."""
    run: list[int] = []
    for point in sorted(mapping):
        is_next = run and point == run[-1] + 1 and len(mapping[point]) == len(mapping[run[0]]) == 1
        if is_next and ord(mapping[point]) == ord(mapping[run[0]]) + len(run):
            run.append(point)
            continue
        if run:
            yield _mapping_line(run, mapping)
        run = [point]
    if run:
        yield _mapping_line(run, mapping)


def _mapping_line(run: list[int], mapping: Mapping) -> str:
    points = f"{run[0]:04X}" if len(run) == 1 else f"{run[0]:04X}..{run[-1]:04X}"
    return " ".join((points, *(f"{ord(character):04X}" for character in mapping[run[0]])))


def _run_lines(points: Iterable[tuple[int, str]]) -> Iterator[str]:
    """``first..last value`` of neighbours with one value."""
    first, last, value = -1, -2, ""
    for point, next_value in points:
        if point == last + 1 and next_value == value:
            last = point
            continue
        if first >= 0:
            yield _run_line(first, last, value)
        first, last, value = point, point, next_value
    if first >= 0:
        yield _run_line(first, last, value)


def _run_line(first: int, last: int, value: str) -> str:
    return f"{first:04X} {value}" if first == last else f"{first:04X}..{last:04X} {value}"


if __name__ == "__main__":
    main()
