"""Comments of a worksheet: the part with their texts and the part with their shapes, both needed to show one."""

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from registry.tabular.grid import column_letters
from registry.tabular.parts import Parts, new_root, parse_part, serialize_part
from registry.tabular.sheet_edit import Cell, cell_of

AUTHOR = "信用惩戒登记簿"
"""By this author the comments of an earlier answer are known again."""
HEAD = "【登记簿核对意见】"
_CUT = "意见过多，其余单元格只标颜色；全部意见见报送结果。"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_SHAPES_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SHAPE = re.compile(r"<v:shape\b.*?</v:shape>", re.DOTALL)
_ID = re.compile(r"_x0000_s(\d{1,9})")
_PLACE = re.compile(r"<x:(Row|Column)>\s*(\d+)\s*</x:\1>")
_LINE_LENGTH = 14
_EMPTY_SHAPES = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
)


class CommentPart:
    """The comments of one worksheet; ``drawing_id`` is the relationship of their shapes, empty while there are none."""

    def __init__(self, parts: Parts, sheet: str, drawing_id: str) -> None:
        self._parts, self._sheet = parts, sheet
        self._part = parts.related(sheet, "/comments")
        content = parts.read(self._part) if self._part else b""
        self._root = parse_part(content) if content else self._new_root()
        self._space = etree.QName(self._root).namespace or _TRANSITIONAL
        self.drawing_id = drawing_id
        self._shapes_part = parts.relation_target(sheet, drawing_id)
        self._is_changed = False

    @property
    def has_remarks(self) -> bool:
        """Whether remarks of an earlier answer stand here."""
        return HEAD.encode() in etree.tostring(self._root, encoding="UTF-8")

    def replace_remarks(self, texts: Mapping[Cell, str], *, is_cut: bool) -> None:
        """Take out the remarks of an earlier answer and write these; other people's comments stay."""
        gone = self._take_out_remarks()
        written = dict(texts)
        if is_cut:
            first = min(written)
            written[first] = f"{_CUT}\n{written[first]}"
        comments = {cell_of(comment.get("ref", "")): comment for comment in self._list()}
        new = [place for place in written if place not in comments]
        for place, text in written.items():
            self._write(comments.get(place), place, text)
        self._is_changed = bool(gone or written)
        if self._is_changed:
            self._replace_shapes(gone, [(place, written[place]) for place in new])

    def store(self) -> None:
        """Write what was changed back into the package."""
        if not self._is_changed:
            return
        if not self._part:
            self._part, _ = self._parts.add(self._sheet, "/comments", "xl/comments{}.xml", _COMMENTS_TYPE)
        self._parts.write(self._part, serialize_part(self._root))

    def _take_out_remarks(self) -> set[Cell]:
        """Remove the remarks of an earlier answer; returns the cells that have no comment left."""
        authors = [author.text or "" for author in self._root.iterfind(f"{self._tag('authors')}/{self._tag('author')}")]
        gone: set[Cell] = set()
        for comment in list(self._list()):
            number = comment.get("authorId", "")
            author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else ""
            text = "".join(node.text or "" for node in comment.iter(self._tag("t")))
            place = cell_of(comment.get("ref", ""))
            if author == AUTHOR or text.lstrip().startswith(HEAD):
                self._list().remove(comment)
                gone |= {place} if place else set()
            elif HEAD in text:
                self._cut_remark(comment)
        return gone

    def _cut_remark(self, comment: etree._Element) -> None:
        """Cut the remark off the end of somebody else's comment; an editor may have joined or divided its runs."""
        is_behind = False
        for node in list(comment.iter(self._tag("t"))):
            before, head, _ = (node.text or "").partition(HEAD)
            if is_behind or (head and not before.strip()):
                parent = node.getparent()
                assert parent is not None
                if parent.tag == self._tag("r"):
                    holder = parent.getparent()
                    assert holder is not None
                    holder.remove(parent)
                else:
                    parent.remove(node)
            elif head:
                node.text = before.rstrip()
            is_behind = is_behind or bool(head)

    def _write(self, comment: etree._Element | None, place: Cell, text: str) -> None:
        if comment is None:
            comment = etree.SubElement(self._list(), self._tag("comment"))
            comment.set("ref", f"{column_letters(place[1])}{place[0]}")
            comment.set("authorId", str(self._author()))
            holder = etree.SubElement(comment, self._tag("text"))
            run_text = f"{HEAD}\n{text}"
        else:
            found = comment.find(self._tag("text"))
            holder = found if found is not None else etree.SubElement(comment, self._tag("text"))
            run_text = f"\n{HEAD}\n{text}"
        run = etree.Element(self._tag("r"))
        content = etree.SubElement(run, self._tag("t"))
        content.text = run_text
        content.set(_SPACE, "preserve")
        phonetic = [child for child in holder if etree.QName(child).localname in ("rPh", "phoneticPr")]
        holder.insert(holder.index(phonetic[0]) if phonetic else len(holder), run)

    def _author(self) -> int:
        authors = self._root.find(self._tag("authors"))
        if authors is None:
            authors = etree.Element(self._tag("authors"))
            self._root.insert(0, authors)
        names = [author.text for author in authors]
        if AUTHOR not in names:
            etree.SubElement(authors, self._tag("author")).text = AUTHOR
            names.append(AUTHOR)
        return names.index(AUTHOR)

    def _list(self) -> etree._Element:
        found = self._root.find(self._tag("commentList"))
        return found if found is not None else etree.SubElement(self._root, self._tag("commentList"))

    def _replace_shapes(self, gone: set[Cell], new: Iterable[tuple[Cell, str]]) -> None:
        if not self._shapes_part:
            pattern = "xl/drawings/vmlDrawing{}.vml"
            self._shapes_part, self.drawing_id = self._parts.add(self._sheet, "/vmlDrawing", pattern, _SHAPES_TYPE)
        content = self._parts.read(self._shapes_part).decode("utf-8", "replace") or _EMPTY_SHAPES
        if gone:
            content = _SHAPE.sub(lambda match: "" if _shape_place(match[0]) in gone else match[0], content)
        number = max([1024, *(int(found) for found in _ID.findall(content))])
        shapes = [_shape(number + count, place, text) for count, (place, text) in enumerate(new, start=1)]
        head, end, _ = content.rpartition("</xml>")
        self._parts.write(self._shapes_part, f"{head}{''.join(shapes)}{end}".encode())

    def _tag(self, name: str) -> str:
        return f"{{{self._space}}}{name}"

    def _new_root(self) -> etree._Element:
        space = _STRICT if "purl.oclc.org" in self._parts.relationships_namespace else _TRANSITIONAL
        root = new_root("comments", space)
        etree.SubElement(root, f"{{{space}}}authors")
        etree.SubElement(root, f"{{{space}}}commentList")
        return root


def _shape_place(shape: str) -> Cell | None:
    if 'ObjectType="Note"' not in shape:
        return None
    numbers = {name: int(number) + 1 for name, number in _PLACE.findall(shape)}
    return (numbers["Row"], numbers["Column"]) if len(numbers) == 2 else None


def _shape(number: int, place: Cell, text: str) -> str:
    row, column = place[0] - 1, place[1] - 1
    height = 2 + sum(1 + len(line) // _LINE_LENGTH for line in text.split("\n"))
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 10, {column + 4}, 15, {max(row - 1, 0) + min(height, 25)}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:5pt;'
        f'width:180pt;height:{15 * min(height, 25)}pt;z-index:1;visibility:hidden" fillcolor="#ffffe1"'
        ' o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
        "</x:ClientData></v:shape>"
    )
