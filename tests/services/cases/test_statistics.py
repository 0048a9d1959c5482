"""The five rates: what each is divided by, and that nothing divided by nothing is no rate."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import runtime
from registry.domain.filing.columns import PLAIN
from registry.domain.filing.parse import clean
from registry.domain.reporting_rates import RATES, Ratio, Tally
from registry.queries.cases import statistics
from registry.queries.cases.statistics import Period
from registry.queries.law import reference_data
from registry.queries.node import account_lookup
from registry.services.cases import penalty_filing, penalty_import, penalty_verification
from tests.services.cases.test_penalty_import import table
from tests.support.filings import filing

NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 1))
START = dt.date(2026, 11, 2)
DECIDED = "2026-10-30"


def row(**special):
    """A plain filing of before the period."""
    return filing(decided_on=DECIDED, **special)


def stated(bureau, record):
    """The facts of a remembered penalty, read again."""
    with runtime.reading() as session:
        rules = reference_data.current(session).filing_rules
    read, faults, _ = clean(bureau.names[record], rules, bureau.today, PLAIN)
    assert read is not None, faults
    return read


def tally(today=dt.date(2026, 12, 31), period=NOVEMBER, code="finance"):
    with runtime.reading() as session:
        held = account_lookup.department(session, code)
        return statistics.tallies(session, period, today).get(held.id, Tally())


def send(people, rows, by="clerk"):
    """Hand in a file and file its rows."""
    actor = people[by].actor
    data = table(rows)
    held = runtime.perform(
        actor, lambda work: penalty_import.store_import(work, data, "a.csv", penalty_import.Options()).id
    )
    penalty_import.run(lambda act: runtime.perform(actor, act), actor, held)


class TestRates:
    def test_are_the_five_of_the_bulletins(self):
        made = Tally(accepted=8, refused=2, repeated=1, corrected=3, timely=6, late=2, open=4)
        assert made.rates == {
            "compliance": Ratio(8, 10),
            "timeliness": Ratio(6, 12),
            "lateness": Ratio(2, 8),
            "errors": Ratio(5, 10),
            "repetition": Ratio(1, 10),
        }
        assert list(made.rates) == list(RATES)

    def test_of_nothing_are_none(self):
        assert {ratio.value for ratio in Tally().rates.values()} == {None}

    @given(st.lists(st.integers(0, 50), min_size=7, max_size=7))
    def test_lie_between_nothing_and_all(self, figures):
        accepted, refused, repeated, corrected, timely, late, left = figures
        made = Tally(accepted, refused, min(repeated, refused), min(corrected, accepted), timely, late, left).rates
        assert all(ratio.value is None or 0 <= ratio.value <= 1 for ratio in made.values())
        assert all((ratio.value is None) is (ratio.denominator == 0) for ratio in made.values())


class TestTallies:
    def test_count_rows_of_files_and_single_filings(self, bureau, people):
        bureau.go(START)
        rows = [row() for _ in range(3)]
        send(people, [*rows, row(uscc="91320902MA0TR0027X")])
        bureau.penalty(decided_on=DECIDED)
        assert (tally().accepted, tally().refused, tally().received) == (4, 1, 5)

    def test_count_what_was_filed_already(self, bureau, people):
        bureau.go(START)
        one = row()
        send(people, [one])
        send(people, [one | {"facts": "另有事实。"}, row(), row(fine="x")])
        assert tally().repeated == 1
        assert tally().rates["repetition"] == Ratio(1, 4)
        assert tally().rates["compliance"] == Ratio(2, 4)

    def test_count_what_was_sent_back_or_filed_anew_once(self, bureau, people):
        bureau.go(START)
        bureau.penalty(decided_on=DECIDED)
        record = bureau.penalty(decided_on=DECIDED)
        bureau.do("verifier", lambda work: penalty_verification.send_back(work, record, "缺依据", if_version=None))
        read = stated(bureau, record)
        bureau.do("clerk", lambda work: penalty_filing.refile(work, record, read, if_version=None))
        bureau.do("clerk", lambda work: penalty_filing.refile(work, record, read, if_version=None))
        assert tally().rates["errors"] == Ratio(1, 2)

    def test_tell_in_time_late_and_open_apart(self, bureau):
        bureau.go(START)
        timely, late, _open = (bureau.penalty(decided_on=DECIDED) for _ in range(3))
        bureau.go(dt.date(2026, 11, 10))
        bureau.verify(timely)
        bureau.go(dt.date(2026, 11, 11))
        bureau.verify(late)
        found = tally(dt.date(2026, 11, 11))
        assert (found.timely, found.late, found.open) == (1, 1, 1)
        assert found.rates["timeliness"] == Ratio(1, 3)
        assert found.rates["lateness"] == Ratio(1, 2)

    def test_leave_out_a_limit_that_has_not_ended(self, bureau):
        bureau.go(START)
        bureau.penalty(decided_on=DECIDED)
        assert tally(dt.date(2026, 11, 10)).rates["timeliness"] == Ratio(0, 0)
        assert tally(dt.date(2026, 11, 11)).rates["timeliness"] == Ratio(0, 1)

    @pytest.mark.parametrize(
        ("since", "until", "counted"),
        [
            ("2026-11-02", "2026-11-03", 1),
            ("2026-11-01", "2026-11-02", 0),
            ("2026-11-03", "2026-12-01", 0),
        ],
    )
    def test_are_of_the_legal_days_of_the_period(self, bureau, since, until, counted, monkeypatch):
        early = dt.datetime(2026, 11, 1, 16, 30, tzinfo=dt.UTC)  # half past midnight of the 2nd in Beijing
        monkeypatch.setattr(runtime, "clock", lambda: early)
        bureau.penalty(decided_on=DECIDED)
        period = Period(dt.date.fromisoformat(since), dt.date.fromisoformat(until))
        assert tally(period=period).accepted == counted

    def test_keep_departments_apart(self, bureau):
        bureau.go(START)
        bureau.penalty(decided_on=DECIDED)
        assert tally(code="housing") == Tally()


class TestPublished:
    def test_is_told_per_sector_and_kind_without_anybody(self, bureau, desk):
        bureau.listed()
        bureau.penalty(sectors="construction")
        bureau.published_penalty(sectors="construction,procurement")
        answer = desk.get("/statistics").get_json()
        assert answer["published"] == [
            {"sector": "construction", "kind": "penalty", "count": 1},
            {"sector": "procurement", "kind": "listing", "count": 1},
            {"sector": "procurement", "kind": "penalty", "count": 2},
        ]
        for filed in bureau.names.values():
            assert filed["subject_name"] not in str(answer)
            assert filed["uscc"] not in str(answer)

    def test_has_every_department_with_null_where_nothing_was_divided(self, bureau, desk):
        held = {one["code"]: one["rates"] for one in desk.get("/statistics").get_json()["departments"]}
        assert set(held) >= {"finance", "housing"}
        assert held["housing"]["timeliness"] == {
            "name": "及时率",
            "numerator": 0,
            "denominator": 0,
            "value": None,
        }
        assert set(held["housing"]) == set(RATES)

    def test_is_of_the_period_asked_for(self, bureau, desk):
        bureau.go(START)
        bureau.penalty(decided_on=DECIDED)
        for query, accepted in (
            ("from=2026-11-02&until=2026-11-03", 1),
            ("from=2026-11-03", 0),
            ("until=2026-11-02", 0),
            ("", 1),
        ):
            answer = desk.get(f"/statistics?{query}").get_json()
            held = {one["code"]: one["rates"] for one in answer["departments"]}
            assert held["finance"]["compliance"]["numerator"] == accepted, query

    def test_refuses_a_period_that_is_none(self, desk):
        for query in (
            "from=2026-11-02&until=2026-11-02",
            "until=2025-01-01",
            "from=x",
            "year=2026",
            "from=0001-01-01",
            "until=9999-12-31",
        ):
            assert desk.get(f"/statistics?{query}").status_code == 422, query

    def test_can_be_revalidated(self, desk):
        tag = desk.get("/statistics").headers["ETag"]
        assert desk.get("/statistics", headers={"If-None-Match": tag}).status_code == 304
