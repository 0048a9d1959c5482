"""Find names by pinyin and by initials: the sounds a name is indexed by, and how a typed text is read as sounds.

A name is indexed by its syllables, one and two neighbours, and by two and three neighbouring initials, under every
common reading of its characters. A typed text finds the names that have all its neighbours as neighbours.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, product

from registry.domain.naming import shapes, sounds
from registry.domain.naming.grams import READINGS_MAX

INITIALS_MAX = 3
"""So many neighbouring initials are indexed together."""
_SYLLABLE, _INITIAL = "~", "^"
_SYLLABLE_LETTERS_MAX = 6
_TONES = re.compile("[\u0300\u0301\u0304\u030c]")
_RUNS = re.compile("[a-z0-9ü'’]+|[^a-z0-9ü'’]+")
_LATIN = re.compile("[a-z0-9ü'’]*[a-zü][a-z0-9ü'’]*")
_APOSTROPHES = re.compile("['’]+")
_TYPED_OTHERWISE = {"lue": "lve", "nue": "nve"}
Edge = tuple[int, int, str]
"""Begin and end of a syllable in a typed text, and the syllable."""


@lru_cache(maxsize=4096)
def terms_of(folded: str) -> frozenset[str]:
    """All sounds that a folded name is found by, as terms."""
    return frozenset(chain.from_iterable(map(terms_of_part, parts_of(folded))))


def parts_of(folded: str) -> Iterator[str]:
    """The characters of a folded name and its neighbours, up to ``INITIALS_MAX`` together: what its sounds are of."""
    for length in range(1, INITIALS_MAX + 1):
        yield from (folded[start : start + length] for start in range(len(folded) - length + 1))


@lru_cache(maxsize=32768)  # names are made of the same few neighbours
def terms_of_part(part: str) -> frozenset[str]:
    """The sounds of one character or of neighbours, as terms."""
    sounds_of_part = _sounds_of(part) if len(part) < INITIALS_MAX else frozenset[str]()
    return sounds_of_part | _initials_of(part) if len(part) > 1 else sounds_of_part


def _sounds_of(characters: str) -> frozenset[str]:
    return frozenset(sound_term(*syllables) for syllables in product(*map(_readings, characters)))


def _initials_of(part: str) -> frozenset[str]:
    initials = ({reading[0] for reading in _readings(character)} for character in part)
    return frozenset(initials_term("".join(letters)) for letters in product(*initials))


def _readings(character: str) -> tuple[str, ...]:
    """The readings of a character that count, the commonest first."""
    return sounds.in_order(character)[:READINGS_MAX]


def sound_term(*syllables: str) -> str:
    """The term of one syllable or of two neighbours."""
    return f"{_SYLLABLE}{' '.join(syllables)}"


def initials_term(letters: str) -> str:
    """The term of neighbouring initials."""
    return f"{_INITIAL}{letters}"


def is_sound(term: str) -> bool:
    """Whether a term is of sounds or initials."""
    return term.startswith((_SYLLABLE, _INITIAL))


def sounds_of_term(term: str) -> list[str]:
    """The sound that each of the neighbours has of which a term is, as ``sounds_of_character`` names it."""
    return [term[0] + sound for sound in (term[1:].split(" ") if term[0] == _SYLLABLE else term[1:])]


def sounds_of_character(character: str) -> set[str]:
    """The syllables as which a character is read, and their initials."""
    readings = _readings(character)
    return {_SYLLABLE + reading for reading in readings} | {_INITIAL + reading[0] for reading in readings}


def runs(word: str) -> list[tuple[str, bool]]:
    """The runs of Latin letters and digits in a typed word, and of what stands between; with each whether it has a
    letter."""
    found = _RUNS.findall(_without_tones(word))
    return [(run, _LATIN.fullmatch(run) is not None) for run in found]


def initials_of(letters: str) -> list[str]:
    """The terms that a text typed as initials has to have all of; none when it is no such text."""
    text = _APOSTROPHES.sub("", letters)
    length = min(len(text), INITIALS_MAX)
    if length < 2 or not (text.isascii() and text.isalnum()):
        return []
    return [initials_term(text[start : start + length]) for start in range(len(text) - length + 1)]


@lru_cache(maxsize=256)
def edges(letters: str) -> tuple[Edge, ...]:
    """The syllables that a text may be read as, of every reading from its first letter to its last, by their begin.

    ``jinan`` is ji nan and jin an; an apostrophe ends a syllable; a digit is one. The last syllable may be begun only,
    as while somebody types: ``jin`` is also ji n…. None when the text is not pinyin.
    """
    found: list[Edge] = []
    offset, parts = 0, [part for part in _APOSTROPHES.split(letters.replace("ü", "v")) if part]
    for part in parts:
        found += _edges_of_part(part, offset)
        offset += len(part)
    return _complete([*found, *_begun("".join(parts))], offset)


def _edges_of_part(part: str, offset: int) -> Iterator[Edge]:
    for begin in range(len(part)):
        for end in range(begin + 1, min(begin + _SYLLABLE_LETTERS_MAX, len(part)) + 1):
            text = part[begin:end]
            if sounds.is_syllable(text) or (len(text) == 1 and text.isdigit()):
                yield offset + begin, offset + end, _TYPED_OTHERWISE.get(text, text)


def _begun(letters: str) -> Iterator[Edge]:
    """The syllables that the last letters are the begin of, where they are none themselves and another is before."""
    for begin in range(max(1, len(letters) - _SYLLABLE_LETTERS_MAX + 1), len(letters)):
        for syllable in sounds.all_syllables():
            if syllable.startswith(letters[begin:]) and not sounds.is_syllable(letters[begin:]):
                yield begin, len(letters), syllable


def _complete(found: list[Edge], length: int) -> tuple[Edge, ...]:
    """Those edges that lie on a way from the first letter to the last."""
    found.sort()
    reached = {0}
    for begin, end, _ in found:
        if begin in reached:
            reached.add(end)
    leading = {length}
    for begin, end, _ in reversed(found):
        if end in leading:
            leading.add(begin)
    return tuple(edge for edge in found if edge[0] in reached and edge[1] in leading)


def confusable(first: str, second: str) -> tuple[list[str], list[str]]:
    """What two neighbouring characters may be a slip for: pairs that look like them, and terms of their sounds."""
    looks = [first + second]
    looks += [other + second for other in shapes.lookalikes(first)]
    looks += [first + other for other in shapes.lookalikes(second)]
    pairs = product(_sounds_near(first), _sounds_near(second))
    return looks, [sound_term(*pair) for pair in pairs]


def _sounds_near(character: str) -> list[str]:
    """The readings of a character, and what speakers who do not tell z from zh or n from ng say for each."""
    readings = _readings(character)
    return list(dict.fromkeys([*readings, *(near for reading in readings for near in sounds.near_syllables(reading))]))


def _without_tones(text: str) -> str:
    """Small letters of half width, without marks of tones."""
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", _TONES.sub("", apart))
