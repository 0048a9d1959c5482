"""How a character may be read: every reading counts, because 单 is shan in a surname and dan elsewhere."""

import re
from functools import cache, lru_cache, reduce

from pypinyin import Style, pinyin

_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("hu", "fu"), ("r", "l"))
"""Sounds that many speakers do not tell apart: flat and curled tongue, n and ng, n and l, f and h."""

_SYLLABLE = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:[iu]ang|iong|[aeio]ng|i[ae]n|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|[aeiouv])"
)


@cache
def readings(character: str) -> frozenset[str]:
    """All toneless readings of one character; what is not Chinese reads as itself."""
    return frozenset(in_order(character))


@cache
def in_order(character: str) -> tuple[str, ...]:
    """The readings, the commonest first as the dictionary has them."""
    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]))


def same(one: str, other: str) -> bool:
    """Whether some reading of one character is a reading of the other."""
    return not readings(one).isdisjoint(readings(other))


def near(one: str, other: str) -> bool:
    """Whether they are the same to speakers who do not tell zh from z, n from ng, n from l."""
    return not _blurred(one).isdisjoint(_blurred(other))


@cache
def _blurred(character: str) -> frozenset[str]:
    return frozenset(reduce(lambda reading, pair: reading.replace(*pair), _ALIKE, one) for one in readings(character))


@lru_cache(maxsize=64)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a name typed in pinyin (``yan cheng``, ``yancheng``, ``xi'an``); none when it is not."""
    words = re.split(r"[\s'’]+", text.casefold().replace("ü", "v").strip())
    found = [one for word in words for one in _SYLLABLE.findall(word)]
    return tuple(found) if "".join(found) == "".join(words) else ()
