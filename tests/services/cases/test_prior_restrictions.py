"""What a subject did before is shown to the authority for as long as doing it again weighs more, and to nobody else."""

import datetime as dt

import pytest

from registry import runtime
from registry.domain.law.publicity import add_months
from registry.queries.cases import prior_restrictions


def shown(bureau, record, on):
    firm = bureau.names[record]
    with runtime.reading() as session:
        return [one["record"] for one in prior_restrictions.prior_restrictions(session, firm["uscc"], None, on, "")]


class TestRestrictions:
    @pytest.mark.parametrize(
        ("months", "is_shown"),
        [
            pytest.param(0, True, id="threshold-repeat_months-招标投标法实施条例67-届满当日"),
            pytest.param(35, True, id="threshold-repeat_months-招标投标法实施条例68-三年内"),
            pytest.param(36, False, id="threshold-repeat_months-招标投标法实施条例67-满三年"),
        ],
    )
    def test_are_looked_back_at_for_three_years_after_their_end(self, bureau, months, is_shown):
        record = bureau.published_penalty()
        until = dt.date.fromisoformat(bureau.names[record]["effect_until"]) + dt.timedelta(days=1)
        assert (record in shown(bureau, record, add_months(until, months))) is is_shown

    def test_stay_after_a_listing_was_removed_and_go_when_it_was_wrong(self, bureau):
        removed, wrong = bureau.listed(), bureau.listed()
        bureau.step(removed, "remove")
        bureau.step(wrong, "revoke")
        assert removed in shown(bureau, removed, bureau.today)
        assert wrong not in shown(bureau, wrong, bureau.today)
