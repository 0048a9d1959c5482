"""Cut canonical JSON into the canonical bytes of its parts, so that nothing is parsed and written again to be hashed.

Beside ``canonical``, because who verifies a receipt has no msgspec.
"""

import msgspec

_decode_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def split_fields(data: bytes) -> dict[str, bytes]:
    """The canonical bytes of each field of an object, cut out of its own, which ``canonical.loads`` has accepted:
    the inverse of ``canonical.join_fields``."""
    return {name: bytes(field) for name, field in _decode_fields(data).items()}


def split_items(data: bytes) -> list[bytes]:
    """The canonical bytes of each item of an array, cut out of its own, which ``canonical.loads`` has accepted."""
    return [bytes(item) for item in _decode_items(data)]
