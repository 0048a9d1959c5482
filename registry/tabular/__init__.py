"""Read XLSX, XLS, CSV, XML and JSON files as tables of text cells, safe against malicious files."""

from registry.domain.filing import columns, list_columns, party_columns
from registry.domain.filing.vocabulary import Vocabulary
from registry.refusals.content import FileFormat, FileTooLarge, NoHeader
from registry.tabular import delimited, formats, markup, objects, old_workbook, workbook
from registry.tabular.finder import find_tables
from registry.tabular.grid import Book
from registry.tabular.sheet import MAX_BYTES, Sheet, Tables
from registry.tabular.text import to_utf8

ANY = Vocabulary(
    fields={**list_columns.VOCABULARY.fields, **party_columns.VOCABULARY.fields, **columns.VOCABULARY.fields},
    keys=frozenset(("subject_name", "name")),
    least=2,
    identifying=columns.VOCABULARY.identifying | party_columns.VOCABULARY.identifying,
    is_open=True,
)
"""Every heading that any kind of file may have."""
FIRST_LINES = 5


def read_tables(data: bytes, filename: str, vocabulary: Vocabulary) -> Tables:  # noqa: ARG001 - a name proves nothing
    """Find the tables in a file, its format judged by its content.

    The whole file is refused (subclasses of ``Invalid``) when there is no table in it; what is wrong with single cells
    is in the rows' ``faults``. At most ``MAX_BYTES`` and ``MAX_ROWS``.
    """
    book = _read_book(data, vocabulary)
    return find_tables(book, vocabulary) if isinstance(book, Book) else book


def read_first_lines(data: bytes, vocabulary: Vocabulary) -> list[list[str]]:
    """The first lines of a file with several filled cells, as displayed, for a person to say what its columns mean.

    Refuses what ``read_tables`` refuses but for missing headings; a file whose fields are named has none to ask about.
    """
    book = _read_book(data, vocabulary)
    if not isinstance(book, Book):
        return []
    lines = [
        [cells[column].text if column in cells else "" for column in range(1, max(cells) + 1)]
        for grid in book.grids
        for _, cells in sorted(grid.rows.items())
        if len(cells) > 1
    ]
    return lines[:FIRST_LINES]


def _read_book(data: bytes, vocabulary: Vocabulary) -> Book | Tables:
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"超过 {MAX_BYTES // 2**20} MiB")
    data = to_utf8(data)
    if reason := formats.refused_format(data):
        raise FileFormat(reason)
    if data.startswith(b"PK\x03\x04"):
        return workbook.read_workbook(data)
    if data.startswith(old_workbook.MAGIC):
        return old_workbook.read_old_workbook(data)
    start = data[:4096].lstrip(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return Tables([markup.read_xml(data)])
    if start in (b"{", b"["):
        return Tables([objects.read_json(data)])
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NoHeader("文件是空的")
    return delimited.read_delimited(data, vocabulary)


def read_table(data: bytes, filename: str = "") -> Sheet:
    """Read the first table of a file, whatever kind of file it is."""
    return read_tables(data, filename, ANY).sheets[0]
