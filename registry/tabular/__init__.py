"""Read XLSX, XLS, CSV, XML and JSON files as tables of text cells, safe against malicious files."""

from registry.domain.filing import columns, list_columns, party_columns
from registry.domain.filing.vocabulary import Vocabulary
from registry.refusals.content import FileFormat, FileTooLarge, NoHeader
from registry.tabular import delimited, formats, markup, objects, old_workbook, workbook
from registry.tabular.finder import find_tables
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


def read_tables(data: bytes, filename: str, vocabulary: Vocabulary) -> Tables:  # noqa: ARG001 - a name proves nothing
    """Find the tables in a file, its format judged by its content.

    The whole file is refused (subclasses of ``Invalid``) when there is no table in it; what is wrong with single cells
    is in the rows' ``faults``. At most ``MAX_BYTES`` and ``MAX_ROWS``.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"超过 {MAX_BYTES // 2**20} MiB")
    data = to_utf8(data)
    if reason := formats.refused_format(data):
        raise FileFormat(reason)
    if data.startswith(b"PK\x03\x04"):
        return find_tables(workbook.read_workbook(data), vocabulary)
    if data.startswith(old_workbook.MAGIC):
        return find_tables(old_workbook.read_old_workbook(data), vocabulary)
    start = data[:4096].lstrip(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return Tables([markup.read_xml(data)])
    if start in (b"{", b"["):
        return Tables([objects.read_json(data)])
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise NoHeader("文件是空的")
    return find_tables(delimited.read_delimited(data, vocabulary), vocabulary)


def read_table(data: bytes, filename: str = "") -> Sheet:
    """Read the first table of a file, whatever kind of file it is."""
    return read_tables(data, filename, ANY).sheets[0]
