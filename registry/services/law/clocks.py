"""Start, meet and recount the statutory clocks of records, in the transaction of the act that does so."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.models import Clock, Penalty
from registry.queries.law import reference_data
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

CHUNK = 500
PUBLISH_PENALTY = "penalty.publish"
_UNPUBLISHED = ("filed", "returned")


@dataclass(frozen=True)
class DeadlineSubject:
    """A record whose clocks move: the department whose duty they are, their scope, and the days known of the record."""

    record: str
    department_id: int
    sectors: Sequence[str]
    district: str | None
    days: Mapping[str, dt.date]


@dataclass(frozen=True)
class MovedClock:
    """A running clock of a record, its last day, and the one that it would have."""

    record: str
    noun: str
    deadline: str
    before: dt.date
    after: dt.date


def apply_act(work: UnitOfWork, noun: str, act: str, subjects: Sequence[DeadlineSubject]) -> None:
    """Start the clocks that ``act`` starts and meet those that it meets, each on the legal day of the act."""
    reference = reference_data.current(work.session)
    started: dict[tuple[tuple[str, dt.date], ...], list[deadlines.RunningDeadline]] = {}
    rows: list[dict[str, Any]] = []
    for subject in subjects:
        days = tuple(subject.days.items())
        if days not in started:
            started[days] = deadlines.started(reference, noun, act, subject.days)
        rows += _build_clock_rows(work, reference, noun, subject, started[days])
    if rows := _without_running(work, reference, rows):
        work.session.connection().execute(insert(Clock), rows)
    stop_clocks(work, deadlines.met_by(reference, noun, act), [subject.record for subject in subjects])


def _without_running(work: UnitOfWork, reference: Reference, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those clocks that do not run yet, of rules that more than one act starts."""
    records = [row["record"] for row in rows if reference.clocks()[row["code"]].newest.opens_too]
    running: set[tuple[str, str]] = set()
    for start in range(0, len(records), CHUNK):
        statement = select(Clock.record, Clock.code).where(Clock.record.in_(records[start : start + CHUNK]))
        running.update(work.session.execute(statement.where(Clock.met_on.is_(None))).tuples())
    return [row for row in rows if (row["record"], row["code"]) not in running]


def stop_clocks(work: UnitOfWork, codes: Sequence[str], records: Sequence[str]) -> None:
    """Stop these clocks of these records today; those that do not run stay as they are."""
    for start in range(0, len(records) if codes else 0, CHUNK):
        work.session.execute(
            update(Clock)
            .where(Clock.record.in_(records[start : start + CHUNK]), Clock.code.in_(codes))
            .where(Clock.met_on.is_(None))
            .values(met_on=work.today)
            .execution_options(synchronize_session=False)
        )


def follow_facts(work: UnitOfWork, subject: DeadlineSubject) -> None:
    """Update the running clocks of a record when its facts are stated anew.

    They take over its sectors and district, and the day to count from; a changed day is noted in the audit trail.
    """
    reference = reference_data.current(work.session)
    statement = select(Clock).where(Clock.record == subject.record, Clock.met_on.is_(None)).with_for_update()
    for clock in work.session.scalars(statement.order_by(Clock.id)).all():
        clock.sectors, clock.district = list(subject.sectors), subject.district
        day = subject.days.get(reference.clocks()[clock.code].newest.starts, clock.starts_on)
        if day != clock.starts_on:
            running = deadlines.run(reference, clock.code, day)
            detail = f"{clock.code} from {clock.starts_on} to {day}: {clock.due} -> {running.due.day}"
            audit.note(work, "clock.restart", subject.record, detail)
            clock.starts_on, clock.deadline = day, running.deadline
            clock.due, clock.provisional = running.due.day, running.due.provisional
            clock.calendar = reference.calendar.version
    work.session.flush()


def _build_clock_rows(
    work: UnitOfWork,
    reference: Reference,
    noun: str,
    subject: DeadlineSubject,
    started: Sequence[deadlines.RunningDeadline],
) -> list[dict[str, Any]]:
    return [
        {
            "code": running.code,
            "noun": noun,
            "record": subject.record,
            "department_id": subject.department_id,
            "sectors": list(subject.sectors),
            "district": subject.district,
            "deadline": running.deadline,
            "starts_on": running.starts_on,
            "due": running.due.day,
            "provisional": running.due.provisional,
            "calendar": reference.calendar.version,
            "opened_at": work.now,
            "met_on": None,
        }
        for running in started
    ]


def would_move(work: UnitOfWork, reference: Reference) -> list[MovedClock]:
    """The running clocks that would end on another day under other law tables, the soonest end first."""
    statement = select(Clock).where(Clock.met_on.is_(None)).order_by(Clock.due, Clock.id)
    moved = []
    for clock in work.session.scalars(statement).yield_per(CHUNK):
        due = deadlines.run(reference, clock.code, clock.starts_on).due
        if due.day != clock.due:
            moved.append(MovedClock(clock.record, clock.noun, clock.deadline, clock.due, due.day))
    return moved


def recount(work: UnitOfWork) -> int:
    """Count every running clock again by the calendar as it is now; returns how many ended on another day.

    Each that moved is noted in the audit trail with its day before and after. A penalty's own day moves along.
    """
    reference = reference_data.current(work.session)
    # Locked, so that one that is met meanwhile keeps the day it was met against.
    statement = select(Clock).where(Clock.met_on.is_(None)).order_by(Clock.id).with_for_update()
    running = work.session.scalars(statement)
    moved = 0
    for clock in running.yield_per(CHUNK):
        due = deadlines.run(reference, clock.code, clock.starts_on).due
        if (due.day, due.provisional) != (clock.due, clock.provisional):
            detail = f"{clock.code} {clock.due} -> {due.day}{' (provisional)' if due.provisional else ''}"
            audit.note(work, "clock.recount", clock.record, detail)
            moved += due.day != clock.due
            clock.due, clock.provisional = due.day, due.provisional
            if clock.code == PUBLISH_PENALTY:
                _move_penalty(work, clock)
        clock.calendar = reference.calendar.version
    work.session.flush()
    return moved


def _move_penalty(work: UnitOfWork, clock: Clock) -> None:
    """The body of a penalty, once published, repeats the day: so it moves with its clock only before."""
    work.session.execute(
        update(Penalty)
        .where(Penalty.record == clock.record, Penalty.state.in_(_UNPUBLISHED))
        .values(publish_by=clock.due, publish_by_provisional=clock.provisional)
        .execution_options(synchronize_session=False)  # else it looks through every clock held, for each one
    )
