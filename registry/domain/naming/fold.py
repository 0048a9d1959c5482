"""Normalise Chinese names: one form for all spellings of a registered name."""

import re
from functools import lru_cache

from opencc import OpenCC

from registry.domain.naming import name_key

_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_NUMBERED = re.compile(r"(?<=第)[0-9]+")
_SIMPLIFIED = OpenCC("t2s")


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """Normalise a name to simplified characters, letters, digits and signs.

    Coarser than ``name_key.key``: two registered names may fold to one, so this finds, and never bars.
    """
    simplified = _SIMPLIFIED.convert(name_key.key(name))
    return _NUMBERED.sub(lambda match: _spell_number(match[0]), simplified)


def _spell_number(digits: str) -> str:
    """第12 is written 第十二; beyond 99 the digits are read out."""
    if len(digits) > 2 or int(digits) < 10:
        return digits.translate(_DIGITS)
    tens, ones = (digit.translate(_DIGITS) for digit in digits)
    return ("" if tens == "一" else tens) + "十" + ("" if ones == "〇" else ones)
