"""Retention periods: the first day that is still kept, and what a row of them must say."""

import datetime as dt

import pytest

from registry.domain.law.reference_kinds import RetentionPeriod
from registry.domain.law.retention import first_day_kept


class TestRetentionPeriod:
    @pytest.mark.parametrize(
        ("value", "unit", "today", "first"),
        [
            (15, "day", dt.date(2026, 11, 28), dt.date(2026, 11, 13)),
            (12, "month", dt.date(2026, 11, 28), dt.date(2025, 11, 28)),
            (1, "month", dt.date(2026, 3, 31), dt.date(2026, 2, 28)),
        ],
    )
    def test_begin_with_the_first_day_that_is_still_kept(self, value, unit, today, first):
        row = {"code": "x", "name": "x", "source": "x", "effective_from": today, "status": "unconfirmed"}
        period = RetentionPeriod(
            **row, tables=("mail_messages",), clears="整行", value=value, unit=unit, starts_at="寄出之日"
        )
        assert first_day_kept(period, today) == first

    def test_state_value_unit_and_start_together(self):
        row = {"code": "x", "name": "x", "source": "x", "effective_from": dt.date(2020, 1, 1), "status": "unconfirmed"}
        with pytest.raises(ValueError, match="go together"):
            RetentionPeriod(**row, tables=(), clears="整行", value=3)
