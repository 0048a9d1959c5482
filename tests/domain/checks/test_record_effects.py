"""What each kind of filed record means in a check: row by row, and by the rules that all rows share."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.checks.model import CheckedParty, CheckScope, Hit, RelationLink
from registry.domain.checks.verdict import judge
from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import RecordEffect
from tests.contract.test_reference import ROWS

ON = dt.date(2026, 11, 28)
USCC = "91320902MA0TR0027T"
EFFECTS = tuple(row for row in ROWS["record_effects"] if row.is_in_force(ON))
ROW = RecordEffect(
    code="example", name="示例", effective_from=dt.date(2018, 1, 1), source="示例法第一条", status="confirmed",
    kind="example", sectors=("procurement",), roles=("bidder",), tenders="any", effect="bars", months=36,
)  # fmt: skip


def record(kind="example", **changed):
    """The body of a record that is no longer shown, with what is special."""
    return {
        "record": "r", "revision": 1, "kind": kind, "state": "expired", "audience": "public",
        "subject": {"kind": "organisation", "name": "甲公司", "uscc": USCC}, "measures": [], "is_grave": False,
        "basis": "依据", "decided_on": "2026-01-01", "district": None, "visible_from": "2026-01-02",
        "visible_until": "2026-02-01",
        **changed,
    }  # fmt: skip


def answer(body, *, effects=(ROW,), sector="procurement", role="bidder", must_tender=True, via=None):
    scope = CheckScope(sector, must_tender, None, ON, record_effects=effects)
    return judge(CheckedParty("1", role, "甲公司", USCC), [Hit("uscc", body, via)], scope, None)


class TestRecordReasons:
    @pytest.mark.parametrize("kind", [pytest.param("commendation", id="effect-commendation.trading-实施方案2018附件1")])
    def test_of_a_kind_that_only_informs_bar_nobody(self, kind):
        shown = record(kind, state="published", visible_until="2199-12-31")
        assert answer(shown, effects=EFFECTS).verdict == "on_record"

    def test_bear_as_their_row_says_and_name_its_source(self):
        barred = answer(record())
        assert barred.verdict == "barred"
        assert barred.reasons[0]["code"] == "record-bars"
        assert barred.reasons[0]["basis"] == "示例法第一条"
        assert barred.reasons[0]["since"] == "2026-01-01"
        assert answer(record(), effects=(replace(ROW, effect="review"),)).verdict == "review"
        assert answer(record(), effects=(replace(ROW, effect="none"),)).verdict == "no_record"

    def test_say_when_no_text_confirms_them(self):
        assert "status" not in answer(record()).reasons[0]
        assert answer(record(), effects=(replace(ROW, status="unconfirmed"),)).reasons[0]["status"] == "unconfirmed"

    @pytest.mark.parametrize(
        "scope", [{"sector": "mining"}, {"role": "agent"}, {"effects": (replace(ROW, kind="other"),)}]
    )
    def test_do_not_reach_another_sector_role_or_kind(self, scope):
        assert answer(record(), **scope).verdict == "no_record"

    def test_of_must_tender_projects_ask_what_was_not_said(self):
        must = (replace(ROW, tenders="must"),)
        assert [answer(record(), effects=must, must_tender=said).verdict for said in (True, None, False)] == [
            "barred", "review", "no_record",
        ]  # fmt: skip
        assert answer(record(), effects=must, must_tender=None).reasons[0]["code"] == "must-tender-not-stated"

    def test_bear_nothing_where_the_named_field_is_false(self):
        row = (replace(ROW, unless_false="is_of_business"),)
        verdicts = [answer(record(is_of_business=value), effects=row).verdict for value in (True, None, False)]
        assert verdicts == ["barred", "barred", "no_record"]

    def test_of_somebody_related_are_for_a_person(self):
        via = RelationLink("attention", "uscc", {"relation": "x"})
        assert answer(record(), via=via, role="agent").verdict == "review"

    @given(st.dates(dt.date(2000, 1, 1), ON), st.integers(1, 120))
    def test_look_back_to_the_day_and_no_further(self, decided_on, months):
        is_within = add_months(ON, -months) <= decided_on
        body = record(decided_on=decided_on.isoformat())
        verdict = answer(body, effects=(replace(ROW, months=months),)).verdict
        assert verdict == ("barred" if is_within else "no_record")

    @given(st.dates(dt.date(2026, 1, 3), dt.date(2030, 1, 1)))
    def test_without_months_bear_while_the_record_is_shown(self, until):
        body = record(visible_until=until.isoformat())
        verdict = answer(body, effects=(replace(ROW, months=None),)).verdict
        assert verdict == ("barred" if until > ON else "no_record")


class TestCriminalJudgment:
    @pytest.mark.parametrize(
        ("sector", "role", "expected"),
        [
            pytest.param("procurement", "bidder", "review",
                         id="effect-criminal-judgment.procurement-政府采购法22-实施条例19"),
            pytest.param("procurement", "agent", "no_record",
                         id="effect-criminal-judgment.procurement-代理机构"),
            *(
                pytest.param("construction", role, "review",
                             id=f"effect-criminal-judgment.construction-标准招标文件-{role}")
                for role in ("bidder", "consortium_member", "legal_representative", "project_manager")
            ),
            pytest.param("medical", "bidder", "review", id="effect-criminal-judgment.medical-医保发2020-34"),
            *(
                pytest.param(sector, "bidder", "no_record", id=f"effect-criminal-judgment.others-{sector}")
                for sector in ("land_use", "mining", "property", "housing")
            ),
        ],
    )  # fmt: skip
    def test_is_looked_back_at_by_its_rows(self, sector, role, expected):
        body = record("criminal_judgment", effective_on="2024-01-01", is_of_business=True)
        assert answer(body, effects=EFFECTS, sector=sector, role=role).verdict == expected

    @pytest.mark.parametrize(("effective_on", "expected"), [("2023-11-28", "review"), ("2023-11-27", "no_record")])
    def test_counts_three_years_from_the_day_it_took_effect(self, effective_on, expected):
        body = record("criminal_judgment", decided_on="2023-11-01", effective_on=effective_on, is_of_business=True)
        assert answer(body, effects=EFFECTS).verdict == expected

    @pytest.mark.parametrize(("is_of_business", "expected"), [(None, "review"), (False, "no_record")])
    def test_not_of_business_is_no_grave_violation(self, is_of_business, expected):
        body = record("criminal_judgment", effective_on="2024-01-01", is_of_business=is_of_business)
        assert answer(body, effects=EFFECTS).verdict == expected


class TestHandlingDecision:
    @pytest.mark.parametrize(
        "sector",
        [
            pytest.param(sector.code, id=f"effect-handling-decision.trading-实施方案2018附件1第17项-{sector.code}")
            for sector in ROWS["sectors"]
        ],
    )
    def test_informs_while_it_is_shown_and_bars_nobody(self, sector):
        shown = record("handling_decision", state="published", visible_until="2199-12-31", matter="complaint")
        assert answer(shown, effects=EFFECTS, sector=sector).verdict == "on_record"
        assert answer(record("handling_decision"), effects=EFFECTS, sector=sector).verdict == "no_record"

    def test_bears_by_what_its_text_restricts(self):
        ban = {
            "code": None, "name": "不得参加", "basis": "依据", "effect": "review", "discretionary": True, "roles": [],
            "sectors": [], "only_must_tender": False, "territory": "national", "starts_on": "2026-01-01",
            "ends_on": None,
        }  # fmt: skip
        assert answer(record("handling_decision", measures=[ban]), effects=EFFECTS).verdict == "review"
