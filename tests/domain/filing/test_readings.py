"""Values that are read in many spellings or refused aloud: amounts, kinds, subjects, days, authorities."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import labels
from registry.domain.filing import cells
from registry.domain.filing.columns import Headings
from registry.refusals.content import DateMalformed
from tests.domain.filing.filing_rows import ORGANISATION, PERSON, RULES, accepted, outcome, refused

START = dt.datetime.fromisoformat("2020-01-01")
DAYS = st.dates(dt.date(2027, 1, 1), dt.date(2098, 12, 31))
STYLES = (
    "{0:%Y-%m-%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
)
SUBJECTS = {
    "organisation": [
        "企业",
        "公司",
        "单位",
        "法人",
        "其他组织",
        "非法人组织",
        "事业单位",
        "社会团体",
        "社会组织",
        "农民专业合作社",
        "分公司",
        "分支机构",
        "企业法人",
        "机关法人",
        "民办非企业单位",
        "个人独资企业",
        "合伙企业",
        "法人或者其他组织",
        "法人和其他组织",
        "法人（企业）",
        "01企业",
        "国家机关",
        "村民委员会",
        "律师事务所",
    ],
    "sole_trader": [
        "个体工商户",
        "个体",
        "个体户",
        "个体经营户",
        "个体经营者",
        "个体工商",
        "个体工商户（92）",
    ],
    "natural_person": [
        "自然人",
        "个人",
        "公民",
        "自然人（个人）",
        "个人（自然人）",
        "公民个人",
    ],
}


class TestAmount:
    @given(
        st.integers(1, 99_999),
        st.sampled_from(
            (
                "({})",
                "（{}）",
                "[{}]",
                "￥({})",
                "(￥{})",
                "( {} )",
                "({})万元",
                "({}元)",
                "（{}万元）",
                "-{}",
                "－{}",
                "−{}",
                "{}-",
                "▲{}",
                "负{}",
                "红字{}",
            )
        ),
        st.sampled_from((1, 10, 100)),
    )
    def test_below_zero_is_refused_in_every_spelling(self, number: int, style: str, scale: int) -> None:
        assert "/fine amount-malformed" in refused(ORGANISATION | {"fine": style.format(number / scale)})

    @given(st.integers(1, 999), st.sampled_from("⁰¹²³⁴⁹₀₁₉①②⑩⑴⒈❶"), st.booleans())
    def test_with_the_mark_of_a_footnote_is_refused(self, number: int, mark: str, is_first: bool) -> None:
        text = f"{mark}{number}" if is_first else f"{number}{mark}"
        assert "/fine amount-malformed" in refused(ORGANISATION | {"fine": text})

    @pytest.mark.parametrize(
        "text", ["2000(元)", "2000元（贰仟元整）", "（贰仟元整）", "人民币2000元", "(人民币)2000元", "0.2（万元）"]
    )
    def test_with_other_brackets_is_read(self, text: str) -> None:
        assert accepted(ORGANISATION | {"fine": text})[0].fine_fen == 200_000


class TestKinds:
    @given(
        st.integers(1, 900),
        st.sampled_from(
            (
                "罚款（{}元）",
                "罚款{}元",
                "罚款：{}元",
                "罚款（人民币{}元）",
                "罚 款（{}元）",
                "警告、罚款（{}元）",
                "罚款({})",
            )
        ),
    )
    def test_whose_sum_is_not_the_fine_are_for_attention(self, number: int, style: str) -> None:
        _, notes = accepted(ORGANISATION | {"kinds": style.format(number)})
        assert "/kinds amount-differs" in notes

    @pytest.mark.parametrize(
        "text", ["罚款（2000元）", "罚款0.2万元", "罚款（二千元）", "罚款(2000)", "罚款（0.2）", "罚款：贰仟元整"]
    )
    def test_whose_sum_is_the_fine_are_not(self, text: str) -> None:
        assert "/kinds amount-differs" not in accepted(ORGANISATION | {"kinds": text})[1]

    @given(
        st.sampled_from(("①{}②{}", "⑴{}⑵{}", "⒈{}⒉{}", "㈠{}㈡{}", "❶{}❷{}", "①{}；②{}", "① {} ② {}", "{}、{}")),
        st.sampled_from(("罚款", "罚 款", "罚　款")),
        st.sampled_from(("警告", "警 告", "警  告")),
    )
    def test_in_circles_and_spaced_out_are_read(self, style: str, fine: str, warning: str) -> None:
        assert accepted(ORGANISATION | {"kinds": style.format(fine, warning)})[0].kinds == ("02", "01")

    @pytest.mark.parametrize("text", ["罚款等", "警告、罚款等", "罚款等处罚"])
    def test_left_open_are_refused_with_the_reason(self, text: str) -> None:
        [fault] = outcome(ORGANISATION | {"kinds": text})[1]
        assert (fault.code, "等" in fault.detail) == ("kind-unknown", True)


class TestSubjectKind:
    @pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SUBJECTS.items() for text in texts])
    @pytest.mark.parametrize("gap", ["", " ", "  "])
    def test_is_read_as_people_and_this_registry_call_it(self, kind: str, text: str, gap: str) -> None:
        row = {"natural_person": PERSON, "organisation": ORGANISATION}.get(
            kind, ORGANISATION | {"uscc": "92320902MA0T00001P"}
        )
        filing, faults, _ = outcome(row | {"subject_kind": gap.join(text)})
        codes = {fault.code for fault in faults}
        assert "subject-kind-unknown" not in codes
        assert "subject-kind-mismatch" not in codes
        assert filing is None or filing.subject.kind == kind

    def test_is_read_as_labelled(self) -> None:
        assert accepted(ORGANISATION | {"subject_kind": labels.SUBJECT_KINDS["organisation"]})
        assert accepted(PERSON | {"subject_kind": labels.SUBJECT_KINDS["natural_person"]})

    @pytest.mark.parametrize("text", ["渔船", "法定代表人", "自然人、法人", "其他", "9", "个人或企业"])
    def test_of_no_one_kind_is_refused(self, text: str) -> None:
        assert "/subject_kind subject-kind-unknown" in refused(ORGANISATION | {"subject_kind": text})

    @pytest.mark.parametrize("word", ["001", "统一社会信用代码", "001-统一社会信用代码", "统一社会信用代码（001）"])
    def test_of_a_person_has_no_document_of_a_firm(self, word: str) -> None:
        rules = type(RULES)(**{**vars(RULES), "id_types": {**RULES.id_types, "001": "统一社会信用代码", "099": "其他"}})
        for row in ({"id_type": word}, {"id_type": "其他"}, {"id_type": "414"}):
            assert "/id_type id-type-of-organisation" in refused(
                PERSON | {"id_number": "91320902MA0TR0027T"} | row, rules=rules
            )


class TestDays:
    @given(
        st.datetimes(START, START + dt.timedelta(days=2400)),
        st.sampled_from(("Z", "z", " UTC", "GMT", "+00:00", "+0000", "-05:00", "+09:00", "+01")),
    )
    def test_of_a_moment_in_another_zone_are_those_of_beijing(self, moment: dt.datetime, zone: str) -> None:
        offset = {"-05:00": -5, "+09:00": 9, "+01": 1}.get(zone, 0)
        text = f"{moment:%Y-%m-%dT%H:%M:%S}{zone}"
        assert cells.day(text) == (moment + dt.timedelta(hours=8 - offset)).date()
        assert "/decided_on date-zone" in accepted(ORGANISATION | {"decided_on": text, "effect_until": ""})[1]

    @given(
        DAYS,
        st.sampled_from(("T00:00:00+08:00", " 00:00:00.0", "T10:30", " 上午 9:00:00", " 10时30分", " 23:59:59 +0800")),
    )
    def test_lose_their_time(self, day: dt.date, time: str) -> None:
        assert cells.day(f"{day}{time}") == day

    @pytest.mark.parametrize(
        "text",
        ["2026年三月5日", "二〇二六年3月五日", "2026年3月五日", "2026年叁月5日", "20260305093000", "202603050930"],
    )
    def test_in_mixed_figures_are_read(self, text: str) -> None:
        assert cells.day(text) == dt.date(2026, 3, 5)

    @pytest.mark.parametrize(
        "text", ["2026-03-05T25:00:00Z", "2026-02-30T00:00:00Z", "20260305999999", "2026二年3月5日", "1772640000000"]
    )
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(DateMalformed):
            cells.day(text)


class TestEffectUntil:
    @given(
        DAYS,
        st.sampled_from(STYLES),
        st.sampled_from(
            (
                "{0}至{1}",
                "{0}-{1}",
                "{0}—{1}",
                "{0} 至 {1}",
                "{0}～{1}",
                "自{0}起至{1}止",
                "自{0}至{1}",
                "{0}到{1}",
                "从{0}到{1}止",
                "{0}起至{1}",
                "{1}止",
                "至{1}",
                "截至{1}",
                "至{1}止",
                "自{0}至{1}（一年）",
                "{0}至{1}，共一年",
                "有效期：{0}至{1}",
                "有效期至{1}",
            )
        ),
    )
    def test_of_a_stretch_is_its_last_day(self, last: dt.date, style: str, stretch: str) -> None:
        text = stretch.format(style.format(dt.date(2026, 11, 10)), style.format(last))
        filing, notes = accepted(ORGANISATION | {"effect_until": text})
        assert (filing.effect_until, "/effect_until stretch-read" in notes) == (last, True)

    @pytest.mark.parametrize(
        "text",
        [
            "一年",
            "1年",
            "12个月",
            "三年",
            "六个月",
            "半年",
            "90日",
            "30天",
            "自决定之日起一年",
            "自2026年3月5日起一年",
            "两年",
            "为期一年",
            "3个月内",
            "二十四个月",
            "有效期一年",
            "10个工作日",
            "自送达之日起三个月",
            "一 年",
            "１年",
            "叁年",
        ],
    )
    def test_that_is_a_term_is_refused_with_what_to_write(self, text: str) -> None:
        [fault] = outcome(ORGANISATION | {"effect_until": text})[1]
        assert (fault.code, "2027-03-04" in fault.detail) == ("term-not-day", True)

    @given(
        st.dates(dt.date(2026, 11, 1), dt.date(2026, 11, 20)),
        st.sampled_from(STYLES),
        st.sampled_from(("{0}至{1}", "{0}-{1}", "自{0}起至{1}止", "{0}～{1}", "从{0}到{1}止", "有效期：{0}至{1}")),
        st.sampled_from(("", "2026-11-12")),
    )
    def test_that_begins_on_another_day_than_decision_or_service_is_for_attention(
        self, first: dt.date, style: str, stretch: str, served: str
    ) -> None:
        text = stretch.format(style.format(first), style.format(dt.date(2027, 11, 9)))
        _, notes = accepted(ORGANISATION | {"effect_until": text, "served_on": served})
        is_usual = first in (dt.date(2026, 11, 10), dt.date.fromisoformat(served) if served else None)
        assert ("/effect_until stretch-start-differs" in notes) is not is_usual

    @given(st.dates(dt.date(2026, 11, 1), dt.date(2026, 11, 30)), st.booleans())
    def test_of_a_measure_begins_with_its_stretch(self, first: dt.date, is_stated: bool) -> None:
        row = {"confined_action": "B1", "confined_end": f"{first}至2027-11-09"}
        stated = {"confined_start": "2026-11-15"} if is_stated else {}
        filing, notes = accepted(ORGANISATION | row | stated)
        assert filing.measures[0].starts_on == (dt.date(2026, 11, 15) if is_stated else first)
        differs = is_stated and first != dt.date(2026, 11, 15)
        assert ("/confined_end stretch-start-differs" in notes) is differs

    def test_of_publicity_may_begin_later_than_the_decision(self) -> None:
        def notes(first: str) -> set[str]:
            return accepted(ORGANISATION | {"publicity_until": f"{first}至2027-11-09"})[1]

        assert "/publicity_until stretch-start-differs" in notes("2026-11-09")
        assert "/publicity_until stretch-start-differs" not in notes("2026-11-16")

    def test_that_ends_before_it_begins_is_refused(self) -> None:
        assert refused(ORGANISATION | {"effect_until": "2027-11-10至2026-11-09"}) == {"/effect_until date-malformed"}

    @pytest.mark.parametrize("text", ["", "/", "-", "—", "null"])
    def test_left_blank_is_noted_as_no_end(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"effect_until": text}, Headings("office", {}))
        assert (filing.effect_until, "/effect_until no-end-stated" in notes) == (None, True)

    @pytest.mark.parametrize("text", ["无处罚期限", "无 处 罚 期 限", "长 期", "长期有效", "无限期"])
    def test_without_end_may_be_spaced_out(self, text: str) -> None:
        filing, notes = accepted(ORGANISATION | {"effect_until": text})
        assert (filing.effect_until, notes) == (None, {"/effect_until no-end"})


class TestAuthority:
    def test_with_the_code_of_a_firm_is_refused(self) -> None:
        assert refused(ORGANISATION | {"authority_code": "91320902MA0TR0027T"}) == {
            "/authority_code authority-code-of-firm"
        }

    @given(
        st.sampled_from(("财政局", "审计局", "公安局", "人民政府", "管理委员会", "办公室")),
        st.sampled_from("、,，;；/ "),
        st.sampled_from(("", "盐城市示例")),
    )
    def test_of_two_organs_is_for_attention(self, second: str, separator: str, place: str) -> None:
        _, notes = accepted(ORGANISATION | {"authority_name": f"盐城市示例财政局{separator}{place}{second}"})
        assert "/authority_name authority-several" in notes

    @pytest.mark.parametrize(
        "name",
        [
            "盐城市发展和改革委员会",
            "盐城市文化广电和旅游局",
            "盐城市住房和城乡建设局",
            "盐城市示例局（盐城市示例办公室）",
            "盐城经济技术开发区管理委员会市场监督管理局",
        ],
    )
    def test_of_one_organ_is_not(self, name: str) -> None:
        assert "/authority_name authority-several" not in accepted(ORGANISATION | {"authority_name": name})[1]
