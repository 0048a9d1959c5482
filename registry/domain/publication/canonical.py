"""Canonical JSON for signing and hashing: RFC 8785, narrowed to values with one reading only."""

import hashlib
import json
import re
from collections.abc import Mapping
from json.encoder import encode_basestring as quoted

from registry.refusals.content import NotCanonical

INTEGER_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exactly."""


_HEX_DIGITS = frozenset("0123456789abcdef")
_BEYOND_BMP = re.compile(rb"[\xf0-\xff]")
"""First bytes in UTF-8 of the characters that UTF-16 sorts elsewhere than by their code."""


def is_hex(value: object, length: int) -> bool:
    """Whether a JSON value is text of that many hexadecimal digits in lower case, the one spelling of bytes."""
    return isinstance(value, str) and len(value) == length and _HEX_DIGITS.issuperset(value)


class CanonicalText(str):
    """Canonical JSON text, embedded as it is in a larger value instead of being serialised twice."""


def canonical_text(value: object) -> CanonicalText:
    """Serialise a value to canonical JSON text. Refuses as ``dumps``."""
    return CanonicalText(dumps(value).decode())


def dumps(value: object) -> bytes:
    """Serialise to canonical JSON bytes: None, bool, int, str, list, tuple and dict with string keys (RFC 8785).

    Days and instants must be ISO strings already. Refuses fractions (money is whole fen), integers of 2^53 or
    more, lone surrogates and endless nesting as ``NotCanonical``; the refusal never repeats the value.
    """
    try:
        return _write_text(value).encode()
    except (TypeError, ValueError, RecursionError):
        # Python's text repeats the value, which may be somebody's identity number.
        raise NotCanonical("含有规范形式之外的值") from None


def dumps_fields(value: Mapping[str, object]) -> dict[str, bytes]:
    """Serialise each field of an object by itself, in the canonical order of their names. Refuses as ``dumps``."""
    return {name: dumps(value[name]) for name in _sorted_keys(value)}


def join_fields(fields: Mapping[str, bytes]) -> bytes:
    """The canonical bytes of an object from those of its fields, as ``dumps_fields`` gives them."""
    return b"{" + b",".join([quoted(name).encode() + b":" + data for name, data in fields.items()]) + b"}"


def loads(data: bytes) -> object:
    """Parse canonical JSON bytes; refuses ``NotCanonical`` for any other spelling of the value."""
    try:
        value: object = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse, parse_int=_parse_integer)
        is_canonical = _write_parsed(value, data) == data
    except (ValueError, RecursionError, NotCanonical):
        raise NotCanonical("不是规范的 JSON") from None
    if not is_canonical:
        raise NotCanonical("字节与规范写法不一致，请原样取用")
    return value


def digest(value: object) -> bytes:
    """SHA-256 over the canonical bytes of a value, 32 bytes."""
    return hashlib.sha256(dumps(value)).digest()


def _refuse(_text: str) -> object:
    raise ValueError


def _parse_integer(text: str) -> int:
    value = int(text) if len(text) <= len(str(-INTEGER_MAX)) else INTEGER_MAX + 1
    if not -INTEGER_MAX <= value <= INTEGER_MAX:
        raise ValueError
    return value


# Of a value that was parsed every key is a string and every number a whole one in range: all that the writer of the
# standard library, many times as fast, would let through. It sorts by code, which is another order than that of UTF-16
# only where a character lies beyond the basic plane.
_write_quickly = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
).encode


def _write_parsed(value: object, data: bytes) -> bytes:
    return _write_quickly(value).encode() if _BEYOND_BMP.search(data) is None else dumps(value)


def _write_text(value: object) -> str:
    # Publishing a file and signing a check spend most of their time here. Python's own quoting of strings is
    # that of RFC 8785 section 3.2.2.2: short escapes, else \u00xx in lower case, all else as it stands.
    if isinstance(value, str):
        return value if type(value) is CanonicalText else quoted(value)
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ",".join([f"{quoted(name)}:{_write_text(value[name])}" for name in _sorted_keys(value)]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([_write_text(item) for item in value]) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -INTEGER_MAX <= value <= INTEGER_MAX:
        return str(int(value))
    raise TypeError


def _sorted_keys(value: Mapping[str, object]) -> list[str]:
    """The keys by UTF-16 code units (section 3.2.3); for ASCII that is the order of Python."""
    if "".join(value).isascii():
        return sorted(value)
    return sorted(value, key=lambda name: name.encode("utf-16-be"))
