"""Write public records as a table, row by row and in little memory: CSV and XLSX, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from typing import Any, BinaryIO, Protocol

import xlsxwriter

from registry.domain.filing.cells import MAX_CELL

ROWS_MAX = 1_048_576
"""The rows of a worksheet."""
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may read as the beginning of a formula (OWASP, CSV injection)."""
_CHUNK_CHARACTERS = 256 * 1024
_OPTIONS = {
    "constant_memory": True,
    "use_zip64": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CUT = "……（余见 JSON Lines 文件）"


class Writable(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> Any:
        """Write bytes."""


class Table(Protocol):
    """A table that is being written."""

    def write(self, cells: Sequence[str]) -> None:
        """Write the next row."""

    def close(self) -> None:
        """Write what is left; the file itself stays open."""


class CsvTable:
    """A CSV file (RFC 4180) in UTF-8 with a byte order mark, which spreadsheets need to read Chinese.

    A cell that a spreadsheet would take as a formula begins with an apostrophe, which tells it that it is text.
    """

    def __init__(self, out: Writable) -> None:
        self._out = out
        self._buffer = io.StringIO(newline="")
        self._writer = csv.writer(self._buffer)
        out.write(b"\xef\xbb\xbf")

    def write(self, cells: Sequence[str]) -> None:
        """Write the next row."""
        self._writer.writerow([f"'{cell}" if cell[:1] in _DANGEROUS else cell for cell in cells])
        if self._buffer.tell() >= _CHUNK_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._flush()

    def _flush(self) -> None:
        self._out.write(self._buffer.getvalue().encode())
        self._buffer.seek(0)
        self._buffer.truncate()


class XlsxTable:
    """A workbook whose cells are all text, so that nothing is ever calculated; a full sheet is followed by another with
    the same headings."""

    def __init__(self, out: BinaryIO, name: str) -> None:
        self._book = xlsxwriter.Workbook(out, _OPTIONS)
        self._name, self._sheets = name, 0
        self._headings: Sequence[str] | None = None
        self._sheet: Any = None
        self._row = 0

    def write(self, cells: Sequence[str]) -> None:
        """Write the next row; the first is the headings."""
        if self._headings is None:
            self._headings = cells
            self._begin_sheet()
            return
        if self._row == ROWS_MAX:
            self._begin_sheet()
        self._write_row(cells)

    def close(self) -> None:
        """Write the workbook."""
        self._book.close()

    def _begin_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name}{self._sheets}")
        self._sheet.freeze_panes(1, 0)
        self._row = 0
        self._write_row(self._headings or ())

    def _write_row(self, cells: Sequence[str]) -> None:
        for column, text in enumerate(cells):
            if text:
                shown = text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT
                self._sheet.write_string(self._row, column, shown)
        self._row += 1
