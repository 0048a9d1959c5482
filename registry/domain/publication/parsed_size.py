"""Bound what a JSON text may become in memory before it is parsed: by its values, not by its bytes."""

VALUES_MAX = 250_000
"""Values in one request. A thousand parties of a check have some ten thousand, a full exchange batch half of this."""
_BEGINNINGS = (b",", b":", b"[", b"{")


def is_too_large(data: bytes, values_max: int = VALUES_MAX) -> bool:
    """Whether a JSON text may hold more values than that.

    An empty list takes two bytes in the text and sixty in memory, so thirty megabytes can become gigabytes. Every value
    but the first follows one of four characters; those inside of strings are counted too, which only bounds earlier.
    """
    return sum(map(data.count, _BEGINNINGS)) >= values_max
