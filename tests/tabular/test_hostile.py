"""Files made to do harm are refused soon and in little memory, and never with anything but a refusal."""

import io
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import tabular
from registry.errors import Refusal
from registry.refusals.content import FileFormat, FileShape, FileTooLarge, FileUnreadable, TooManyRows
from tests.tabular.workbooks import SHEET, changed, sheet_of, workbook

GOOD = workbook([["a", "b"], ["1", "2"]])


def bomb() -> bytes:
    return changed(GOOD, {SHEET: sheet_of("<row/>" * 40_000_000)})


def lying_directory() -> bytes:
    """A part that unpacks to more than the directory says."""
    data = bytearray(changed(GOOD, {SHEET: sheet_of(" " * 5_000_000)}))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        size = package.getinfo(SHEET).file_size
    place = data.rfind(struct.pack("<I", size))
    data[place : place + 4] = struct.pack("<I", 100)
    return bytes(data)


def part_before_the_file() -> bytes:
    """The directory stands so far before where it says it is that its parts would begin before the file."""
    data = bytearray(GOOD)
    place = data.rfind(b"PK\x05\x06") + 16
    data[place : place + 4] = struct.pack("<I", struct.unpack("<I", data[place : place + 4])[0] + 128)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(GOOD)
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    return bytes(data)


def far_cell() -> bytes:
    return changed(GOOD, {SHEET: sheet_of('<row r="1"><c r="XFD1"><v>1</v></c></row>')})


def low_cell() -> bytes:
    return changed(GOOD, {SHEET: sheet_of('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')})


def repeated_text() -> bytes:
    """One long shared text named by many cells."""
    text = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000))
    return changed(GOOD, {"xl/sharedStrings.xml": text.encode(), SHEET: sheet_of(rows)})


def entities() -> bytes:
    document = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + sheet_of(
        "<row>&b;</row>"
    )
    return changed(GOOD, {SHEET: document})


def no_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return out.getvalue()


def two_parts_of_one_name() -> bytes:
    return changed(GOOD, {SHEET.upper(): sheet_of("")})


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (bomb, FileTooLarge),
        (lying_directory, FileUnreadable),
        (part_before_the_file, FileUnreadable),
        (encrypted, FileFormat),
        (far_cell, FileShape),
        (low_cell, TooManyRows),
        (repeated_text, FileTooLarge),
        (entities, FileUnreadable),
        (no_workbook, FileFormat),
        (two_parts_of_one_name, FileUnreadable),
        (lambda: b"PK\x03\x04" + b"0" * 40 * 2**20, FileTooLarge),
    ],
)
def test_is_refused_soon_in_little_memory(make: Callable[[], bytes], refusal: type[Refusal]) -> None:
    data = make()
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(refusal):
        tabular.read_table(data)
    spent, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 5
    assert peak < 64 * 2**20


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"<r>", b"[{", b'{"rows":[', b"a,b\n", b"\xef\xbb\xbf"]),
)
def test_any_bytes_are_a_table_or_refused(data: bytes, start: bytes) -> None:
    try:
        assert tabular.read_table(start + data).columns
    except Refusal as refusal:
        assert refusal.code


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0, max_value=len(GOOD) - 1), st.integers(min_value=1, max_value=255))
def test_a_workbook_with_one_byte_changed_is_a_table_or_refused(place: int, flip: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= flip
    try:
        assert tabular.read_table(bytes(data)).rows is not None
    except Refusal as refusal:
        assert refusal.code
