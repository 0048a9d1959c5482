"""Changes that make a good file or message a bad one: of its bytes, its JSON, its XML, its archive, its encoding."""

import copy
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

from lxml import etree

ENCODINGS = ("gb18030", "utf-16", "utf-16-be", "utf-8-sig", "big5", "utf-32")
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 10**40, 1.5, "", " ", "\x00", "\ud7ff", "\u202e", "\u200b", "9999-12-31",
    "0000-00-00", "=1+1", "x" * 5000, [], {}, [[]], [None], {"": ""}, "null", "320981199912310005",
)  # fmt: skip
"""Values that stand where others are awaited; the last is an invented identity number."""
BOMB_BYTES = 30_000_000
DEPTH = 3_000
_OPENINGS = (b"<a>", b"[", b'{"a":')


def of_bytes(data: bytes, random: Random) -> bytes:
    """The same bytes with one thing changed: flipped, cut, doubled, moved, overwritten, cut off."""
    if not data:
        return b"\x00"
    start = random.randrange(len(data))
    end = min(len(data), start + random.choice((1, 2, 8, 64, 512)))
    piece = data[start:end]
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: data[:start] + bytes([data[start] ^ random.randrange(1, 256)]) + data[start + 1 :],
        lambda: data[:start] + data[end:],
        lambda: data[:end] + piece * random.choice((1, 3, 50)) + data[end:],
        lambda: data[:start] + random.randbytes(end - start) + data[end:],
        lambda: data[:start] + bytes([random.choice((0, 255))]) * (end - start) + data[end:],
        lambda: data[:start],
        lambda: data[start:],
        lambda: (
            data[:start] + random.choice((b"\x00", b"\xff\xfe", b"\r", b'"', b"<", b"&", b"]", b"}")) + data[start:]
        ),
    )
    return random.choice(changes)()


def of_json(value: Any, random: Random) -> Any:
    """The same value with one node changed: replaced, taken out, doubled, renamed, wrapped."""
    node, place = random.choice(_places(value))
    if node is None:
        return random.choice((STRANGE[random.randrange(len(STRANGE))], [value], {"a": value}))
    copied = json.loads(json.dumps(value))
    node = _same_node(value, copied, node)
    choice = random.randrange(5)
    if choice == 0:
        del node[place]
    elif choice == 1:
        node[place] = [node[place]] * random.choice((1, 2, 100))
    elif choice == 2 and isinstance(node, dict):
        node[random.choice((place + " ", place.upper(), "", "记录", "x"))] = node.pop(place)
    elif choice == 3 and isinstance(node[place], str):
        node[place] = random.choice((node[place] + " ", node[place][::-1], node[place][:-1], node[place] * 40))
    else:
        node[place] = random.choice(STRANGE)
    return copied


def _places(value: Any) -> list[tuple[Any, Any]]:
    """(node, key or index) of every value inside; (None, None) is the whole."""
    found: list[tuple[Any, Any]] = [(None, None)]
    waiting = [value]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        found += [(node, key) for key in keys]
        waiting += [node[key] for key in keys]
    return found


def _same_node(value: Any, copied: Any, wanted: Any) -> Any:
    waiting = [(value, copied)]
    while waiting:
        node, twin = waiting.pop()
        if node is wanted:
            return twin
        if isinstance(node, dict):
            waiting += [(node[key], twin[key]) for key in node]
        elif isinstance(node, list):
            waiting += list(zip(node, twin, strict=True))
    raise AssertionError("a place that is in no node")


def of_xml(data: bytes, random: Random) -> bytes:
    """The same document with one node taken out, doubled, moved, emptied, nested, or with an entity before it."""
    try:
        root = etree.fromstring(data)
    except etree.XMLSyntaxError:
        return of_bytes(data, random)
    nodes = list(root.iter("*"))
    node, other = random.choice(nodes), random.choice(nodes)
    parent, choice = node.getparent(), random.randrange(8)
    if choice == 0 and parent is not None:
        parent.remove(node)
    elif choice == 1 and parent is not None:
        parent.extend([copy.deepcopy(node) for _ in range(random.choice((1, 20)))])
    elif choice == 2:
        node.append(copy.deepcopy(other))
    elif choice == 3 and node.attrib:
        node.set(random.choice(list(node.attrib)), random.choice(("", "-1", "99999999999", "XFD1048576", "A0", "甲")))
    elif choice == 4:
        node.text = random.choice(("", "99999999999999999999", "\u202e", "=1+1", "1e308", "-0", "x" * 40_000))
    elif choice == 5:
        node.tag = "x"
    elif choice == 6:
        return data.replace(b">", b"><a>" * random.choice((1, DEPTH)), 1)
    else:
        entity = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
        return entity + etree.tostring(root)
    return etree.tostring(root, encoding=random.choice(("utf-8", "utf-16", "us-ascii")))


def of_archive(data: bytes, random: Random) -> bytes:
    """The same archive with one member changed, left out, doubled, renamed, exchanged, or blown up."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [(name, package.read(name)) for name in package.namelist()]
    place = random.randrange(len(members))
    name, content = members[place]
    choice = random.randrange(9)
    if choice <= 3:
        members[place] = (name, of_xml(content, random))
    elif choice == 4:
        members[place] = (name, of_bytes(content, random))
    elif choice == 5:
        del members[place]
    elif choice == 6:
        members[place] = (random.choice((name.upper(), "../" + name, "/" + name, name + "\x00", "x")), content)
    elif choice == 7:
        other = random.randrange(len(members))
        members[place], members[other] = (name, members[other][1]), (members[other][0], content)
    else:
        members[place] = (name, content + random.choice((b" ", b"\x00", b"<row/>")) * (BOMB_BYTES // 6))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for one, inside in members:
            package.writestr(one, inside)
    return out.getvalue()


def of_file(data: bytes, random: Random) -> bytes:
    """A file changed as its format suggests, or as bytes, once or a few times."""
    changed = data
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        changed = _of_format(changed, random)
    return changed


def _of_format(data: bytes, random: Random) -> bytes:
    kind = random.randrange(10)
    if data.startswith(b"PK\x03\x04") and kind:
        return _of_archive_or_bytes(data, random)
    text = data.decode(errors="replace")
    if kind == 0:
        changed = of_bytes(data, random)
    elif kind == 1:
        changed = random.choice(_OPENINGS) * DEPTH + data
    elif kind == 2:
        changed = text.encode(random.choice(ENCODINGS), errors="replace")
    elif text.lstrip().startswith(("[", "{")):
        changed = _of_json_or_bytes(data, random)
    elif text.lstrip().startswith("<"):
        changed = of_xml(data, random)
    else:
        changed = of_lines(text, random).encode(errors="replace")
    return changed


def _of_archive_or_bytes(data: bytes, random: Random) -> bytes:
    """What an earlier change has broken as an archive is bytes."""
    broken = (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        NotImplementedError,
        OSError,
        EOFError,
        RuntimeError,
        KeyError,
    )
    try:
        return of_archive(data, random)
    except broken:
        return of_bytes(data, random)


def _of_json_or_bytes(data: bytes, random: Random) -> bytes:
    try:
        changed = of_json(json.loads(data), random)
        return json.dumps(changed, ensure_ascii=random.random() < 0.5).encode(errors="replace")
    except (ValueError, RecursionError):
        return of_bytes(data, random)


def of_lines(text: str, random: Random) -> str:
    """Text of rows with one row or cell changed."""
    rows = [row.split(",") for row in text.split("\n")]
    row = random.choice(rows)
    place = random.randrange(len(row))
    choice = random.randrange(6)
    if choice == 0:
        row[place] = str(random.choice(STRANGE))
    elif choice == 1:
        del row[place]
    elif choice == 2:
        row += row * random.choice((1, 300))
    elif choice == 3:
        rows += [list(row) for _ in range(random.choice((1, 50)))]
    elif choice == 4:
        random.shuffle(row)
    else:
        row[place] = '"' + row[place]
    return "\n".join(",".join(one) for one in rows)
