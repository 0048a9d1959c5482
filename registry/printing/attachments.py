"""Read the JSON files that a PDF carries as attachments."""

import io
import logging

from registry.refusals.content import PdfUnavailable, ReceiptRefused

ATTACHMENTS_MAX = 500
ATTACHMENT_BYTES_MAX = 5 * 1024 * 1024
START = b"%PDF-"


def is_pdf(data: bytes) -> bool:
    """Whether bytes claim to be a PDF."""
    return data.startswith(START)


def read_json_files(data: bytes) -> dict[str, bytes]:
    """The attached files whose names end in ``.json``, by name.

    Refuses ``ReceiptRefused`` a file that cannot be read, has two of one name, or more or larger ones than any that is
    printed here, and ``PdfUnavailable`` without the library.
    """
    try:
        from pypdf import PdfReader
    except ImportError:
        raise PdfUnavailable("未安装附加组件 pdf") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it repeats what a damaged file contains
    files: dict[str, bytes] = {}
    try:
        for entry in PdfReader(io.BytesIO(data)).attachment_list:
            name = str(entry.name)
            if not name.endswith(".json"):
                continue
            if name in files or len(files) >= ATTACHMENTS_MAX:
                raise ReceiptRefused("PDF 的附件重复或者过多")
            content = entry.content
            if len(content) > ATTACHMENT_BYTES_MAX:
                raise ReceiptRefused("PDF 的附件过大")
            files[name] = content
    except ReceiptRefused:
        raise
    except Exception:  # whatever a damaged or hostile file makes the library raise
        raise ReceiptRefused("PDF 无法读取，请选择原文件，不要经过打印或者另存") from None
    return files
