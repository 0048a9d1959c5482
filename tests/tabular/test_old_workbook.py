"""XLS workbooks: read as the same workbook is in XLSX, safe against damage."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import tabular
from registry.errors import Refusal
from registry.refusals.content import FileFormat
from registry.tabular import filings
from registry.tabular.old_records import scan_records
from registry.tabular.old_rules import OldRule
from tests.tabular.test_kinds import RULES_OF_FINANCE, TODAY

FILES = Path(__file__).parent / "files"
OLD = (FILES / "twin.xls").read_bytes()


def rows_of(name: str) -> list[filings.ReadRow]:
    return list(filings.read_filings((FILES / name).read_bytes(), name, RULES_OF_FINANCE, TODAY).rows)


def test_is_read_as_its_twin() -> None:
    assert rows_of("twin.xls") == rows_of("twin.xlsx")


def test_shows_formats_merges_formulas_hidden_rows_and_struck_cells() -> None:
    faults = {row.number: [fault.code for fault in row.faults] for row in rows_of("twin.xls")}
    assert faults == {
        3: [],
        4: [],
        5: ["formula-cell"],
        6: ["display-rounded"],
        7: ["struck-through"],
        8: ["row-hidden"],
    }


def test_tells_raised_and_lowered_characters() -> None:
    faults = {row.number: [fault.code for fault in row.faults] for row in rows_of("raised.xls")}
    assert faults == {2: ["partly-raised"], 3: ["partly-raised"], 4: [], 5: [], 6: []}
    notes = {row.number: [note.code for note in row.notes] for row in rows_of("raised.xls")}
    assert ["raised-text" in notes[number] for number in (4, 5, 6)] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "note", "fault"),
    [
        ("pages_state.xls", "page-text", "row-set-apart"),
        ("pages_unit.xls", "page-text", "unit-not-stated"),  # the heading of the column says another
        ("pages_plain.xls", None, None),
        ("box_void.xls", "text-box-left-out", "row-set-apart"),
        ("box_plain.xls", "text-box-left-out", None),
    ],
)
def test_heeds_printed_pages_and_what_lies_over_the_sheet(name: str, note: str | None, fault: str | None) -> None:
    file = filings.read_filings((FILES / name).read_bytes(), name, RULES_OF_FINANCE, TODAY)
    notes = {note.code for note in file.notes} - {"department-default"}
    faults = [[fault.code for fault in row.faults] for row in file.rows]
    assert notes == ({note} if note else set())
    assert faults == [[fault] if fault else []] * 2


def test_names_sheets_whose_conditional_formats_strike_or_hide() -> None:
    file = filings.read_filings((FILES / "rules.xls").read_bytes(), "rules.xls", RULES_OF_FINANCE, TODAY)
    named = [note.sheet for note in file.notes if note.code == "conditional-format-left-out"]
    assert named == ["画线", "白字", "同色", "黑底"]  # and not 平常, with its bold and coloured cells
    assert all(row.filing for row in file.rows)


def style(flags: int, *parts: bytes) -> bytes:
    """A DXFN structure: which parts it has, and the parts."""
    return flags.to_bytes(6, "little") + b"".join(parts)


def later(kind: int, dxf: bytes, visual: bytes = b"") -> bytes:
    """A CF12 record with a formula of three bytes, and with what its bar or its signs look like."""
    head = bytes(12) + struct.pack("<BBHHI", kind, 0, 3, 0, len(dxf)) + (dxf or bytes(2))
    return head + b"abc" + struct.pack("<H1xHHB", 0, 1, 0, 16) + bytes(16) + visual


FONT, FORMAT, OWN = 1 << 26, 1 << 25, 1 << 32
TEXT = '0.0,"万"'
OWN_FORMAT = struct.pack("<HHB", 5 + 2 * len(TEXT), len(TEXT), 1) + TEXT.encode("utf-16-le")


@pytest.mark.parametrize(
    ("kind", "content", "rule"),
    [
        (0x1B1, bytes(6) + style(FORMAT, bytes((0, 10))), OldRule(format_number=10)),
        (0x1B1, bytes(6) + style(FORMAT | OWN, OWN_FORMAT), OldRule(format_code=TEXT)),
        (
            0x1B1,
            bytes(6) + style(FORMAT | OWN | FONT, OWN_FORMAT, struct.pack("<68xI8xI4xI26x", 0x80, 9, 0)),
            OldRule(is_struck=True, format_code=TEXT, ink=9),
        ),
        (0x87A, later(2, style(FONT, struct.pack("<68xI8xI4xI26x", 0x80, 0xFFFFFFFF, 0x80))), OldRule()),
        (0x87A, later(4, b"", bytes((0, 0, 0, 0, 0))), OldRule(has_no_value=True)),
        (0x87A, later(4, b"", bytes((0, 0, 0, 2, 0))), OldRule()),
        (0x87A, later(6, style(FORMAT, bytes((0, 0))), bytes((0, 0, 0, 3, 0, 1))), OldRule(has_no_value=True)),
    ],
)
def test_reads_the_records_of_conditional_formats(kind: int, content: bytes, rule: OldRule) -> None:
    stream = struct.pack("<HH", 0x809, 0) + struct.pack("<HHIxx", 0x85, 6, 14)
    stream += struct.pack("<HH", 0x809, 0) + struct.pack("<HH", kind, len(content)) + content
    assert scan_records(stream)[0].rules[-1] == rule
    assert len(scan_records(stream[:-1])) == 1  # a record that is cut off is none


def texts_record(*texts: str) -> bytes:
    """A HeaderFooter record with the texts of even and first pages, half of them in two bytes a character."""
    head = struct.pack("<12x16xH4H", 3, *map(len, texts))
    return head + b"".join(
        struct.pack("<HB", len(text), number % 2) + text.encode("utf-16-le" if number % 2 else "latin-1")
        for number, text in enumerate(texts)
        if text
    )


@given(st.tuples(*[st.text(st.characters(max_codepoint=0xFF), max_size=20)] * 4))
def test_reads_the_texts_of_even_and_first_pages(texts: tuple[str, str, str, str]) -> None:
    content = texts_record(*texts)
    stream = struct.pack("<HH", 0x809, 0) + struct.pack("<HHIxx", 0x85, 6, 14)
    stream += struct.pack("<HH", 0x809, 0) + struct.pack("<HH", 0x89C, len(content)) + content
    assert scan_records(stream)[0].page_texts == [text for text in texts if text]


def test_that_is_encrypted_is_refused_as_such() -> None:
    place = OLD.index(b"\x09\x08\x10\x00")  # the first record; behind it a password would be announced
    data = bytearray(OLD)
    length = int.from_bytes(data[place + 2 : place + 4], "little")
    data[place + 4 + length : place + 8 + length] = b"\x2f\x00\x00\x00"
    with pytest.raises(FileFormat, match="加密"):
        tabular.read_table(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=len(OLD) - 1), st.integers(min_value=1, max_value=255))
def test_with_one_byte_changed_is_a_table_or_refused(place: int, flip: int) -> None:
    data = bytearray(OLD)
    data[place] ^= flip
    try:
        assert tabular.read_table(bytes(data)).rows is not None
    except Refusal as refusal:
        assert refusal.code
