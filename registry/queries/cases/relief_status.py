"""What people without an account may ask about: what they can apply for, and how their application stands."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.cases.procedures import OPEN_RELIEF, PROCEDURES
from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import ClockRule, Deadline
from registry.domain.publication import redaction
from registry.domain.records import KINDS
from registry.models import CaseStep, Clock, Publication, Relief
from registry.queries.cases import procedure_records
from registry.queries.law import reference_data
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import NotDecidedHere

DISPUTABLE_KINDS = tuple(code for code, kind in KINDS.items() if kind.is_disputable)
GONE = ("withdrawn", "revoked")
"""States in which nothing is left to be disputed."""
_ONLY_WHEN_TAKEN = ("extend",)
"""Acts that are the exception: their time limits are told once they run."""


@dataclass(frozen=True)
class Limit:
    """A time limit of an application by its rule, of ``value`` units. ``clock`` is None before it starts; then
    ``state`` is ``ahead``, later ``due``, ``overdue``, ``met`` or ``late``."""

    rule: ClockRule
    value: int
    unit: str
    clock: Clock | None
    state: str


@dataclass(frozen=True)
class ReliefStatus:
    """How an application stands: nothing in it tells who applied, or what was stated."""

    number: str
    noun: str
    about: str
    about_noun: str
    state: str
    version: int
    department: str
    received_at: dt.datetime
    accepted_on: dt.date | None
    ended_on: dt.date | None
    outcome: str | None
    reason: str | None
    steps: Sequence[CaseStep]
    limits: Sequence[Limit]

    @property
    def is_open(self) -> bool:
        """Whether it may still be taken back."""
        return self.state in OPEN_RELIEF


def subject_of(session: Session, record: str, node: str) -> Publication:
    """The newest version of a record about which its subject can apply here, shown to the public or not.

    Refuses ``RecordUnknown``, ``NotDecidedHere``.
    """
    question = select(Publication).where(
        Publication.record == record,
        Publication.until_entry.is_(None),
        Publication.kind.in_(DISPUTABLE_KINDS),
        Publication.state.not_in(GONE),
    )
    found = session.scalars(question).first()
    if found is None:
        raise RecordUnknown()
    if found.origin != node:
        raise NotDecidedHere()
    return found


def relief_status(session: Session, number: str, today: dt.date) -> ReliefStatus:
    """How the application with this receipt number stands; refuses ``ReliefUnknown``."""
    held = procedure_records.by_record(session, Relief, number)
    steps, facts = procedure_records.steps(session, number), held.facts
    reason = facts.get("reason")
    return ReliefStatus(
        number=number,
        noun=held.noun,
        about=held.about,
        about_noun=held.about_noun,
        state=held.state,
        version=held.version,
        department=held.department.name,
        received_at=held.received_at,
        accepted_on=held.accepted_on,
        ended_on=None if held.state in OPEN_RELIEF else steps[-1].day,
        outcome=facts["outcome"],
        reason=redaction.blot(reason) if reason else None,
        steps=steps,
        limits=_limits(session, held, steps, today),
    )


def _limits(session: Session, held: Relief, steps: Sequence[CaseStep], today: dt.date) -> list[Limit]:
    """The limits that run or ran, and those of an open application that are still to come."""
    reference, taken = reference_data.current(session), {step.act for step in steps}
    question = select(Clock).where(Clock.record == held.record).order_by(Clock.due, Clock.id)
    found = [_running(reference, clock, today) for clock in session.scalars(question)]
    acts = PROCEDURES[held.noun].acts
    ahead = [
        Limit(rule, *_length(reference, rule, today), None, "ahead")
        for rule in (one.of(today) for one in reference.clocks().values())
        if rule.noun == held.noun and rule.opens not in taken and rule.opens not in _ONLY_WHEN_TAKEN
    ]
    return found + (sorted(ahead, key=lambda one: acts.index(one.rule.opens)) if held.state in OPEN_RELIEF else [])


def _running(reference: Reference, clock: Clock, today: dt.date) -> Limit:
    rule = reference.clocks()[clock.code].of(clock.starts_on)
    value, unit = _length(reference, rule, clock.starts_on)
    return Limit(rule, value, unit, clock, deadlines.state(clock.due, clock.met_on, today))


def _length(reference: Reference, rule: ClockRule, on: dt.date) -> tuple[int, str]:
    limit: Deadline = reference.deadline(rule.deadline, on)
    return limit.value[rule.figure], limit.unit
