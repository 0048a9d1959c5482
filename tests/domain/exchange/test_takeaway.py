"""What a version takes away is judged by its effect."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.exchange.takeaway import COUNTED_DAYS, takes_away
from registry.services.law.reference_loading import FOLDER
from tests.sync.bodies import body, measure, removed

BEFORE = body(measures=[measure(), measure(effect="review", only_must_tender=False)], is_grave=True)


def after(**changed):
    return {**BEFORE, "revision": 2, "act": "correct", **changed}


def weaker(**changed):
    return after(measures=[measure(**changed), BEFORE["measures"][1]])


TAKING = {
    "withdrawn": removed(BEFORE),
    "suspended": after(state="suspended", act="suspend"),
    "ended-yesterday": after(visible_until="2026-11-27"),
    "a-day-earlier": after(visible_until="2029-11-03"),
    "no-measure": after(measures=[]),
    "one-measure-fewer": after(measures=BEFORE["measures"][1:]),
    "measure-ends-earlier": weaker(ends_on="2027-11-01"),
    "measure-begins-later": weaker(starts_on="2026-11-03"),
    "measure-only-reviews": weaker(effect="review"),
    "measure-in-fewer-sectors": weaker(sectors=["construction"]),
    "measure-for-others": weaker(roles=["agent"]),
    "measure-in-the-province": weaker(territory="province"),
    "shown-later": after(visible_from="2027-11-02"),
    "of-another-kind": after(kind="commendation", measures=[], is_grave=True),
    "rests": after(suspensions=[{"from": "2026-11-02", "until": None}]),
    "decided-long-ago": after(decided_on="2016-11-02"),
    "in-another-province": after(district="340100"),
    "on-another-basis": after(basis="《中华人民共和国民法典》第一条"),
    "denies-what-counts": after(is_of_business=False),
    "another-firm": after(subject={**BEFORE["subject"], "uscc": "91320902MA0TR0028R"}),
    "another-name": after(subject={**BEFORE["subject"], "name": "盐城别的有限公司"}),
    "fewer-sectors": after(sectors=["construction"]),
    "no-longer-grave": after(is_grave=False),
}
LEAVING = {
    "same": after(),
    "other-facts": after(facts="更正后的事实"),
    "more-of-the-basis": after(basis=f"{BEFORE['basis']}；《中华人民共和国招标投标法实施条例》第六十七条"),
    "in-another-district": after(district="320903"),
    "longer": after(visible_until="2099-01-01"),
    "one-measure-more": after(measures=[*BEFORE["measures"], measure(code="B1")]),
    "measure-without-end": weaker(ends_on=None),
    "measure-for-all": weaker(roles=[], sectors=[]),
    "name-spelled-otherwise": after(subject={**BEFORE["subject"], "name": "盐城虚构建设 有限公司"}),
}


class TestTakesAway:
    @pytest.mark.parametrize("one", TAKING.values(), ids=TAKING)
    def test_sees_every_way(self, one):
        assert takes_away(BEFORE, one)

    @pytest.mark.parametrize("one", LEAVING.values(), ids=LEAVING)
    def test_lets_the_rest_be(self, one):
        assert not takes_away(BEFORE, one)

    def test_of_a_measure_for_everybody_sees_that_it_is_narrowed(self):
        wide = {**BEFORE, "measures": [measure(roles=[], sectors=[])]}
        assert takes_away(wide, after(measures=[measure()]))

    @given(st.permutations(BEFORE["measures"]))
    def test_does_not_look_at_the_order(self, measures):
        assert not takes_away(BEFORE, after(measures=measures))

    def test_of_what_was_gone_takes_nothing(self):
        assert not takes_away(removed(BEFORE), removed(BEFORE))

    def test_of_a_place_on_a_list_sees_that_it_begins_later(self):
        place = {**BEFORE, "starts_on": "2026-11-02", "ends_on": None}
        assert takes_away(place, {**place, "starts_on": "2027-11-02"})
        assert takes_away(place, {**place, "ends_on": "2027-11-02"})
        assert not takes_away(place, {**place, "starts_on": "2026-11-01"})

    def test_of_a_measure_sees_that_it_is_another(self):
        coded = {**BEFORE, "measures": [measure(code="A1")]}
        assert takes_away(coded, after(measures=[measure(code="B9")]))
        assert not takes_away({**BEFORE, "measures": [measure(code=None)]}, after(measures=[measure(code="B9")]))

    def test_looks_at_every_day_that_an_effect_counts_from(self):
        rows = tomllib.loads((FOLDER / "record_effects.toml").read_text())["rows"]
        assert {row["counted_from"] for row in rows if "counted_from" in row} <= set(COUNTED_DAYS)
