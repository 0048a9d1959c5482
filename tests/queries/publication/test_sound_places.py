"""Sounds are found where characters stand as if every sound of every name were indexed."""

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.naming import pinyin
from registry.domain.naming.fold import fold
from registry.queries.publication.sound_places import SoundPlaces
from tests.queries.publication.test_word_search import names

written = st.lists(st.one_of(names, st.just("")), min_size=1, max_size=6)


@given(written=written)
def test_finds_every_sound_of_every_name_and_nothing_else(written):
    folded, places = [fold(name) for name in written], SoundPlaces()
    for entry, name in enumerate(folded, start=1):
        places.add(entry, name)
    of_names = [pinyin.terms_of(name) for name in folded]
    for term in frozenset[str]().union(*of_names):
        expected = [entry for entry, terms in enumerate(of_names, start=1) if term in terms]
        assert list(places.entries(term)) == expected


def test_neighbours_are_of_one_name():
    places = SoundPlaces()
    places.add(7, "盐城")
    places.add(9, "建设")
    assert not places.entries(pinyin.sound_term("cheng", "jian"))
    assert not places.entries(pinyin.initials_term("ycj"))


def test_a_sound_of_no_character_finds_nothing():
    places = SoundPlaces()
    assert not places.entries(pinyin.sound_term("lv"))
    places.add(7, "盐城")
    assert not places.entries(pinyin.sound_term("yan", "lv"))
