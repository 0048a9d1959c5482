"""Publicity intervals as readers use them: half-open, never negative, never longer than the policy."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.law.publicity import add_months, period
from registry.domain.law.reference_kinds import Policy
from tests.domain.law.test_publicity import DAYS, POLICIES

STATED = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))


def is_seen(since: dt.date, until: dt.date, day: dt.date) -> bool:
    """As every outside read has it."""
    return since <= day < until


class TestPeriod:
    @given(row=st.sampled_from(POLICIES), document=DAYS, stated=STATED)
    def test_is_half_open(self, row: Policy, document: dt.date, stated: dt.date | None) -> None:
        until = period(row, document, stated).visible_until
        assert not is_seen(document, until, until)
        assert not is_seen(document, until, document - dt.timedelta(1))
        assert is_seen(document, until, until - dt.timedelta(1)) is (document < until)

    @given(row=st.sampled_from(POLICIES), document=DAYS, stated=STATED)
    def test_has_days_from_the_minimum_to_the_maximum(
        self, row: Policy, document: dt.date, stated: dt.date | None
    ) -> None:
        days = (period(row, document, stated).visible_until - document).days
        shortest, longest = (
            (add_months(document, months) - document).days for months in (row.min_months, row.max_months)
        )
        assert 0 <= shortest <= days <= longest

    @given(row=st.sampled_from(POLICIES), document=DAYS, later=st.integers(0, 800))
    def test_of_a_later_document_never_ends_earlier(self, row: Policy, document: dt.date, later: int) -> None:
        second = period(row, document + dt.timedelta(days=later))
        assert period(row, document).visible_until <= second.visible_until

    @given(row=st.sampled_from(POLICIES), document=DAYS, stated=STATED)
    def test_moved_into_its_bounds_is_not_moved_again(
        self, row: Policy, document: dt.date, stated: dt.date | None
    ) -> None:
        first = period(row, document, stated)
        again = period(row, document, first.visible_until)
        assert (again.visible_until, again.note) == (first.visible_until, None)
