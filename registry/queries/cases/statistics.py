"""Reporting statistics per department, counted afresh from penalties, imports and clocks; no figure names anybody."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.domain.reporting_rates import Tally
from registry.models import Account, Clock, ImportFinding, Penalty, PenaltyFiling, PenaltyImport
from registry.refusals.acts import AlreadyFiled
from registry.unit_of_work import SHANGHAI

PUBLISH_PENALTY = "penalty.publish"
"""The clock of D01: one per penalty, opened when it was first filed."""


@dataclass(frozen=True)
class Period:
    """The legal days [since, until)."""

    since: dt.date
    until: dt.date

    def holds(self, day: InstrumentedAttribute[dt.date]) -> ColumnElement[bool]:
        """Whether a day lies in the period, as SQL."""
        return (self.since <= day) & (day < self.until)

    def spans(self, instant: InstrumentedAttribute[dt.datetime]) -> ColumnElement[bool]:
        """Whether an instant falls on a day of the period, as SQL."""
        return (_start_of_day(self.since) <= instant) & (instant < _start_of_day(self.until))


def year(number: int) -> Period:
    """The days of a calendar year."""
    return Period(dt.date(number, 1, 1), dt.date(number + 1, 1, 1))


def tallies(session: Session, period: Period, today: dt.date) -> dict[int, Tally]:
    """Reporting figures of each department in a period, by row number of the department.

    Received counts by the day of filing, punctuality by the day on which the limit ended (D01, as its clock has
    it); a limit that has not ended yet, and is not met, counts nowhere. What the API refused left no trace and
    is not among the received.
    """
    figures: dict[int, dict[str, int]] = {}
    for names, statement in (
        (("accepted",), _select_accepted(period)),
        (("corrected",), _select_corrected(period)),
        (("refused",), _select_refused(period)),
        (("repeated",), _select_repeated(period)),
        (("timely", "late", "open"), punctuality(period, today)),
    ):
        _add_figures(figures, names, session.execute(statement).tuples())
    return {department: Tally(**numbers) for department, numbers in figures.items()}


def punctuality(period: Period, today: dt.date, *groups: Any) -> Select[Any]:
    """Select department, further ``groups``, then: limits of the period met in time, met late, over and not met."""
    met, over = Clock.met_on.is_not(None), Clock.met_on.is_(None) & (Clock.due < today)
    return (
        select(
            Clock.department_id,
            *groups,
            _count_where(met & (Clock.met_on <= Clock.due)),
            _count_where(met & (Clock.met_on > Clock.due)),
            _count_where(over),
        )
        .where(Clock.code == PUBLISH_PENALTY, period.holds(Clock.due))
        .group_by(Clock.department_id, *groups)
    )


def _add_figures(figures: dict[int, dict[str, int]], names: tuple[str, ...], rows: Iterable[Any]) -> None:
    for department, *numbers in rows:
        figures.setdefault(department, {}).update(zip(names, map(int, numbers), strict=True))


def _select_accepted(period: Period) -> Select[Any]:
    statement = select(Clock.department_id, func.count()).where(Clock.code == PUBLISH_PENALTY)
    return statement.where(period.spans(Clock.opened_at)).group_by(Clock.department_id)


def _select_corrected(period: Period) -> Select[Any]:
    wrong = (
        select(Clock.department_id, Clock.record)
        .join(Penalty, Penalty.record == Clock.record)
        .join(PenaltyFiling, PenaltyFiling.penalty_id == Penalty.id)
        .where(Clock.code == PUBLISH_PENALTY, period.spans(Clock.opened_at))
        .group_by(Clock.department_id, Clock.record)
        .having((func.count(PenaltyFiling.id) > 1) | (func.count(PenaltyFiling.returned_because) > 0))
        .subquery()
    )
    return select(wrong.c.department_id, func.count()).group_by(wrong.c.department_id)


def _select_refused(period: Period) -> Select[Any]:
    statement = select(Account.department_id, func.sum(PenaltyImport.refused)).join(
        PenaltyImport, PenaltyImport.account_id == Account.id
    )
    return statement.where(period.spans(PenaltyImport.created_at)).group_by(Account.department_id)


def _select_repeated(period: Period) -> Select[Any]:
    return (
        select(Account.department_id, func.count())
        .join(PenaltyImport, PenaltyImport.account_id == Account.id)
        .join(ImportFinding, ImportFinding.import_id == PenaltyImport.id)
        .where(period.spans(PenaltyImport.created_at))
        .where(ImportFinding.kind == "fault", ImportFinding.code == AlreadyFiled.code)
        .group_by(Account.department_id)
    )


def _count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _start_of_day(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)
