"""Bans as decisions really word them: none is lost silently, and none is read into a negation."""

import pytest

from tests.domain.law.test_measures import BAN, TENDER, found

PROCUREMENT, TENDERING = "《政府采购法》第七十七条", "《招标投标法》第五十三条"


class TestWording:
    @pytest.mark.parametrize(
        ("content", "basis", "code"),
        [
            ("二年内不得参加政府采购活动", PROCUREMENT, "B1"),
            ("禁止其24个月内参加政府采购活动", PROCUREMENT, "B1"),
            ("禁止其二年内参加盐城市政府采购活动", PROCUREMENT, "B1"),
            ("禁止2年参加政府采购活动", PROCUREMENT, "B1"),
            ("罚款一万元，二年内禁止参加政府采购。", PROCUREMENT, "B1"),
            ("取消其一年内的投标资格", TENDERING, "B6"),
            ("取消一年内参加依法必须招标项目的投标资格", TENDERING, "B6"),
            ("一年内不得参加依法必须进行招标的项目的投标", TENDERING, "B6"),
        ],
    )
    def test_is_read_in_the_words_of_every_day(self, content, basis, code):
        made, faults = found(content=content, basis=basis)
        assert ([one["code"] for one in made], faults) == ([code], [])

    @pytest.mark.parametrize("content", ["暂停投标资格一年", "限制其参与招标代理", "中止其挂网"])
    def test_that_no_row_names_waits_for_a_person(self, content):
        [one], _ = found(content=content, basis=TENDERING)
        assert (one["code"], one["effect"]) == (None, "review")

    @pytest.mark.parametrize(
        "content",
        [
            "不予禁止参加政府采购活动，仅处警告",
            "撤销原拟作出的禁止参加政府采购活动二年的处罚",
            "免予取消投标资格",
        ],
    )
    def test_that_may_deny_the_ban_bars_nobody(self, content):
        made, _ = found(content=content, basis=PROCUREMENT)
        assert {one["effect"] for one in made} == {"review"}


class TestCitation:
    def test_of_the_regulation_is_not_one_of_the_law(self):
        [one], _ = found(content=TENDER, basis="《招标投标法实施条例》第五十四条")
        assert one["effect"] == "review"

    def test_belongs_to_the_statute_named_before_it(self):
        [one], _ = found(content=BAN, basis="《招标投标法》第七十七条、《政府采购法》第三条")
        assert one["effect"] == "review"

    def test_of_several_articles_takes_the_one_whose_term_is_lawful(self):
        [one], faults = found(36, content=TENDER, basis="《招标投标法》第五十三条、第五十四条")
        assert (one["code"], faults) == ("B7", [])


class TestTerm:
    def test_below_the_statutory_minimum_is_for_a_person(self):
        [one], problems = found(content=BAN, basis=PROCUREMENT, effect_until="2026-11-11")
        assert (one["code"], problems) == ("B1", ["term-below-statute"])


class TestFiledMeasure:
    def test_does_not_hide_the_ban_in_the_content(self):
        made, _ = found(content=BAN, basis=PROCUREMENT, confined_action="责令改正")
        assert "B1" in [one["code"] for one in made]

    def test_is_not_doubled_by_the_content(self):
        made, _ = found(content=BAN, basis=PROCUREMENT, confined_action="B1")
        assert [one["code"] for one in made] == ["B1"]
