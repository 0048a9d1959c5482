"""Inspect an XLSX file as a zip package before anything in it is unpacked for reading."""

import io
import struct
import zipfile
import zlib

from lxml import etree

from registry.refusals.content import FileFormat, FileTooLarge, FileUnreadable

MAX_ENTRIES = 500
MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 150
RATIO_FREE = 10 * 2**20
MAX_PART = 2**20

_LOCAL_HEADER = struct.Struct("<26xHH")
_CHUNK = 2**20
_WORKBOOK = "xl/workbook.xml"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Package:
    """The parts of a workbook that passed inspection."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
            raise FileUnreadable("不是完整的 XLSX 文件") from None
        entries = self._zip.infolist()
        _check_directory(entries, len(data))
        self._names = {entry.filename for entry in entries}
        if _WORKBOOK not in self._names:
            raise FileFormat("不是 XLSX 工作簿")
        for entry in entries:
            _check_entry(data, entry)

    def part(self, name: str) -> bytes:
        """The content of one part, empty when there is none."""
        if name not in self._names:
            return b""
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
            raise FileUnreadable("XLSX 文件内容已损坏") from None

    def visible_sheets(self) -> list[tuple[str, str]]:
        """Names and parts of the sheets a person sees on opening the file, in their order."""
        targets = {
            element.get("Id"): str(element.get("Target"))
            for element in self._tree("xl/_rels/workbook.xml.rels").iter("{*}Relationship")
        }
        sheets = list(self._tree(_WORKBOOK).iter("{*}sheet"))
        if len({sheet.get("name") for sheet in sheets}) < len(sheets):
            raise FileUnreadable("XLSX 工作簿目录不正常")
        return [
            (str(sheet.get("name")), _resolve_part_name(targets.get(sheet.get(_RELATIONSHIP), "")))
            for sheet in sheets
            if sheet.get("state", "visible") == "visible"
        ]

    def _tree(self, name: str) -> etree._Element:
        content = self.part(name)
        if len(content) > MAX_PART or b"<!DOCTYPE" in content:
            raise FileUnreadable("XLSX 工作簿目录不正常")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise FileUnreadable("XLSX 工作簿目录已损坏") from None


def _resolve_part_name(target: str) -> str:
    """Where a relationship leads; targets that two readers may resolve differently are refused."""
    name = target.removeprefix("/xl/")
    if name.startswith(("/", "xl/")) or ".." in name.split("/"):
        raise FileUnreadable("XLSX 工作簿目录不正常")
    return f"xl/{name}"


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Check the claims of the zip directory before anything is unpacked."""
    if len(entries) > MAX_ENTRIES or len({entry.filename.lower() for entry in entries}) < len(entries):
        raise FileUnreadable("XLSX 文件目录不正常")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileFormat("文件已加密")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise FileFormat("压缩方式不受支持")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > max(RATIO_FREE, size * MAX_RATIO):
        raise FileTooLarge("解压后过大")


def _check_entry(data: bytes, entry: zipfile.ZipInfo) -> None:
    """Check that an entry unpacks to just what the directory claims: another reader may not stop there."""
    try:
        name_length, extra_length = _LOCAL_HEADER.unpack_from(data, entry.header_offset)
    except struct.error:
        raise FileUnreadable("XLSX 文件已损坏") from None
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = memoryview(data)[start : start + entry.compress_size]
    if len(packed) < entry.compress_size or _unpacked_size(entry, packed) != entry.file_size:
        raise FileUnreadable("XLSX 文件内容与目录不符")


def _unpacked_size(entry: zipfile.ZipInfo, packed: memoryview) -> int:
    if entry.compress_type == zipfile.ZIP_STORED:
        return len(packed)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    total, pending = 0, bytes(packed)
    try:
        while not inflater.eof and total <= entry.file_size:
            piece = inflater.decompress(pending, _CHUNK)
            pending = inflater.unconsumed_tail
            total += len(piece)
            if not piece and not pending:
                break
    except zlib.error:
        return -1
    return total if inflater.eof else -1
