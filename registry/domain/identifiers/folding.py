"""Normalise codes and numbers as people type them, and mask them."""

from registry.domain.characters import compatible, digit_values


def fold(text: str) -> str:
    """Normalise a code: half width, digits of any script as ASCII, upper case, no blanks around it."""
    folded = text if text.isascii() else compatible(text).translate(digit_values())
    return folded.strip().upper()


def mask(number: str) -> str:
    """Mask a number but for its last four characters; a number of up to four is masked entirely."""
    tail = number[-4:] if len(number) > 4 else ""
    return "*" * (len(number) - len(tail)) + tail
