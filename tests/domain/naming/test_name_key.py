"""Keys of names: every character decided by rule, the same on every interpreter. All firms are invented."""

import hashlib
import inspect
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.characters import tables
from registry.domain.naming import name_key

EVERY_KEY = "a1b1265e591f3b623e477a26997617f4babc31cd46a6df5b632f448a511ec7bb"
"""SHA-256 over the key of every character, by Unicode 18.0. It changes with the rules or the tables only: then the
matcher gets a new version, and stored keys are migrated."""


def characters():
    return (chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000)


class TestKey:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("盐城瀚（苏北）建设有限公司", "盐城瀚(苏北) 建设有限公司"),
            ("ＡＢＣ１２３公司", "abc123公司"),
            ("甲·乙公司", "甲乙公司"),
            ("盐城\u3000建设", "盐城建设"),
            ("㈱甲", "株甲"),
            pytest.param("盐城⻢达", "盐城马达", id="radical without a compatibility form"),
            pytest.param("盐城⾺達", "盐城馬達", id="radical with one"),
            pytest.param("三○一", "三〇一", id="circle"),
            pytest.param("三◯一", "三〇一", id="large circle"),
            pytest.param("\ue83c鑫", "䎱鑫", id="private use of GBK"),
            pytest.param("\ue81e建", "龴建", id="moved by GB 18030-2022"),
            pytest.param("１．２米", "1.2米", id="full-width dot"),
            pytest.param("1·2米", "1.2米", id="middle dot between digits"),
            pytest.param("3－5号", "3-5号", id="full-width hyphen"),
            pytest.param("3—5号", "3-5号", id="dash between digits"),
            pytest.param("A＋教育", "a+教育", id="plus"),
            pytest.param("甲－乙", "甲乙", id="hyphen between characters"),
            pytest.param("K-12", "k12", id="hyphen between letter and digit"),
            pytest.param("1,000米", "1000米", id="thousands"),
            pytest.param("Café", "Cafe\u0301", id="combining accent"),
            pytest.param("ガス", "カ\u3099ス", id="combining voice mark"),
            pytest.param("각", "\u1100\u1161\u11a8", id="Hangul letters"),
            pytest.param("盐\u0336城", "盐城", id="struck through"),
            pytest.param("葛\U000e0100城", "葛城", id="variation selector"),
            pytest.param("盐\u200b城", "盐城", id="zero width"),
            pytest.param("盐\u3164城", "盐城", id="Hangul filler"),
            pytest.param("盐\u2800城", "盐城", id="blank braille"),
            pytest.param("盐\u202e城", "盐城", id="turned round"),
            pytest.param("盐\u2067城", "盐城", id="isolated"),
            pytest.param("٣٠١厂", "301厂", id="digits of another script"),
        ],
    )
    def test_is_the_same_for_two_spellings(self, one, other):
        assert name_key.key(one) == name_key.key(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("盐城甲建设", "盐城乙建设"),
            ("三〇一", "三一"),
            ("三〇一", "三零一"),
            ("三○一", "三一"),
            ("1.2米", "12米"),
            ("3-5号", "35号"),
            ("1/2", "12"),
            ("A+教育", "A教育"),
            ("A&B", "AB"),
            ("A#", "A"),
            ("5★", "5"),
            ("\ue000鑫", "鑫"),
            ("\U00031350鑫", "鑫"),
            ("\U00031350鑫", "\U00031351鑫"),
            ("\U000323b0鑫", "鑫"),
            ("\U00033479鑫", "鑫"),
            ("\U0003fffd鑫", "鑫"),
        ],
    )
    def test_is_another_for_another_name(self, one, other):
        assert name_key.key(one) != name_key.key(other)

    @pytest.mark.parametrize(
        ("extension", "first", "last"),
        [
            ("A", 0x3400, 0x4DBF), ("B", 0x20000, 0x2A6DF), ("C", 0x2A700, 0x2B73F), ("D", 0x2B740, 0x2B81D),
            ("E", 0x2B820, 0x2CEAD), ("F", 0x2CEB0, 0x2EBE0), ("G", 0x30000, 0x3134A), ("H", 0x31350, 0x323AF),
            ("I", 0x2EBF0, 0x2EE5D), ("J", 0x323B0, 0x33479), ("private use", 0xE000, 0xE78C),
        ],
    )  # fmt: skip
    def test_keeps_every_character_of_an_extension(self, extension, first, last):
        assert all(name_key.key(chr(point)) == chr(point) for point in range(first, last + 1))

    def test_of_every_radical_is_a_character(self):
        radicals = tables().radical
        assert len(radicals) > 110
        assert all(
            name_key.key(chr(point)) == name_key.key(ideograph) != chr(point) for point, ideograph in radicals.items()
        )

    def test_of_every_character_is_pinned(self):
        keys = hashlib.sha256()
        for character in characters():
            keys.update(f"{ord(character):x} {name_key.key.__wrapped__(character)}\n".encode())
        assert keys.hexdigest() == EVERY_KEY

    def test_asks_the_interpreter_nothing(self):
        """Nothing but the key of former matchers uses the interpreter's own tables."""
        source = inspect.getsource(name_key).replace(inspect.getsource(name_key.former_key), "")
        asking = re.findall(
            r"normalize\(|\.(?:casefold|lower|upper|isalnum|isalpha|isdigit|isspace|isprintable)\(", source
        )
        assert not asking

    @given(st.text())
    def test_of_a_key_is_itself(self, text):
        assert name_key.key(name_key.key(text)) == name_key.key(text)
