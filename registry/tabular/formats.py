"""Recognise files that are not read here, and say what each is and what to do with it."""

import re
from collections.abc import Collection

_SAVE_AS = "请用 WPS 或者 Excel 打开后另存为 XLSX"
_MAGIC = {
    b"%PDF": "这是 PDF 文件，请报送表格文件（XLSX）",
    b"\x89PNG": "这是图片文件，请报送表格文件（XLSX）",
    b"\xff\xd8\xff": "这是图片文件，请报送表格文件（XLSX）",
    b"GIF8": "这是图片文件，请报送表格文件（XLSX）",
    b"Rar!": "这是压缩文件，请解压后报送其中的表格",
    b"7z\xbc\xaf": "这是压缩文件，请解压后报送其中的表格",
    b"\x1f\x8b": "这是压缩文件，请解压后报送其中的表格",
    b"{\\rtf": f"这是 RTF 文档，{_SAVE_AS}",
    b"SQLite format 3": "这是数据库文件，请导出为 XLSX",
}
_MARKUP = re.compile(
    rb"(?P<web>\A(?:<\?xml[^>]*>|<!--.*?-->|\s)*(?:<!doctype\s+html|<(?:html|head|body|meta|style|script|div)\b|<table\b.*?<t[rhd]\b))"
    rb"|(?P<mime>^(?:MIME-Version|Content-Type):)"
    rb"|(?P<sheet>urn:schemas-microsoft-com:office:spreadsheet)"
    rb"|(?P<flat>urn:oasis:names:tc:opendocument)"
    rb"|(?P<word>schemas\.microsoft\.com/office/word|urn:schemas-microsoft-com:office:word)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_MARKUP_NAMES = {
    "web": "这是网页（HTML）另存的 XLS",
    "mime": "这是网页（MHTML）另存的文件",
    "sheet": "这是“XML 表格 2003”",
    "flat": "这是 OpenDocument 文件（ODS）",
    "word": "这是 Word 文档",
}
_OLD_STREAMS = {
    "EncryptedPackage": "文件已加密，请取消打开密码，另存为不加密的 XLSX",
    "WordDocument": "这是 Word 文档，请把其中的表格另存为 XLSX",
    "PowerPoint Document": "这是演示文稿，请把其中的表格另存为 XLSX",
    "__nameid_version1.0": "这是邮件，请报送其中的表格附件",
}
_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".csv", ".ods")


def refused_format(data: bytes) -> str:
    """What a file is that is none of those read here, and what to do; empty for every other."""
    for magic, reason in _MAGIC.items():
        if data.startswith(magic):
            return reason
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    match = _MARKUP.search(head) if head[:1] == b"<" or head[:8].lower() in (b"mime-ver", b"content-") else None
    return f"{_MARKUP_NAMES[match.lastgroup or '']}，{_SAVE_AS}" if match else ""


def describe_old(data: bytes) -> str:
    """What a compound file (as of Office 97 to 2003) is that is no workbook, by the names in it; or empty."""
    names = ((name.encode("utf-16-le"), reason) for name, reason in _OLD_STREAMS.items())
    return next((reason for name, reason in names if name in data), "")


def describe_package(names: Collection[str], mimetype: bytes) -> str:
    """What a zip package without a workbook is, by the names of its entries (in lower case)."""
    if b"opendocument" in mimetype:
        return f"这是 OpenDocument 文件（ODS），{_SAVE_AS}"
    for start, what in (("word/", "Word 文档"), ("ppt/", "演示文稿"), ("index/", "Numbers 表格")):
        if any(name.startswith(start) for name in names):
            return f"这是 {what}，请把其中的表格另存为 XLSX"
    if "ofd.xml" in names:
        return "这是 OFD 版式文件，请报送表格文件（XLSX）"
    if "xl/workbook.bin" in names:
        return f"这是二进制工作簿（XLSB），{_SAVE_AS}"
    if any(name.endswith(_TABLES) for name in names):
        return "这是压缩包，请解压后报送其中的表格"
    return "不是 XLSX 工作簿"
