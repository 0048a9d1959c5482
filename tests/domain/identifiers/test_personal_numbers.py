"""Numbers of persons in free text: every spelling of every kind is found, and what is none stays readable."""

import random
import re

import pytest

from registry.domain.identifiers.personal_numbers import personal_spans
from registry.domain.publication.redaction import BLOT, blot
from tests.support import personal
from tests.support.facts import facts, uscc

KINDS = {
    "resident number": (personal.residents, ""),
    "resident number of 15 digits": (personal.old_residents, ""),
    "residence card": (personal.residence_cards, ""),
    "residence card of 2004": (personal.residence_cards_of_2004, ""),
    "permit": (personal.permits, ""),
    "permit behind its name": (personal.permits, "港澳通行证"),
    "passport": (personal.passports, ""),
    "passport behind its name": (personal.passports, "护照号码"),
    "mobile telephone": (personal.mobiles, ""),
    "local number behind its name": (personal.local_numbers, "联系电话"),
    "landline": (personal.landlines, "电话"),
    "payment card": (personal.payment_cards, "账号"),
}
FACTS = 2000


def uncovered(text: str) -> str:
    """What of a text is in no span, digits of any form as such."""
    spans = personal_spans(text)
    return "".join(text[place] for place in range(len(text)) if not any(a <= place < b for a, b in spans))


def rest(text: str) -> str:
    """The characters and digits of a text outside its spans, without the signs around them."""
    return re.sub(r"[^\w]|[\u0332\u20e3]", "", uncovered(text))


class TestEverySpelling:
    @pytest.mark.parametrize("kind", KINDS)
    def test_is_found(self, kind):
        """个人信息保护法 28."""
        assert len(personal.SPELLINGS) >= 69
        draw, word = KINDS[kind]
        missed = {
            spelling: blot(text)
            for spelling, number in personal.spelled(draw(20, seed=5))
            if rest(text := f"经理王样（{word}{number}）参与串通") != f"经理王样{word}参与串通"
        }
        assert not missed, f"{len(missed)} of {len(personal.SPELLINGS)} spellings got through: {missed}"


class TestOther:
    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("320922199001011013", id="one wrong digit"),
            pytest.param("3209221990O1O1lO12", id="letters for digits"),
            pytest.param("320922（1990年1月1日）1012".replace("年1月1日", "年01月01日"), id="with the day in words"),
            pytest.param("32092219900101101²²".replace("²²", "2²"), id="with a footnote"),
            pytest.param("13800138000-320922199001011012", id="two side by side"),
            pytest.param("138 0013 8000 139 0013 9000", id="two telephones"),
            pytest.param("138-0013-8000/139-0013-9000", id="two telephones by a stroke"),
            pytest.param("+86 138 0013 8000", id="with the country"),
            pytest.param("(0515)8821-2345转801", id="with an extension"),
            pytest.param("台胞证号：01234567", id="permit of Taiwan residents"),
            pytest.param("台湾居民来往大陆通行证0123456701", id="renewed permit of Taiwan residents"),
            pytest.param("H1234567800", id="renewed permit"),
            pytest.param("护照AB1234567", id="passport of another country"),
            pytest.param("银行卡尾号以前各位4000012345", id="behind its word"),
        ],
    )
    def test_is_found(self, text):
        assert sum(map(str.isdigit, uncovered(f"王样，{text}，参与"))) <= 4

    def test_is_the_whole_example_of_the_trial(self):
        blotted = blot(
            "经理王样（外国人永久居留身份证911231199001010015，护照E12345678，港澳通行证H12345678，身份证3209221990·0101·0669，"
            "电话138 00 13 80 00，账号4367421234567890）参与串通"
        )
        assert blotted == (
            f"经理王样（外国人永久居留身份证{BLOT}，护照{BLOT}，港澳通行证{BLOT}，身份证{BLOT}，电话{BLOT}，账号{BLOT}）参与串通"
        )


class TestFacts:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_without_a_number_of_a_person_stay_readable(self, seed):
        """At most one in a hundred of 2,000 invented facts is blotted."""
        texts = facts(FACTS, seed)
        blotted = [(kind, text, blot(text)) for kind, text in texts if blot(text) != text]
        figure = f"{len(blotted)} of {FACTS} facts blotted ({len(blotted) / FACTS:.2%}): {blotted}"
        assert len(blotted) <= FACTS // 100, figure
        assert not [text for kind, text, _ in blotted if kind == "code"], figure

    def test_keep_every_code_of_an_organisation(self):
        draw = random.Random(9)
        assert not [code for code in (uscc(draw) for _ in range(5000)) if personal_spans(f"代码{code}。")]
