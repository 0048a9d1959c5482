"""Find the entries that a typed word may mean: as written, as it sounds, by its initials, by who decided, or as a slip.

A word is found by pinyin or initials when all its neighbouring sounds are neighbours in the name: no name is read for
it, so that it costs a few postings however many names sound so.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from itertools import pairwise

from pyroaring import BitMap

from registry.domain.naming import name_key, pinyin
from registry.domain.naming.fold import fold
from registry.queries.publication import postings, record_terms
from registry.queries.publication.postings import Source

SLIP_CHARACTERS_MAX = 4
"""Longer words are found by their grams (``name_search``) when a character of them is wrong."""
_AUTHORITY = re.compile(".{2,}(?:局|厅|委|委员会|法院|检察院|政府|管委会|办公室|大队|支队|总队|中心)")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")


def entries(source: Source, word: str) -> BitMap:
    """The entries of names that contain a word, read as it or begin so, or were decided by who is named so."""
    found = source.containing(record_terms.spellings(word)) | _by_authority(source, word)
    parts = pinyin.runs(word)
    if any(is_latin for _, is_latin in parts):
        found |= reduce(BitMap.intersection, (_of_run(source, *part) for part in parts if name_key.key(part[0])))
    return found


def slips(source: Source, word: str) -> BitMap:
    """The entries of names with a part that sounds or looks like a short word; never those of natural persons."""
    text = fold(word)
    if not 2 <= len(text) <= SLIP_CHARACTERS_MAX or not _HAN.fullmatch(text):
        return BitMap()
    pairs = [pinyin.confusable(*pair) for pair in pairwise(text)]
    load(source, [record_terms.text_term(text) for looks, _ in pairs for text in looks])
    neighbours = (source.containing(looks) | any_term(source, spoken) for looks, spoken in pairs)
    found = reduce(BitMap.intersection, neighbours)
    person = record_terms.term("subject", record_terms.NATURAL_PERSON)
    return found - any_term(source, [person])


def any_term(source: Source, terms: Iterable[str]) -> BitMap:
    """The entries that have one of some terms."""
    wanted = list(terms)
    load(source, wanted)
    return BitMap.union(BitMap(), *(source.entries(term) for term in wanted))


def authority_values(source: Source, alternatives: Iterable[str]) -> list[str]:
    """The authorities that are named so, in full or in part, however it is written."""
    keys = [key for text in alternatives for key in record_terms.spellings(text)]
    return [value for value in source.values("authority") if any(key in _authority_key(value) for key in keys)]


@functools.lru_cache(maxsize=4096)  # of every authority for every question
def _authority_key(name: str) -> str:
    return name_key.key(name)


def _by_authority(source: Source, word: str) -> BitMap:
    """What an authority decided that is named in place of a subject; no subject is called like an organ."""
    if not _AUTHORITY.fullmatch(fold(word)):
        return BitMap()
    return any_term(source, (record_terms.term("authority", value) for value in authority_values(source, (word,))))


def _of_run(source: Source, text: str, is_latin: bool) -> BitMap:
    found = source.containing(record_terms.spellings(text))
    if is_latin:
        found |= _sounding(source, text) | _with_initials(source, text)
    return found


def _with_initials(source: Source, letters: str) -> BitMap:
    terms = pinyin.initials_of(letters)
    load(source, terms)
    return reduce(BitMap.intersection, map(source.entries, terms)) if terms else BitMap()


def _sounding(source: Source, letters: str) -> BitMap:
    """The entries of names that read so in one of the ways in which the letters divide into syllables."""
    edges = pinyin.edges(letters)
    if not edges:
        return BitMap()
    length = max(end for _, end, _ in edges)
    following: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for begin, end, syllable in edges:
        following[begin].append((end, syllable))
    pairs = [(first, second) for _, end, first in edges for _, second in following[end]]
    load(source, [pinyin.sound_term(syllable) for _, end, syllable in edges if end == length])
    load(source, [pinyin.sound_term(*pair) for pair in pairs])
    reached: dict[tuple[int, str], BitMap] = {}
    for begin, end, syllable in edges:  # in the order of their begin: what leads to one is known before it
        if begin == 0:
            reached[end, syllable] = source.entries(pinyin.sound_term(syllable))
        elif before := _before(source, reached, begin, syllable):
            reached[end, syllable] = before
    return BitMap.union(BitMap(), *(found for (end, _), found in reached.items() if end == length))


def _before(source: Source, reached: dict[tuple[int, str], BitMap], begin: int, syllable: str) -> BitMap:
    ways = [(first, found) for (end, first), found in reached.items() if end == begin]
    return BitMap.union(
        BitMap(), *(found & source.entries(pinyin.sound_term(first, syllable)) for first, found in ways)
    )


def load(source: Source, terms: Iterable[str]) -> None:
    """Read the postings of terms into memory, all in one statement."""
    if isinstance(source, postings.Folded):
        source.load(terms)
