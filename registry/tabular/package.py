"""Inspect an XLSX file as a zip package before anything in it is unpacked for reading."""

import io
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from lxml import etree

from registry.refusals.content import FileFormat, FileTooLarge, FileUnreadable
from registry.tabular.formats import describe_package

MAX_ENTRIES = 500
MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 150
RATIO_FREE = 10 * 2**20
MAX_PART = 4 * 2**20

_LOCAL_HEADER = struct.Struct("<26xHH")
_CHUNK = 2**20


class Package:
    """The parts of a workbook that passed inspection. Names are found whatever their case and slashes: some programs
    write them otherwise than their own directory says."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
            raise FileUnreadable("不是完整的 XLSX 文件") from None
        entries = self._zip.infolist()
        _check_directory(entries, len(data))
        self._names = {part_key(entry.filename): entry.filename for entry in entries}
        self.main = self._find_main()
        for entry in entries:
            _check_entry(data, entry)

    def part(self, name: str) -> bytes:
        """The content of one part, empty when there is none."""
        entry = self._names.get(part_key(name))
        if entry is None:
            return b""
        try:
            return self._zip.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
            raise FileUnreadable("XLSX 文件内容已损坏") from None

    def _find_main(self) -> str:
        """The main part: the root relationship of kind officeDocument leads to it, under whatever name."""
        for kind, target in self.relationships("").values():
            if kind == "officedocument" and part_key(target) in self._names and target.endswith(".xml"):
                return target
        if "xl/workbook.xml" not in self._names:
            raise FileFormat(describe_package(self._names, self.part("mimetype")[:200]))
        return "xl/workbook.xml"

    def relationships(self, part: str) -> dict[str, tuple[str, str]]:
        """The relationships of a part by id: the last word of their kind, and the part they lead to."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if part_key(path) not in self._names:
            return {}
        return {
            element.get("Id", ""): (
                element.get("Type", "").rstrip("/").rpartition("/")[2].lower(),
                _resolve_part_name(folder, element.get("Target", "")),
            )
            for element in self._tree(path).iter("{*}Relationship")
            if element.get("TargetMode", "") != "External"
        }

    def workbook(self) -> "Workbook":
        """The directory of the workbook."""
        relationships = self.relationships(self.main)
        tree = self._tree(self.main)
        if etree.QName(tree).localname != "workbook":
            raise FileFormat(describe_package(self._names, b""))
        sheets = []
        for element in tree.iter("{*}sheet"):
            reference = next((str(value) for name, value in element.items() if str(name).endswith("}id")), "")
            kind, part = relationships.get(reference, ("", ""))
            is_hidden = element.get("state", "visible") != "visible"
            sheets.append(SheetEntry(str(element.get("name")), part, is_hidden, kind == "worksheet"))
        if len({sheet.name for sheet in sheets}) < len(sheets):
            raise FileUnreadable("XLSX 工作簿目录不正常")
        date_setting = next(tree.iter("{*}workbookPr"), None)
        return Workbook(
            sheets,
            is_1904=date_setting is not None and date_setting.get("date1904", "0").lower() in ("1", "true", "on"),
            texts=self.part(_target(relationships, "sharedstrings", "xl/sharedStrings.xml")),
            styles=self.part(_target(relationships, "styles", "xl/styles.xml")),
        )

    def _tree(self, name: str) -> etree._Element:
        return parse_part(self.part(name))


@dataclass(frozen=True)
class SheetEntry:
    """A sheet in the directory of a workbook; ``is_sheet`` is false for charts and macros."""

    name: str
    part: str
    is_hidden: bool
    is_sheet: bool


@dataclass(frozen=True)
class Workbook:
    """What the parts of a workbook share: its sheets, shared texts and styles, and the day its dates count from."""

    sheets: list[SheetEntry]
    is_1904: bool
    texts: bytes = field(repr=False)
    styles: bytes = field(repr=False)


def parse_part(content: bytes, times: int = 1) -> etree._Element:
    """The tree of a part of at most ``times`` ``MAX_PART`` bytes."""
    if len(content) > times * MAX_PART or b"<!DOCTYPE" in content:
        raise FileUnreadable("XLSX 工作簿目录不正常")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise FileUnreadable("XLSX 工作簿目录已损坏") from None


def part_key(name: str) -> str:
    """The comparable form of a part's name."""
    return name.replace("\\", "/").lstrip("/").lower()


def _target(relationships: dict[str, tuple[str, str]], kind: str, usual: str) -> str:
    return next((target for found, target in relationships.values() if found == kind), usual)


def _resolve_part_name(folder: str, target: str) -> str:
    """Where a relationship leads from a folder; one that leads out of the package is refused."""
    path = target.replace("\\", "/")
    name = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
    if name.startswith(".."):
        raise FileUnreadable("XLSX 工作簿目录不正常")
    return name


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Check the claims of the zip directory before anything is unpacked."""
    if len(entries) > MAX_ENTRIES or len({part_key(entry.filename) for entry in entries}) < len(entries):
        raise FileUnreadable("XLSX 文件目录不正常")
    if any(entry.header_offset < 0 for entry in entries):  # before the file begins
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
