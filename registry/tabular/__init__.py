"""Read XLSX, CSV, XML and JSON files as rows of text cells, safe against malicious files."""

from registry.refusals.content import FileFormat, FileTooLarge, NoHeader
from registry.tabular import delimited, markup, objects, workbook
from registry.tabular.sheet import MAX_BYTES, Sheet

_REFUSED_FORMATS = {
    b"\xd0\xcf\x11\xe0": "旧版 XLS 或已加密的工作簿，请另存为不加密的 XLSX",
    b"%PDF": "PDF 文件",
    b"\x89PNG": "图片文件",
    b"\xff\xd8\xff": "图片文件",
    b"Rar!": "压缩文件",
    b"7z\xbc\xaf": "压缩文件",
    b"\x1f\x8b": "压缩文件",
}


def read_table(data: bytes, filename: str = "") -> Sheet:  # noqa: ARG001 - a name proves nothing about the content
    """Read the table in a file, its format judged by its content.

    The whole file is refused (subclasses of ``Invalid``) when it is no table; what is wrong with single cells
    is in the rows' ``faults``. At most ``MAX_BYTES`` and ``MAX_ROWS``.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(f"超过 {MAX_BYTES // 2**20} MiB")
    for magic, reason in _REFUSED_FORMATS.items():
        if data.startswith(magic):
            raise FileFormat(reason)
    if data.startswith(b"PK\x03\x04"):
        return workbook.read_workbook(data)
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return markup.read_xml(data)
    if start in (b"{", b"["):
        return objects.read_json(data)
    if not data.strip():
        raise NoHeader("文件是空的")
    return delimited.read_delimited(data)
