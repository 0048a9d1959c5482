"""The one byte form of a JSON value: RFC 8785, narrowed to what can be signed without doubt."""

import hashlib

import rfc8785

from registry.errors import NotCanonical


def dumps(value: object) -> bytes:
    """Canonical bytes of None, bool, int, str, list, tuple and dict with string keys (RFC 8785).

    Days and instants must be ISO strings already. Refuses fractions (money is whole fen), integers of 2^53 or
    more, lone surrogates and endless nesting as ``NotCanonical``; the refusal never repeats the value.
    """
    try:
        if _has_fraction(value):
            raise NotCanonical("规范形式中不得有小数")
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it refuses every other type itself
    except (ValueError, RecursionError):
        # The library's text repeats the number, which may be somebody's identity number.
        raise NotCanonical("含有规范形式之外的值") from None


def digest(value: object) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(dumps(value)).digest()


def _has_fraction(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_fraction, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_has_fraction, value))
    return isinstance(value, float)
