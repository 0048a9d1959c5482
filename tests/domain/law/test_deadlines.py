"""When time limits end: every row of the law on a day reckoned by hand, and what must hold of any of them."""

import datetime as dt
import time
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.cases import procedures
from registry.domain.law import deadlines, reference_kinds
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import Deadline
from registry.domain.law.workdays import Due
from registry.services.law.reference_loading import FOLDER
from registry.unit_of_work import day_of


def law() -> Reference:
    read = {
        kind: [
            reference_kinds.parse_reference_row(kind, data)
            for data in tomllib.loads((FOLDER / f"{kind}.toml").read_text())["rows"]
        ]
        for kind in ("calendar", "deadlines", "clocks")
    }
    return Reference(read)


LAW = law()
LIMITS: dict[str, Deadline] = {row.code: row for row in LAW.rows("deadlines") if isinstance(row, Deadline)}
FIGURES = [(code, figure) for code, row in LIMITS.items() for figure in range(len(row.value))]
DAYS = st.dates(dt.date(2004, 1, 1), dt.date(2030, 12, 31))
NEW_YEAR = "2026-02-12"
"""Thursday before Spring Festival 2026: Friday, Saturday 02-14 worked, then off until Tuesday 02-24; 02-28 worked."""
LEAP = "2028-02-29"
MONTH_END = "2027-11-30"

GOLDEN = [
    ("D01", 0, "实施方案（2018）二（三）;发改办财金〔2018〕424号", NEW_YEAR, "2026-02-28"),
    ("D02", 0, "实施方案（2018）二（三）;政府信息公开条例26", NEW_YEAR, "2026-03-18"),
    ("D03", 0, "行政处罚法48,85", NEW_YEAR, "2026-02-24"),
    ("D04", 0, "市场监管总局令45号9", NEW_YEAR, "2026-03-18"),
    ("D05", 0, "市场监管总局令45号10", NEW_YEAR, "2026-03-04"),
    ("D05", 1, "市场监管总局令45号10", NEW_YEAR, "2026-03-04"),
    ("D06", 0, "市场监管总局令45号11", NEW_YEAR, "2026-02-24"),
    ("D07", 0, "行政处罚法61,85", NEW_YEAR, "2026-02-28"),
    ("D08", 0, "行政处罚法60", NEW_YEAR, "2026-05-13"),
    ("D09", 0, "行政复议法（2023）20", NEW_YEAR, "2026-04-13"),
    ("D10", 0, "行政诉讼法46", MONTH_END, "2028-05-30"),
    ("D11", 0, "政府信息公开条例32", NEW_YEAR, "2026-03-11"),
    ("D12", 0, "政府信息公开条例33", NEW_YEAR, "2026-03-18"),
    ("D12", 1, "政府信息公开条例33", NEW_YEAR, "2026-03-18"),
    ("D13", 0, "企业信息公示暂行条例（2014）13", NEW_YEAR, "2026-03-18"),
    ("D14", 0, "上海市社会信用条例36", NEW_YEAR, "2026-02-13"),
    ("D15", 0, "山东省社会信用条例39;河南省社会信用条例41", NEW_YEAR, "2026-02-24"),
    ("D16", 0, "山东省社会信用条例39;河南省社会信用条例41", NEW_YEAR, "2026-02-28"),
    ("D16", 1, "山东省社会信用条例39;河南省社会信用条例41", NEW_YEAR, "2026-02-24"),
    ("D17", 0, "浙江省公共信用信息管理条例31", NEW_YEAR, "2026-02-26"),
    ("D17", 1, "浙江省公共信用信息管理条例31", NEW_YEAR, "2026-03-18"),
    ("D18", 0, "深圳经济特区社会信用条例51", NEW_YEAR, "2026-02-13"),
    ("D18", 1, "深圳经济特区社会信用条例51", NEW_YEAR, "2026-02-14"),
    ("D18", 2, "深圳经济特区社会信用条例51", NEW_YEAR, "2026-02-24"),
    ("D19", 0, "河南省社会信用条例17;浙江省公共信用信息管理条例13", NEW_YEAR, "2026-02-26"),
    ("D20", 0, "山东省社会信用条例40", NEW_YEAR, "2026-02-24"),
    ("D21", 0, "河南省社会信用条例42", NEW_YEAR, "2026-02-13"),
    ("D22", 0, "深圳经济特区社会信用条例82", NEW_YEAR, "2026-02-24"),
    ("D22", 1, "深圳经济特区社会信用条例82", NEW_YEAR, "2026-02-24"),
    ("D23", 0, "国家发展改革委令36号;国办发〔2025〕22号", MONTH_END, "2028-02-29"),
    ("D24", 0, "国家发展改革委令36号;国办发〔2025〕22号", MONTH_END, "2028-02-29"),
    ("D24", 1, "国家发展改革委令36号;国办发〔2025〕22号", LEAP, "2029-02-28"),
    ("D25", 0, "国家发展改革委令36号;国办发〔2025〕22号", LEAP, "2029-02-28"),
    ("D25", 1, "国家发展改革委令36号;国办发〔2025〕22号", LEAP, "2031-02-28"),
    ("D26", 0, "国办发〔2025〕22号（日数未核对）", NEW_YEAR, "2026-02-24"),
    ("D26", 1, "国办发〔2025〕22号（日数未核对）", NEW_YEAR, "2026-03-04"),
    ("D27", 0, "人社部令45号", LEAP, "2031-02-28"),
    ("D27", 1, "人社部令45号", MONTH_END, "2028-05-30"),
    ("D28", 0, "自然资源部令13号", LEAP, "2031-02-28"),
    ("D29", 0, "市场监管总局令44号（未核对）", LEAP, "2031-02-28"),
    ("D29", 1, "市场监管总局令44号（未核对）", LEAP, "2029-02-28"),
    ("D30", 0, "法释〔2017〕7号（未核对）", LEAP, "2030-02-28"),
    ("D30", 1, "法释〔2017〕7号（未核对）", LEAP, "2029-02-28"),
    ("D30", 2, "法释〔2017〕7号（未核对）", LEAP, "2031-02-28"),
    ("D31", 0, "财办库〔2014〕526号", LEAP, "2031-02-28"),
    ("D32", 0, "国统字〔2019〕33号", LEAP, "2029-02-28"),
    ("D32", 1, "国统字〔2019〕33号", MONTH_END, "2028-05-30"),
    ("D32", 2, "国统字〔2019〕33号", LEAP, "2030-02-28"),
    ("D33", 0, "安徽省建筑市场信用管理暂行办法", NEW_YEAR, "2026-02-28"),
    ("D34", 0, "安徽省建筑市场信用管理暂行办法", MONTH_END, "2028-05-30"),
    ("D34", 1, "安徽省建筑市场信用管理暂行办法", LEAP, "2031-02-28"),
    ("D35", 0, "苏政规〔2025〕4号（日数未读到）", NEW_YEAR, "2026-02-13"),
    ("D35", 1, "苏政规〔2025〕4号（日数未读到）", NEW_YEAR, "2026-02-24"),
    ("D35", 2, "苏政规〔2025〕4号（日数未读到）", NEW_YEAR, "2026-02-28"),
    ("D35", 3, "苏政规〔2025〕4号（日数未读到）", NEW_YEAR, "2026-03-18"),
    ("D36", 0, "苏政规〔2025〕4号（日数未读到）", NEW_YEAR, "2026-02-24"),
]  # fmt: skip


def name(code: str, figure: int, articles: str) -> str:
    """Row and article, and which figure when there are several."""
    return f"{code}-{articles}" + (f"-{figure + 1}" if len(LIMITS[code].value) > 1 else "")


class TestEnd:
    @pytest.mark.parametrize(
        ("code", "figure", "start", "due"),
        [pytest.param(code, place, *days, id=name(code, place, by)) for code, place, by, *days in GOLDEN],
    )
    def test_of_each_limit_is_the_day_reckoned_by_hand(self, code: str, figure: int, start: str, due: str) -> None:
        found = deadlines.end(LAW.calendar, LIMITS[code], dt.date.fromisoformat(start), figure)
        assert found.day == dt.date.fromisoformat(due)
        # a last day that would move off a holiday is not certain in a year that is not announced
        assert found.provisional is (LIMITS[code].rolls_over and found.day >= LAW.calendar.announced_until)

    def test_is_reckoned_for_every_figure_of_every_row(self) -> None:
        assert [(code, figure) for code, figure, *_ in GOLDEN] == FIGURES

    @pytest.mark.parametrize(
        ("code", "start", "due"),
        [
            pytest.param("D01", "2025-09-26", "2025-10-13", id="D01-424号-国庆，9月28日和10月11日上班"),
            pytest.param("D01", "2026-02-10", "2026-02-26", id="D01-424号-春节"),
            pytest.param("D02", "2026-02-10", "2026-03-16", id="D02-政府信息公开条例26-春节"),
            pytest.param("D01", "2025-12-29", "2026-01-08", id="D01-424号-元旦，1月4日上班"),
            pytest.param("D02", "2025-12-29", "2026-01-27", id="D02-政府信息公开条例26-元旦"),
            pytest.param("D14", "2019-04-26", "2019-04-28", id="D14-上海36-2019年4月28日（周日）上班"),
            pytest.param("D14", "2019-04-27", "2019-04-28", id="D14-上海36-自周六起算"),
            pytest.param("D14", "2019-04-30", "2019-05-05", id="D14-上海36-2019年5月5日（周日）上班"),
            pytest.param("D03", "2019-04-30", "2019-05-07", id="D03-行政处罚法48,85-2019年劳动节"),
            pytest.param("D01", "2019-04-26", "2019-05-08", id="D01-424号-2019年劳动节"),
            pytest.param("D14", "2024-02-08", "2024-02-09", id="D14-上海36-2024年除夕上班"),
            pytest.param("D14", "2024-02-09", "2024-02-18", id="D14-上海36-自2024年除夕起算"),
            pytest.param("D03", "2024-02-08", "2024-02-19", id="D03-行政处罚法48,85-2024年春节"),
            pytest.param("D14", "2020-01-23", "2020-02-03", id="D14-上海36-2020年春节延长"),
            pytest.param("D01", "2020-01-22", "2020-02-10", id="D01-424号-2020年春节延长"),
            pytest.param("D02", "2020-01-22", "2020-02-27", id="D02-政府信息公开条例26-2020年春节延长"),
        ],
    )
    def test_holds_on_the_golden_days(self, code: str, start: str, due: str) -> None:
        found = deadlines.limit(LAW, code, dt.date.fromisoformat(start))
        assert found == Due(dt.date.fromisoformat(due), provisional=False)

    @given(figure=st.sampled_from(FIGURES), start=DAYS, later=st.integers(0, 400))
    def test_never_runs_backwards(self, figure: tuple[str, int], start: dt.date, later: int) -> None:
        limit = LIMITS[figure[0]]
        first = deadlines.end(LAW.calendar, limit, start, figure[1])
        second = deadlines.end(LAW.calendar, limit, start + dt.timedelta(days=later), figure[1])
        assert start < first.day <= second.day

    @given(start=DAYS, code=st.sampled_from(sorted(LIMITS)))
    def test_is_provisional_just_where_the_calendar_is_not_announced(self, start: dt.date, code: str) -> None:
        found = deadlines.end(LAW.calendar, LIMITS[code], start)
        reaches = found.day >= LAW.calendar.announced_until or start + dt.timedelta(1) < LAW.calendar.announced_from
        assert found.provisional is ((LIMITS[code].unit == "working_day" or LIMITS[code].rolls_over) and reaches)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets a test move the machine to another time zone; moves it back."""
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


class TestZone:
    INSTANTS = (
        ("2026-02-12T15:59:59+00:00", "2026-02-12"),
        ("2026-02-12T16:00:00+00:00", "2026-02-13"),
        ("2026-12-31T16:30:00+00:00", "2027-01-01"),
    )

    @pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "Pacific/Kiritimati", "America/Los_Angeles"])
    def test_of_the_machine_moves_no_day(self, zone: pytest.MonkeyPatch, name: str) -> None:
        zone.setenv("TZ", name)
        time.tzset()
        for instant, day in self.INSTANTS:
            assert day_of(dt.datetime.fromisoformat(instant)) == dt.date.fromisoformat(day)
        for code, figure, _, start, due in GOLDEN:
            found = deadlines.end(law().calendar, LIMITS[code], dt.date.fromisoformat(start), figure)
            assert found.day == dt.date.fromisoformat(due)


class TestRules:
    RULES = sorted(LAW.clocks())

    @pytest.mark.parametrize("code", RULES)
    def test_name_an_act_a_day_and_a_figure_that_exist(self, code: str) -> None:
        rule = LAW.clocks()[code].newest
        assert rule.starts in deadlines.DAYS
        assert rule.figure < len(LIMITS[rule.deadline].value)
        if rule.noun in procedures.PROCEDURES:
            acts = procedures.PROCEDURES[rule.noun].acts
            assert {rule.opens, *rule.closes} <= set(acts)

    def test_start_with_the_day_they_count_from_and_not_without(self) -> None:
        day = dt.date(2026, 2, 12)
        started = deadlines.started(LAW, "penalty", "file", {"decided_on": day})
        assert [(one.code, one.deadline, one.due.day) for one in started] == [
            ("penalty.publish", "D01", dt.date(2026, 2, 28))
        ]
        assert deadlines.started(LAW, "penalty", "file", {}) == []


class TestState:
    @pytest.mark.parametrize(
        ("met", "today", "state"),
        [
            (None, "2026-02-28", "due"),
            (None, "2026-03-01", "overdue"),
            ("2026-02-28", "2026-03-05", "met"),
            ("2026-03-01", "2026-03-05", "late"),
        ],
    )
    def test_is_late_only_after_the_last_day(self, met: str | None, today: str, state: str) -> None:
        met_on = dt.date.fromisoformat(met) if met else None
        assert deadlines.state(dt.date(2026, 2, 28), met_on, dt.date.fromisoformat(today)) == state

    @given(due=DAYS, today=DAYS)
    def test_warns_while_it_runs_and_at_most_two_working_days_are_left(self, due: dt.date, today: dt.date) -> None:
        left = LAW.calendar.days_between(today, due)
        assert deadlines.warns(LAW.calendar, due, today) is (today <= due and 0 <= left <= 2)
