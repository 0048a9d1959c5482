"""Parse canonical JSON in bulk, and cut it into the canonical bytes of its parts, so that nothing is parsed and written
again to be hashed.

Beside ``canonical``, because who verifies a receipt has no msgspec.
"""

import msgspec

from registry.domain.publication import canonical
from registry.refusals.content import NotCanonical

_ALIKE = bytes.maketrans(b"123456789,[" + bytes(range(0xF0, 0x100)), b"000000000::" + b"\xff" * 16)
_NEED_CARE = (b":" + b"0" * 16, b":-" + b"0" * 16, b"\xff")
"""How numbers of sixteen digits, which may be too long, and characters beyond the basic plane, which UTF-16 sorts
elsewhere than UTF-8, read once all that is alike is one character."""


def _refuse(_text: str) -> object:
    raise ValueError


_decode = msgspec.json.Decoder(float_hook=_refuse).decode
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def loads(data: bytes) -> object:
    """``canonical.loads``, with the same refusals, in a quarter of its time: a batch has megabytes."""
    alike = b":" + data.translate(_ALIKE)
    if any(text in alike for text in _NEED_CARE):
        return canonical.loads(data)
    try:
        value: object = _decode(data)
        is_canonical = _encode(value) == data
    except (msgspec.MsgspecError, ValueError, RecursionError):
        is_canonical = False
    if not is_canonical:
        raise NotCanonical("字节与规范写法不一致，请原样取用")
    return value


def split_fields(data: bytes) -> dict[str, bytes]:
    """The canonical bytes of each field of an object, cut out of its own, which ``canonical.loads`` has accepted:
    the inverse of ``canonical.join_fields``."""
    return {name: bytes(field) for name, field in _decode_fields(data).items()}


def split_items(data: bytes) -> list[bytes]:
    """The canonical bytes of each item of an array, cut out of its own, which ``canonical.loads`` has accepted."""
    return [bytes(item) for item in _decode_items(data)]
