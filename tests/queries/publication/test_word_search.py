"""A typed word finds the names it may mean, in memory as in the postings: by sound, by initials, by who decided."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.domain.naming import matching, pinyin, shapes, sounds
from registry.domain.naming.fold import fold
from registry.domain.naming.grams import READINGS_MAX
from registry.models import Standing
from registry.queries.publication import record_terms, word_search
from registry.queries.publication.postings import Memory
from tests.web import samples

CHARACTERS = "盐城瀚蓝垚重行长单曾仇济南西安建设工程未末己已环境科技鑫女旅略A1"
names = st.text(CHARACTERS, min_size=2, max_size=7)
trades = st.text("盐城瀚蓝垚重行单仇济建设工程未末环境科技鑫", min_size=2, max_size=7)
"""Without characters that number things: those are no slips for one another."""
lists = st.lists(names, min_size=1, max_size=5)


def indexed(*written, kind="organisation"):
    """The names, indexed in memory: the first as entry 1."""
    memory = Memory()
    for entry, name in enumerate(written, start=1):
        body = samples.body(entry, name=name)
        body["subject"]["kind"] = kind
        memory.add([Standing(**record_terms.standing_row(body, entry))])
    return memory


def readings(character):
    return sounds.in_order(character)[:READINGS_MAX]


def cut(data, name, least):
    start = data.draw(st.integers(0, len(name) - least))
    return name[start : data.draw(st.integers(start + least, len(name)))]


def ways(letters):
    """Every way to divide letters into syllables, one after the other; the last may be begun only."""
    if not letters or not sounds.is_syllable(letters):
        yield (f"{letters}…",) if letters else ()
    for end in range(1, min(6, len(letters)) + 1):
        if sounds.is_syllable(letters[:end]):
            for rest in ways(letters[end:]):
                yield ({"lue": "lve", "nue": "nve"}.get(letters[:end], letters[:end]), *rest)


def reads(name, syllables):
    """Whether the neighbours among the syllables are neighbours in the name."""

    def is_read(syllable, one):
        return any(reading.startswith(syllable[:-1]) if "…" in syllable else reading == syllable for reading in one)

    spoken = [readings(character) for character in fold(name)]
    if len(syllables) == 1:
        return "…" not in syllables[0] and any(is_read(syllables[0], one) for one in spoken)
    pairs = list(pairwise(spoken))
    return all(any(is_read(a, c) and is_read(b, d) for c, d in pairs) for a, b in pairwise(syllables))


class TestPinyin:
    @settings(max_examples=60)
    @given(written=lists, data=st.data())
    def test_of_a_part_finds_its_names_and_those_with_the_same_neighbours(self, written, data):
        part = cut(data, fold(data.draw(st.sampled_from(written))), 1)
        typed = "".join(data.draw(st.sampled_from(readings(character))) for character in part)
        assume(typed.isalpha() and len(typed) > 1)
        found = set(word_search.entries(indexed(*written), data.draw(st.sampled_from([typed, typed.upper()]))))
        expected = {
            entry
            for entry, name in enumerate(written, start=1)
            if any(reads(name, way) for way in ways(typed)) or typed in fold(name)
        }
        assert expected <= found
        initials = set(pinyin.initials_of(typed))
        assert all(initials <= pinyin.terms_of(fold(written[entry - 1])) for entry in found - expected)

    @pytest.mark.parametrize(
        "typed", ["xi'an", "XIAN", "xīān", "ｘｉａｎ", "jinan", "盐城jinan", "lvlve", "lüe", "xianj", "chengxianjin"]
    )
    def test_is_read_as_it_is_typed(self, typed):
        assert word_search.entries(indexed("盐城西安济南旅略"), typed)

    @settings(max_examples=40)
    @given(written=lists, data=st.data())
    def test_initials_of_a_part_find_its_names(self, written, data):
        part = cut(data, fold(data.draw(st.sampled_from(written))), 2)
        typed = "".join(data.draw(st.sampled_from(readings(character)))[0] for character in part)
        assume(typed.isalpha())
        found = word_search.entries(indexed(*written), typed)
        assert {entry for entry, name in enumerate(written, start=1) if part in fold(name)} <= set(found)

    def test_never_finds_a_natural_person(self):
        people = indexed("单重行", kind="natural_person")
        for typed in ("shan", "shanzhong", "dzx", "单重xing"):
            assert not word_search.entries(people, typed)
        assert not word_search.slips(people, "单仲")
        assert word_search.entries(people, "重行")


class TestSlips:
    @settings(max_examples=60)
    @given(name=trades, data=st.data())
    def test_of_one_character_in_two_are_found_and_explained(self, name, data):
        text = fold(name)
        start = data.draw(st.integers(0, len(text) - 2))
        pair = text[start : start + 2]
        place = data.draw(st.integers(0, 1))
        known = [other for other in CHARACTERS if len(sounds.in_order(other)) <= READINGS_MAX]
        slips = [other for other in known if sounds.same(other, pair[place]) or sounds.near(other, pair[place])]
        slips += shapes.lookalikes(pair[place])
        typed = pair[:place] + data.draw(st.sampled_from(slips)) + pair[place + 1 :]
        assume(pair[place] in known or typed[place] not in known)
        assume(typed != pair and all("\u4e00" <= character <= "\u9fff" for character in typed))
        assert word_search.slips(indexed(name), typed)
        match = matching.judge_parts([typed], name)
        assert match is not None and match.score >= matching.POSSIBLE_MIN

    def test_of_another_character_altogether_are_none(self):
        assert not word_search.slips(indexed("盐城瀚蓝"), "瀚南重")
        assert matching.judge_parts(["瀚工"], "盐城瀚蓝") is None


class TestAuthorities:
    @pytest.mark.parametrize(
        ("typed", "is_found"), [("城乡建设局", True), ("城鄉建設局", True), ("财政局", False), ("城乡", False)]
    )
    def test_are_found_by_name_where_an_organ_is_named(self, typed, is_found):
        assert bool(word_search.entries(indexed("盐城瀚蓝"), typed)) == is_found
