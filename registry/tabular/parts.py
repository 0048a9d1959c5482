"""Parts of a workbook package: read, change, add and pack again, every part that is not changed as it was."""

import io
import posixpath
import zipfile

from lxml import etree

from registry.refusals.content import FileUnreadable
from registry.tabular.package import Package, part_key

_TYPES = "[Content_Types].xml"
_TYPES_NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_MACROS = "macroEnabled"


class Parts:
    """The parts of an inspected package by name, with their relationships."""

    def __init__(self, data: bytes) -> None:
        self._package = Package(data)
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._changed: dict[str, bytes] = {}
        self._names = {part_key(name): name for name in self._zip.namelist()}
        self.workbook = self._actual(self._package.main)
        is_strict = any(relation.get("Type", "").startswith(_STRICT) for relation in self._relations(self.workbook))
        self.relationships_namespace = _STRICT if is_strict else _TRANSITIONAL

    @property
    def has_macros(self) -> bool:
        """Whether the workbook declares itself as one with macros (XLSM)."""
        types = parse_part(self.read(_TYPES))
        return any(_MACROS in element.get("ContentType", "") for element in types)

    def sheets(self) -> list[tuple[str, str]]:
        """Names and parts of all worksheets, hidden ones too."""
        targets = {relation.get("Id"): relation for relation in self._relations(self.workbook)}
        found = []
        for sheet in parse_part(self.read(self.workbook)).iter("{*}sheet"):
            relation = targets.get(sheet.get(f"{{{self.relationships_namespace}}}id"))
            if relation is not None and relation.get("Type", "").endswith("/worksheet"):
                found.append((str(sheet.get("name")), self._resolve(self.workbook, str(relation.get("Target")))))
        return found

    def related(self, part: str, kind: str) -> str:
        """The part that ``part`` is related to by this kind, such as ``/comments``; empty when there is none."""
        return self._find(part, kind)

    def relation_target(self, part: str, number: str) -> str:
        """The part that one relationship of ``part`` leads to; empty when there is none."""
        for relation in self._relations(part):
            if relation.get("Id") == number:
                return self._resolve(part, str(relation.get("Target")))
        return ""

    def read(self, name: str) -> bytes:
        """The content of a part, empty when there is none."""
        actual = self._actual(name)
        return self._changed[actual] if actual in self._changed else self._package.part(actual)

    def write(self, name: str, content: bytes) -> None:
        """Replace the content of a part, or add it."""
        self._changed[self._actual(name)] = content

    def _actual(self, name: str) -> str:
        """The name of a part as the package spells it, whatever its case and slashes."""
        return self._names.get(part_key(name), name)

    def add(self, owner: str, kind: str, pattern: str, content_type: str) -> tuple[str, str]:
        """Name a new part after ``pattern``, such as ``xl/comments{}.xml``, related to ``owner``.

        Returns its name and the number of its relationship.
        """
        names = {entry.lower() for entry in (*self._zip.namelist(), *self._changed)}
        numbers = ("", *range(1, len(names) + 2))
        name = next(name for name in map(pattern.format, numbers) if name.lower() not in names)
        self._changed[name] = b""
        relations = self._relations(owner)
        taken = {relation.get("Id") for relation in relations}
        number = next(f"rId{n}" for n in range(len(taken) + 1, 2 * len(taken) + 2) if f"rId{n}" not in taken)
        relation = etree.SubElement(relations, f"{{{_RELATIONS_NAMESPACE}}}Relationship")
        relation.set("Id", number)
        relation.set("Type", self.relationships_namespace + kind)
        relation.set("Target", posixpath.relpath(name, posixpath.dirname(owner)))
        self.write(_relations_part(owner), serialize_part(relations))
        self._declare(name, content_type)
        return name, number

    def packed(self) -> bytes:
        """The package with its changes; parts keep their order, new ones come last."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in self._zip.infolist():
                target.writestr(entry, self.read(entry.filename), entry.compress_type)
            known = set(self._zip.namelist())
            for name in self._changed:
                if name not in known:
                    target.writestr(name, self._changed[name])
        return out.getvalue()

    def _declare(self, name: str, content_type: str) -> None:
        types = parse_part(self.read(_TYPES))
        override = etree.SubElement(types, f"{_TYPES_NAMESPACE}Override")
        override.set("PartName", f"/{name}")
        override.set("ContentType", content_type)
        self.write(_TYPES, serialize_part(types))

    def _find(self, part: str, kind: str) -> str:
        for relation in self._relations(part):
            if relation.get("Type", "").lower().endswith(kind.lower()) and relation.get("TargetMode") != "External":
                return self._resolve(part, str(relation.get("Target")))
        return ""

    def _relations(self, part: str) -> etree._Element:
        content = self.read(_relations_part(part))
        if not content:
            return new_root("Relationships", _RELATIONS_NAMESPACE)
        return parse_part(content)

    def _resolve(self, part: str, target: str) -> str:
        folder = posixpath.dirname(part.replace("\\", "/"))
        return self._actual(posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/"))


def parse_part(content: bytes) -> etree._Element:
    """Parse the XML of a part; refuses ``FileUnreadable``."""
    if b"<!DOCTYPE" in content:
        raise FileUnreadable("XLSX 文件内容不正常")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise FileUnreadable("XLSX 文件内容已损坏") from None


def new_root(name: str, namespace: str) -> etree._Element:
    """The root of a new part, in this namespace without a prefix."""
    return etree.fromstring(f'<{name} xmlns="{namespace}"/>')


def serialize_part(root: etree._Element) -> bytes:
    """The bytes of a part."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _relations_part(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
