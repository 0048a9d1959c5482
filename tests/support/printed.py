"""Read printed papers back: their words, what they carry, and what stayed Chinese on an English one."""

import io
import re

from pypdf import PdfReader

from registry.web.template_text import CJK


def text_of(data: bytes) -> str:
    """All text of a PDF, without the breaks of its lines; pypdf gives each two-byte code a NUL as well."""
    return re.sub(r"[\s\0]+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def untranslated(data: bytes, *names: str) -> list[str]:
    """The Chinese on an English paper that is neither in the signed files that it carries nor in ``names``."""
    carried = PdfReader(io.BytesIO(data)).attachments.values()
    values = "\n".join([*(content.decode() for [content] in carried), *names])
    return [run for run in re.findall(f"{CJK}+", text_of(data)) if run not in values]
