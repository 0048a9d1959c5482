"""How well departments report, counted from what is held: no figure is kept, and none names anybody."""

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
    """Legal days from ``since`` on, before ``until``."""

    since: dt.date
    until: dt.date

    def holds(self, day: InstrumentedAttribute[dt.date]) -> ColumnElement[bool]:
        """Whether a day lies in it."""
        return (self.since <= day) & (day < self.until)

    def spans(self, instant: InstrumentedAttribute[dt.datetime]) -> ColumnElement[bool]:
        """Whether an instant falls on one of its days."""
        return (_midnight(self.since) <= instant) & (instant < _midnight(self.until))


def year(number: int) -> Period:
    """The days of a calendar year."""
    return Period(dt.date(number, 1, 1), dt.date(number + 1, 1, 1))


def tallies(session: Session, period: Period, today: dt.date) -> dict[int, Tally]:
    """What each department's reports of penalties came to in a period, by row number of the department.

    Received counts by the day of filing, punctuality by the day on which the limit ended (D01, as its clock has
    it); a limit that has not ended yet, and is not met, counts nowhere. What the API refused left no trace and
    is not among the received.
    """
    figures: dict[int, dict[str, int]] = {}
    for names, question in (
        (("accepted",), _accepted(period)),
        (("corrected",), _corrected(period)),
        (("refused",), _refused(period)),
        (("repeated",), _repeated(period)),
        (("timely", "late", "open"), punctuality(period, today)),
    ):
        _fill(figures, names, session.execute(question).tuples())
    return {department: Tally(**found) for department, found in figures.items()}


def punctuality(period: Period, today: dt.date, *groups: Any) -> Select[Any]:
    """Department, further ``groups``, then: limits of the period met in time, met late, over and not met."""
    met, over = Clock.met_on.is_not(None), Clock.met_on.is_(None) & (Clock.due < today)
    return (
        select(
            Clock.department_id,
            *groups,
            _sum(met & (Clock.met_on <= Clock.due)),
            _sum(met & (Clock.met_on > Clock.due)),
            _sum(over),
        )
        .where(Clock.code == PUBLISH_PENALTY, period.holds(Clock.due))
        .group_by(Clock.department_id, *groups)
    )


def _fill(figures: dict[int, dict[str, int]], names: tuple[str, ...], rows: Iterable[Any]) -> None:
    for department, *numbers in rows:
        figures.setdefault(department, {}).update(zip(names, map(int, numbers), strict=True))


def _accepted(period: Period) -> Select[Any]:
    question = select(Clock.department_id, func.count()).where(Clock.code == PUBLISH_PENALTY)
    return question.where(period.spans(Clock.opened_at)).group_by(Clock.department_id)


def _corrected(period: Period) -> Select[Any]:
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


def _refused(period: Period) -> Select[Any]:
    question = select(Account.department_id, func.sum(PenaltyImport.refused)).join(
        PenaltyImport, PenaltyImport.account_id == Account.id
    )
    return question.where(period.spans(PenaltyImport.created_at)).group_by(Account.department_id)


def _repeated(period: Period) -> Select[Any]:
    return (
        select(Account.department_id, func.count())
        .join(PenaltyImport, PenaltyImport.account_id == Account.id)
        .join(ImportFinding, ImportFinding.import_id == PenaltyImport.id)
        .where(period.spans(PenaltyImport.created_at))
        .where(ImportFinding.kind == "fault", ImportFinding.code == AlreadyFiled.code)
        .group_by(Account.department_id)
    )


def _sum(holds: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((holds, 1), else_=0))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)
