"""Running time limits (clocks) of a department, with their rules and how near their end is."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import ClockRule
from registry.domain.permissions import Actor
from registry.models import Clock

STATES = ("due", "overdue")
CHUNK = 500


@dataclass(frozen=True)
class ClockPlace:
    """The last clock of a page: the next page starts after it."""

    due: dt.date
    number: int


@dataclass(frozen=True)
class RunningClock:
    """A running clock as its department sees it: ``rule`` is the version it was started by, ``starts_at`` says
    what day it counts from, ``warns`` that at most two working days are left."""

    clock: Clock
    rule: ClockRule
    state: str
    starts_at: str
    warns: bool


def running_clocks(
    session: Session, actor: Actor, states: Collection[str], today: dt.date, after: ClockPlace | None = None
) -> Iterator[Clock]:
    """The running clocks of the actor's department within its sectors and districts, the soonest end first."""
    statement = select(Clock).where(Clock.department_id == actor.department_id, Clock.met_on.is_(None))
    if set(states) != set(STATES):
        statement = statement.where(Clock.due < today if "overdue" in states else Clock.due >= today)
    statement = statement.order_by(Clock.due, Clock.id).limit(CHUNK)
    # In chunks of its own: who has read enough leaves no cursor open.
    while clocks := list(session.scalars(statement.where(_after_place(after)))):
        yield from (clock for clock in clocks if actor.covers(frozenset(clock.sectors), clock.district))
        after = ClockPlace(clocks[-1].due, clocks[-1].id)


def _after_place(place: ClockPlace | None) -> ColumnElement[bool]:
    if place is None:
        return true()
    return or_(Clock.due > place.due, and_(Clock.due == place.due, Clock.id > place.number))


def describe_clock(reference: Reference, clock: Clock, today: dt.date) -> RunningClock:
    """A running clock with its rule, and how near its end is."""
    rule = reference.clocks()[clock.code].of(clock.starts_on)
    return RunningClock(
        clock=clock,
        rule=rule,
        state=deadlines.state(clock.due, None, today),
        starts_at=deadlines.DAYS[rule.starts],
        warns=deadlines.warns(reference.calendar, clock.due, today),
    )
