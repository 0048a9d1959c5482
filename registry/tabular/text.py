"""Decode the text of a file: the whole file is UTF-8 or the whole file is GB18030, on evidence, else it is refused."""

import codecs
import re

from registry.refusals.content import FileEncoding

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*\?>""")
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}
_HAN_IN_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
_PRIVATE_USE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_FOREIGN = re.compile("[\u0370-\u052f\u3040-\u30ff\u3100-\u312f\u2500-\u257f]")
_TO_SAVE_AGAIN = "请另存为 UTF-8 编码的文件"


def decode(data: bytes) -> tuple[str, str]:
    """Decode a file; returns the text and the name of its encoding. Refuses ``FileEncoding``.

    A file with a byte order mark, or whose characters are mostly valid UTF-8, is UTF-8: where it breaks it is broken,
    and no other encoding is tried. What reads as GB18030 must read as Chinese: Big5 and private characters are
    refused.
    """
    if b"\x00" in data:
        raise FileEncoding(_TO_SAVE_AGAIN)
    is_marked = data.startswith(_BOM)
    while data.startswith(_BOM):
        data = data[len(_BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if is_marked or _is_mostly_utf8(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise FileEncoding(f"UTF-8 文件在第 {line} 行损坏，请重新导出") from None
        return _decode_gb18030(data), "gb18030"
    if not is_marked and _may_be_gb18030(data, text):
        raise FileEncoding(f"文字过少，不能确定编码，{_TO_SAVE_AGAIN}（带 BOM）")
    return text.lstrip("\ufeff"), "utf-8"


def to_utf8(data: bytes) -> bytes:
    """UTF-16 with a byte order mark (as spreadsheets save "Unicode text") as UTF-8, everything else as it is.

    Refuses ``FileEncoding`` for halves of characters, and for UTF-32.
    """
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        raise FileEncoding(f"UTF-16 文件已损坏，{_TO_SAVE_AGAIN}") from None
    if "\0" in text:
        raise FileEncoding(_TO_SAVE_AGAIN)
    return codecs.BOM_UTF8 + text.encode("utf-8")


def decode_declared(data: bytes) -> tuple[str, str]:
    """Decode an XML file in the encoding it declares; the text is without the declaration."""
    body = data
    while body.startswith(_BOM):
        body = body[len(_BOM) :]
    body = body.lstrip()
    match = _DECLARED.match(body)
    if not match:
        return decode(body)
    encoding = _ENCODINGS.get(match[1].decode("ascii").lower())
    if encoding is None or b"\x00" in body:
        raise FileEncoding
    rest = body[match.end() :]
    if encoding == "gb18030" and not _is_mostly_utf8(rest):
        return _decode_gb18030(rest), encoding
    try:
        return rest.decode(encoding), encoding
    except UnicodeDecodeError:
        raise FileEncoding from None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether most bytes beyond ASCII belong to Chinese characters in UTF-8. Of GB18030 text about one byte in ten
    happens to."""
    beyond = sum(len(run) for run in _NOT_ASCII.findall(data))
    return 3 * len(_HAN_IN_UTF8.findall(data)) * 2 > beyond


def _decode_gb18030(data: bytes) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise FileEncoding(_TO_SAVE_AGAIN) from None
    if _PRIVATE_USE.search(text):
        raise FileEncoding(f"含有自造字或者编码不是 GB18030，{_TO_SAVE_AGAIN}")
    text = text.removeprefix("\ufeff")
    if not _reads_as_chinese(text):
        raise FileEncoding(f"文字不像 GB18030 编码的中文（或为 Big5），{_TO_SAVE_AGAIN}")
    return text


def _reads_as_chinese(text: str) -> bool:
    """Whether most Chinese characters are the 3,755 of everyday use (GB 2312 level 1), and hardly any letter is of
    another script: other encodings read as GB18030 scatter over the whole table."""
    characters = _HAN.findall(text)
    foreign = len(_FOREIGN.findall(text))
    everyday = sum(b"\xb0\xa1" <= character.encode("gb18030") <= b"\xd7\xf9" for character in characters)
    return bool(characters) and everyday * 100 >= 75 * len(characters) and foreign * 10 <= len(characters)


def _may_be_gb18030(data: bytes, text: str) -> bool:
    """Whether the bytes are Chinese in GB18030 as well: then no Chinese is in them as UTF-8, but accented letters
    are."""
    if text.isascii() or _HAN.search(text):
        return False
    try:
        other = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return _reads_as_chinese(other)
