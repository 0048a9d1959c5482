"""Names in which a letter of another alphabet stands among Han characters or in a Latin word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.filing.alphabets import mixes_letters
from registry.domain.filing.subject_name import name_findings

BLOCKS = {
    "Greek": "ΑΒον",
    "Greek extended": "ἀὈ",
    "Cyrillic": "АВеор",
    "Cyrillic supplement": "ԚԜѕ",
    "Armenian": "ՍՏօս",
    "Cherokee": "ᎪᏴꭰ",
    "Coptic": "ⲀⲞϢ",
    "Lisu": "ꓐꓟꓳ",
    "letterlike": "ℂℍ℮ℓ\u212a\u2126",
    "mathematical": "𝐀𝒞𝖆",
    "in circles": "Ⓐⓩ🄰",
}
FOREIGN = "".join(BLOCKS.values())
han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8)
latin = st.text(st.sampled_from("ABCXYZabcxyzÉéñçšŐ"), min_size=1, max_size=8)
foreign = st.sampled_from(FOREIGN)


class TestMixesLetters:
    @pytest.mark.parametrize("block", BLOCKS)
    def test_sees_every_alphabet_among_han_and_latin(self, block: str) -> None:
        for letter in BLOCKS[block]:
            assert mixes_letters(f"盐城{letter}科技有限公司"), ascii(letter)
            assert mixes_letters(f"P{letter}WER Trading"), ascii(letter)

    @given(han, foreign, han)
    def test_sees_a_letter_anywhere_among_han(self, before: str, letter: str, after: str) -> None:
        for name in (before + letter + after, letter + after, before + letter, f"{before} {letter} {after}"):
            assert mixes_letters(name)

    @given(latin, foreign, latin, st.sampled_from(("", "1", "'", "\u0301")))
    def test_sees_a_letter_within_a_latin_word(self, before: str, letter: str, after: str, between: str) -> None:
        for name in (before + between + letter, letter + between + after, before + letter + after):
            assert mixes_letters(name)

    @given(foreign, latin)
    def test_leaves_words_of_two_alphabets_apart(self, letter: str, word: str) -> None:
        assert not mixes_letters(f"{letter}{letter} {word}")

    @pytest.mark.parametrize(
        "name",
        [
            "ООО Ромашка",
            "ООО «Ромашка-Строй 2»",
            "Ελληνική Εταιρεία ΑΕ",
            "ՀԱՅԱՍՏԱՆ ՓԲԸ",
            "Société Générale d'Énergie",
            "Đà Nẵng Xây Dựng",
            "盐城Ⅲ期建设有限公司",
            "盐城第Ⅻ建筑公司",
            "盐城TCL王牌电器",
            "盐城25℃空调商行",
            "盐城№3机械厂",
            "株式会社トヨタ",
            "盐城①建设有限公司",
            "阿卜杜拉·买买提",
            "",
        ],
    )
    def test_leaves_one_alphabet_accents_numerals_and_signs(self, name: str) -> None:
        assert not mixes_letters(name)
        assert "name-mixed-letters" not in set(name_findings(name, is_person=False))
