"""Styles of a workbook: the same style with the colour of a fault or a note, and without it again."""

import copy

from lxml import etree

from registry.tabular.parts import Parts, new_root, parse_part, serialize_part

_TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
COLOURS = {True: "FFFFB3BA", False: "FFFFF0A5"}
"""Fill of a fault and of a note, as alpha, red, green and blue. By them an earlier answer's fills are known again."""


class Styles:
    """The cell formats of a workbook, by their number."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = parts.related(parts.workbook, "/styles")
        content = parts.read(self._part) if self._part else b""
        self._root = parse_part(content) if content else self._new_root()
        self._space = etree.QName(self._root).namespace or _TRANSITIONAL
        self._formats = self._collection("cellXfs", "xf")
        if not len(self._formats):
            etree.SubElement(self._formats, self._tag("xf"), {"numFmtId": "0", "fontId": "0", "fillId": "0"})
        self._fills = self._collection("fills", "fill")
        self._marks = {number for number, fill in enumerate(self._fills) if self._is_mark(fill)}
        self.has_marks = any(self._fill_of(xf) in self._marks for xf in self._formats)
        """Whether the workbook has cells with the colours of an earlier answer."""
        self._variants: dict[tuple[int, bool | None], int] = {}
        self._fill_numbers: dict[bool, int] = {}

    def variant(self, number: int, severity: bool | None) -> int:
        """The number of the same style with the colour of a fault (True), of a note (False), or without either."""
        if not 0 <= number < len(self._formats):
            number = 0
        if severity is None and self._fill_of(self._formats[number]) not in self._marks:
            return number
        key = (number, severity)
        if key not in self._variants:
            xf = copy.deepcopy(self._formats[number])
            xf.set("fillId", str(self._fill_number(severity)) if severity is not None else "0")
            xf.set("applyFill", "1")
            self._formats.append(xf)
            self._variants[key] = len(self._formats) - 1
        return self._variants[key]

    def store(self) -> None:
        """Write what was added back into the package."""
        if not self._variants:
            return
        self._formats.set("count", str(len(self._formats)))
        self._fills.set("count", str(len(self._fills)))
        if not self._part:
            self._part, _ = self._parts.add(self._parts.workbook, "/styles", "xl/styles{}.xml", _CONTENT_TYPE)
        self._parts.write(self._part, serialize_part(self._root))

    def _fill_number(self, severity: bool) -> int:
        if severity not in self._fill_numbers:
            fill = etree.SubElement(self._fills, self._tag("fill"))
            pattern = etree.SubElement(fill, self._tag("patternFill"), {"patternType": "solid"})
            etree.SubElement(pattern, self._tag("fgColor"), {"rgb": COLOURS[severity]})
            etree.SubElement(pattern, self._tag("bgColor"), {"indexed": "64"})
            self._fill_numbers[severity] = len(self._fills) - 1
        return self._fill_numbers[severity]

    @staticmethod
    def _fill_of(xf: etree._Element) -> int:
        text = xf.get("fillId", "0")
        return int(text) if text.isascii() and text.isdigit() else 0

    @staticmethod
    def _is_mark(fill: etree._Element) -> bool:
        return any(colour.get("rgb", "").upper() in COLOURS.values() for colour in fill.iter("{*}fgColor"))

    def _tag(self, name: str) -> str:
        return f"{{{self._space}}}{name}"

    def _collection(self, name: str, item: str) -> etree._Element:
        found = self._root.find(self._tag(name))
        if found is not None:
            return found
        order = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
        before = [self._tag(part) for part in order[: order.index(name)]]
        place = sum(1 for child in self._root if child.tag in before)
        new = etree.Element(self._tag(name))
        self._root.insert(place, new)
        if item == "fill":  # the first two are fixed: none, and grey
            for pattern in ("none", "gray125"):
                etree.SubElement(
                    etree.SubElement(new, self._tag("fill")), self._tag("patternFill"), {"patternType": pattern}
                )
        return new

    def _new_root(self) -> etree._Element:
        strict = "purl.oclc.org" in self._parts.relationships_namespace
        space = _STRICT if strict else _TRANSITIONAL
        root = new_root("styleSheet", space)
        for name, item in (("fonts", "font"), ("fills", ""), ("borders", "border"), ("cellStyleXfs", "xf")):
            collection = etree.SubElement(root, f"{{{space}}}{name}")
            if item:
                etree.SubElement(collection, f"{{{space}}}{item}")
        for pattern in ("none", "gray125"):
            fill = etree.SubElement(root[1], f"{{{space}}}fill")
            etree.SubElement(fill, f"{{{space}}}patternFill", {"patternType": pattern})
        names = etree.SubElement(root, f"{{{space}}}cellStyles")
        etree.SubElement(names, f"{{{space}}}cellStyle", {"name": "Normal", "xfId": "0", "builtinId": "0"})
        return root
