"""Decode the text of a file: UTF-8 with or without byte order mark, else GB18030, else refused."""

import re

from registry.refusals.content import FileEncoding

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*\?>""")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}


def decode(data: bytes) -> tuple[str, str]:
    """Decode a file; returns the text and the name of its encoding. Refuses ``FileEncoding``."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        raise FileEncoding
    if data.startswith(_BOM):
        return _decode_strictly(data[len(_BOM) :], "utf-8"), "utf-8"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_strictly(data, "gb18030"), "gb18030"


def decode_declared(data: bytes) -> tuple[str, str]:
    """Decode an XML file in the encoding it declares; the text is without the declaration."""
    body = data.removeprefix(_BOM).lstrip()
    match = _DECLARED.match(body)
    if not match:
        return decode(body)
    encoding = _ENCODINGS.get(match[1].decode("ascii").lower())
    if encoding is None or b"\x00" in body:
        raise FileEncoding
    return _decode_strictly(body[match.end() :], encoding), encoding


def _decode_strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FileEncoding from None
