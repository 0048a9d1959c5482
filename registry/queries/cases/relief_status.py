"""Status of a dispute or credit repair by its receipt number, and the record an application is about."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.cases.procedures import OPEN_RELIEF, PROCEDURES
from registry.domain.law import deadlines
from registry.domain.law.reference import Reference
from registry.domain.law.reference_kinds import ClockRule, Deadline
from registry.domain.publication import canonical, redaction
from registry.domain.records import KINDS
from registry.models import CaseStep, Clock, Publication, Relief
from registry.queries.cases import procedure_records
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import NotDecidedHere

DISPUTABLE_KINDS = tuple(code for code, kind in KINDS.items() if kind.is_disputable)
GONE = ("withdrawn", "revoked")
"""States in which nothing is left to be disputed."""
_ONLY_WHEN_TAKEN = ("extend",)
"""Exceptional acts: their time limits are listed only once they run."""


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
    """State, steps and time limits of an application, without who applied or what was stated."""

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


def subject_of(session: Session, record: str, node: str, today: dt.date) -> Publication | None:
    """The newest version of a record that its subject can dispute or have repaired here, None when there is none.

    Of a record that the public can see, what stands in the way is told: refuses ``RecordUnknown`` (of a kind that
    cannot be disputed, or withdrawn) and ``NotDecidedHere``. Of any other nothing is told: None, whatever there is.
    """
    if not canonical.is_hex(record, 32):
        raise RecordUnknown()
    statement = select(Publication).where(Publication.record == record, Publication.until_entry.is_(None))
    publication = session.scalars(statement).first()
    if publication is None:
        return None
    is_eligible = publication.kind in DISPUTABLE_KINDS and publication.state not in GONE
    if not is_publicly_known(session, publication, today):
        return publication if is_eligible and publication.origin == node else None
    if not is_eligible:
        raise RecordUnknown()
    if publication.origin != node:
        raise NotDecidedHere()
    return publication


def is_publicly_known(session: Session, publication: Publication, today: dt.date) -> bool:
    """Whether everybody can see that a record exists: it is shown, or it was public and was withdrawn."""
    if publication.state == "withdrawn":
        return publication.audience == "public"
    at = publications.moment(session, today)
    return bool(publications.visible_records(session, [publication.record], at))


def relief_status(session: Session, number: str, today: dt.date) -> ReliefStatus:
    """The status of the application with this receipt number; refuses ``ReliefUnknown``."""
    relief = procedure_records.by_record(session, Relief, number)
    steps, facts = procedure_records.steps(session, number), relief.facts
    reason = facts.get("reason")
    return ReliefStatus(
        number=number,
        noun=relief.noun,
        about=relief.about,
        about_noun=relief.about_noun,
        state=relief.state,
        version=relief.version,
        department=relief.department.name,
        received_at=relief.received_at,
        accepted_on=relief.accepted_on,
        ended_on=None if relief.state in OPEN_RELIEF else steps[-1].day,
        outcome=facts["outcome"],
        reason=redaction.blot(reason) if reason else None,
        steps=steps,
        limits=_limits(session, relief, steps, today),
    )


def _limits(session: Session, relief: Relief, steps: Sequence[CaseStep], today: dt.date) -> list[Limit]:
    """The limits that run or ran, and those of an open application that are still to come."""
    reference, taken = reference_data.current(session), {step.act for step in steps}
    statement = select(Clock).where(Clock.record == relief.record).order_by(Clock.due, Clock.id)
    running = [_build_running_limit(reference, clock, today) for clock in session.scalars(statement)]
    acts = PROCEDURES[relief.noun].acts
    ahead = [
        Limit(rule, *_limit_length(reference, rule, today), None, "ahead")
        for rule in (history.of(today) for history in reference.clocks().values())
        if rule.noun == relief.noun and rule.opens not in taken and rule.opens not in _ONLY_WHEN_TAKEN
    ]
    if relief.state not in OPEN_RELIEF:
        return running
    return running + sorted(ahead, key=lambda limit: acts.index(limit.rule.opens))


def _build_running_limit(reference: Reference, clock: Clock, today: dt.date) -> Limit:
    rule = reference.clocks()[clock.code].of(clock.starts_on)
    value, unit = _limit_length(reference, rule, clock.starts_on)
    return Limit(rule, value, unit, clock, deadlines.state(clock.due, clock.met_on, today))


def _limit_length(reference: Reference, rule: ClockRule, on: dt.date) -> tuple[int, str]:
    limit: Deadline = reference.deadline(rule.deadline, on)
    return limit.value[rule.figure], limit.unit
