"""Find names by their sounds without an index of these: for the few names that no posting knows yet."""

from bisect import bisect_right
from collections import defaultdict
from functools import reduce
from itertools import chain

from pyroaring import BitMap

from registry.domain.naming import pinyin


class SoundPlaces:
    """Where each character stands in names, one after the other; a sound is looked for where its characters stand.

    It finds what ``pinyin.terms_of`` says of each name. A name has many more sounds than characters, and few of them
    are ever asked for.
    """

    def __init__(self) -> None:
        self._entries: list[int] = []
        self._starts: list[int] = []
        self._end = 0
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        self._characters: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, entry: int, name: str) -> None:
        """Note the folded name of an entry."""
        self._entries.append(entry)
        self._starts.append(self._end)
        for place, character in enumerate(name, start=self._end):
            if character not in self._places:
                for sound in pinyin.sounds_of_character(character):
                    self._characters[sound].append(character)
            self._places[character].append(place)
        self._end += len(name) + 1  # between two names stands nothing

    def entries(self, term: str) -> BitMap:
        """The entries of names that have the sounds of a term, as neighbours."""
        sounds = (self._places_of(sound).shift(-at) for at, sound in enumerate(pinyin.sounds_of_term(term)))
        found = reduce(BitMap.intersection, sounds)
        return BitMap([self._entries[bisect_right(self._starts, place) - 1] for place in found])

    def _places_of(self, sound: str) -> BitMap:
        characters = self._characters.get(sound, ())
        return BitMap(list(chain.from_iterable(self._places[character] for character in characters)))
