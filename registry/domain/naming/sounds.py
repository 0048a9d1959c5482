"""Pinyin readings of characters: all of them count, because 单 is shan in a surname and dan elsewhere."""

import re
from functools import cache, lru_cache, reduce

_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("hu", "fu"), ("r", "l"))
"""Sounds that many speakers do not tell apart: flat and curled tongue, n and ng, n and l, f and h."""

_INITIALS = ("", "zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FINALS = [
    "iang",
    "uang",
    "iong",
    "ang",
    "eng",
    "ing",
    "ong",
    "ian",
    "ien",
    "iao",
    "uai",
    "uan",
    "ai",
    "an",
    "ao",
    "ei",
    "en",
    "er",
    "ia",
    "ie",
    "in",
    "iu",
    "ou",
    "ua",
    "ue",
    "ui",
    "un",
    "uo",
    "ve",
    "a",
    "e",
    "i",
    "o",
    "u",
    "v",
]
_SYLLABLE = re.compile(f"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:{'|'.join(_FINALS)})")


@cache
def readings(character: str) -> frozenset[str]:
    """All toneless readings of one character; what is not Chinese reads as itself."""
    return frozenset(in_order(character))


@cache
def in_order(character: str) -> tuple[str, ...]:
    """The readings of a character, the commonest first as in the dictionary."""
    from pypinyin import Style, pinyin  # its dictionary takes most of a second, which few commands need

    return tuple(dict.fromkeys(pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]))


def same(first: str, second: str) -> bool:
    """Whether some reading of one character is a reading of the other."""
    return not readings(first).isdisjoint(readings(second))


def near(first: str, second: str) -> bool:
    """Whether two characters sound the same to speakers who do not tell zh from z, n from ng, n from l."""
    return not _blurred_readings(first).isdisjoint(_blurred_readings(second))


def near_syllables(syllable: str) -> tuple[str, ...]:
    """The syllables that sound the same to such speakers, itself included."""
    return _by_blur().get(_blur(syllable), (syllable,))


@cache
def _by_blur() -> dict[str, tuple[str, ...]]:
    alike: dict[str, list[str]] = {}
    for syllable in all_syllables():
        alike.setdefault(_blur(syllable), []).append(syllable)
    return {blurred: tuple(syllables) for blurred, syllables in alike.items()}


@cache
def _blurred_readings(character: str) -> frozenset[str]:
    return frozenset(map(_blur, readings(character)))


def _blur(reading: str) -> str:
    return reduce(lambda sound, pair: sound.replace(*pair), _ALIKE, reading)


@cache
def all_syllables() -> tuple[str, ...]:
    """Every text that has the form of a syllable; not each of them is one."""
    return tuple(initial + final for initial in _INITIALS for final in _FINALS)


@lru_cache(maxsize=4096)
def is_syllable(text: str) -> bool:
    """Whether a text of small letters is one syllable of pinyin, as far as its form says."""
    return _SYLLABLE.fullmatch(text) is not None


@lru_cache(maxsize=64)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a name typed in pinyin (``yan cheng``, ``yancheng``, ``xi'an``); none when it is not."""
    words = re.split(r"[\s'’]+", text.casefold().replace("ü", "v").strip())
    matches = [syllable for word in words for syllable in _SYLLABLE.findall(word)]
    return tuple(matches) if "".join(matches) == "".join(words) else ()
