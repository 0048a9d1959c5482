"""XLS workbooks: read as the same workbook is in XLSX, safe against damage."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import tabular
from registry.errors import Refusal
from registry.refusals.content import FileFormat
from registry.tabular import filings
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
