"""Retention: before which day something must have begun to be kept, so that its period is over."""

import datetime as dt

from registry.domain.law.publicity import add_months
from registry.domain.law.reference_kinds import RetentionPeriod


def first_day_kept(period: RetentionPeriod, today: dt.date) -> dt.date | None:
    """The first day that is still kept today: what began before it is past its period. None when no period runs."""
    if period.value is None:
        return None
    if period.unit == "month":
        return add_months(today, -period.value)
    return today - dt.timedelta(days=period.value)
