"""Read XML files: a list of equal elements whose children are the fields."""

from collections.abc import Iterator

from lxml import etree

from registry.refusals.content import FileShape, FileTooLarge, FileUnreadable, NoHeader, XmlDoctype
from registry.tabular.sheet import Record, Sheet, build
from registry.tabular.text import decode_declared

# A tree takes some hundred bytes for each element, however short its name.
MAX_TAGS = 3_000_000


def read_xml(data: bytes) -> Sheet:
    """Read XML. Elements only: attributes, text between fields and nested fields are refused, not lost."""
    text, encoding = decode_declared(data)
    if "<!DOCTYPE" in text:
        raise XmlDoctype
    if text.count("<") > MAX_TAGS:
        raise FileTooLarge("元素过多")
    return build(_read_records(_find_rows(_parse(text))), "xml", encoding)


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise FileUnreadable("不是完整的 XML") from None


def _find_rows(root: etree._Element) -> etree._Element:
    """The element that holds the rows, below any wrapping elements."""
    holder = root
    while len(holder) == 1 and len(holder[0]) and len(holder[0][0]):
        holder = holder[0]
    if not len(holder):
        raise NoHeader("没有任何行")
    if len({row.tag for row in holder}) > 1:
        raise FileShape("各行的元素名应相同")
    return holder


def _read_records(holder: etree._Element) -> Iterator[Record]:
    for number, row in enumerate(holder, 1):
        if row.attrib or (row.text or "").strip():
            raise FileShape(f"第 {number} 个行元素带有属性或不属于任何字段的文字")
        yield Record(number, [_read_field(number, element) for element in row])


def _read_field(number: int, element: etree._Element) -> tuple[str, str]:
    if len(element) or element.attrib or (element.tail or "").strip():
        raise FileShape(f"第 {number} 个行元素的字段带有子元素、属性或多余文字")
    return etree.QName(element).localname, element.text or ""
