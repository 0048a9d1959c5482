"""Start, meet and recount the clocks of records, in the transaction of the act that does so."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from registry.domain import clocks
from registry.domain.reference import Reference
from registry.domain.workdays import Due
from registry.models import Clock, Penalty
from registry.queries import reference as law
from registry.services import audit
from registry.work import Work

CHUNK = 500
PUBLISH_PENALTY = "penalty.publish"


@dataclass(frozen=True)
class Timed:
    """A record whose clocks move: whose duty they are, within which scope, and the days known of it."""

    record: str
    department_id: int
    sectors: Sequence[str]
    district: str | None
    days: Mapping[str, dt.date]


def move(work: Work, noun: str, act: str, records: Sequence[Timed]) -> None:
    """Start the clocks that ``act`` starts and meet those that it meets, each on the legal day of the act."""
    reference = law.current(work.session)
    rows = [row for timed in records for row in _started(work, reference, noun, act, timed)]
    if rows:
        work.session.execute(insert(Clock), rows)
    meet(work, clocks.met_by(reference, noun, act), [timed.record for timed in records])


def meet(work: Work, codes: Sequence[str], records: Sequence[str]) -> None:
    """Stop these clocks of these records today; those that do not run stay as they are."""
    for start in range(0, len(records) if codes else 0, CHUNK):
        work.session.execute(
            update(Clock)
            .where(Clock.record.in_(records[start : start + CHUNK]), Clock.code.in_(codes))
            .where(Clock.met_on.is_(None))
            .values(met_on=work.today)
            .execution_options(synchronize_session=False)
        )


def restart(work: Work, code: str, record: str, starts_on: dt.date) -> Due:
    """Let the clock of a record count from another day, because the day was stated anew; returns its last day.
    One that was met stays as it was."""
    reference = law.current(work.session)
    running = clocks.run(reference, code, starts_on)
    work.session.execute(
        update(Clock)
        .where(Clock.record == record, Clock.code == code, Clock.met_on.is_(None))
        .values(
            starts_on=starts_on, due=running.due.day, provisional=running.due.provisional,
            deadline=running.deadline, calendar=reference.calendar.version,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return running.due


def _started(work: Work, reference: Reference, noun: str, act: str, timed: Timed) -> list[dict[str, Any]]:
    return [
        {
            "code": running.code, "noun": noun, "record": timed.record, "department_id": timed.department_id,
            "sectors": list(timed.sectors), "district": timed.district, "deadline": running.deadline,
            "starts_on": running.starts_on, "due": running.due.day, "provisional": running.due.provisional,
            "calendar": reference.calendar.version, "opened_at": work.now, "met_on": None,
        }
        for running in clocks.started(reference, noun, act, timed.days)
    ]  # fmt: skip


def recount(work: Work) -> int:
    """Count every running clock again by the calendar as it is now; returns how many ended on another day.

    Each that moved is noted in the audit trail with its day before and after. A penalty's own day moves along.
    """
    reference = law.current(work.session)
    running = work.session.scalars(select(Clock).where(Clock.met_on.is_(None)).order_by(Clock.id))
    moved = 0
    for clock in running.yield_per(CHUNK):
        due = clocks.run(reference, clock.code, clock.starts_on).due
        if (due.day, due.provisional) != (clock.due, clock.provisional):
            audit.note(work, "clock.recount", clock.record, f"{clock.code} {clock.due} -> {due.day}")
            moved += due.day != clock.due
            clock.due, clock.provisional = due.day, due.provisional
            if clock.code == PUBLISH_PENALTY:
                _move_penalty(work, clock)
        clock.calendar = reference.calendar.version
    work.session.flush()
    return moved


def _move_penalty(work: Work, clock: Clock) -> None:
    """The body of a penalty, once published, repeats the day: so it moves with its clock only before."""
    work.session.execute(
        update(Penalty)
        .where(Penalty.record == clock.record)
        .values(publish_by=clock.due, publish_by_provisional=clock.provisional)
    )
