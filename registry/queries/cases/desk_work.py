"""What an officer of a department has to do: limits that run, cases that wait for the next act, what came back."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.domain.cases.procedures import FILED, PROCEDURES
from registry.domain.law.reference import Reference
from registry.domain.permissions import Actor
from registry.models import CaseStep, Listing, Penalty, PenaltyImport
from registry.queries.cases import procedure_records
from registry.queries.cases.procedure_records import Proceeding
from registry.queries.law import deadlines
from registry.queries.law.deadlines import RunningClock

READ_MAX = 200
"""Cases of one kind that are looked at for one officer's desk; of more, only that there are more is told."""
LIMITS_SHOWN = 50
_FILED_NEXT = {"filed": "verify", "amended": "verify", "returned": "refile"}
NEXT_ACTS: dict[tuple[str, str], str] = {
    **{
        (noun, state): act
        for noun in ("penalty", "commendation", "relation", *FILED)
        for state, act in _FILED_NEXT.items()
        if (noun, state) not in (("commendation", "amended"), ("relation", "amended"))
    },
    ("listing", "draft"): "review",
    ("listing", "reviewed"): "notice",
    ("listing", "noticed"): "decide",
    ("listing", "heard"): "decide",
    ("listing", "decided"): "serve",
    ("listing", "in_force"): "publish",
    ("listing", "amended"): "correct",
    ("dispute", "received"): "mark",
    ("dispute", "confirmed"): "accept",
    ("dispute", "accepted"): "decide",
    ("repair", "received"): "mark",
    ("repair", "confirmed"): "accept",
    ("repair", "accepted"): "grant",
}
"""The act by which a case in a state usually goes on; a published record waits for nobody."""


@dataclass(frozen=True)
class Limit:
    """A running limit, the case that it is of, None of what has no case here, and the working days that are left,
    negative when it is over."""

    running: RunningClock
    case: Proceeding | None
    days_left: int


@dataclass(frozen=True)
class Waiting:
    """Cases of a kind that wait for the same act; ``has_more``: not all were looked at."""

    noun: str
    act: str
    cases: Sequence[Proceeding]
    has_more: bool


def limits(session: Session, reference: Reference, actor: Actor, today: dt.date) -> list[Limit]:
    """The running limits of the actor's department and scope, the soonest end first, at most ``LIMITS_SHOWN``."""
    clocks = list(islice(deadlines.running_clocks(session, actor, deadlines.STATES, today), LIMITS_SHOWN))
    cases = procedure_records.by_records(session, {clock.record for clock in clocks})
    return [
        Limit(
            deadlines.describe_clock(reference, clock, today),
            cases.get(clock.record),
            reference.calendar.days_between(today, clock.due),
        )
        for clock in clocks
    ]


def waiting(session: Session, actor: Actor, today: dt.date) -> list[Waiting]:
    """The cases that wait for an act which the actor may take, by kind and act, the oldest first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for (noun, state), act in NEXT_ACTS.items():
        if actor.may(PROCEDURES[noun].permission(act)):
            groups.setdefault((noun, act), []).append(state)
    found = []
    for (noun, act), states in groups.items():
        rows = _cases(session, noun, actor, states)
        cases = [case for case in _open_to(session, actor, noun, act, rows[:READ_MAX]) if _is_due(case, act, today)]
        if cases:
            found.append(Waiting(noun, act, cases, len(rows) > READ_MAX))
    return found


def returned(session: Session, actor: Actor) -> list[tuple[Proceeding, str]]:
    """The cases that came back to those who may file them anew, each with the reason."""
    found: list[tuple[Proceeding, str]] = []
    for noun in ("penalty", "commendation", "relation", *FILED):
        if actor.may(PROCEDURES[noun].permission("refile")):
            found += _with_reason(session, _cases(session, noun, actor, ["returned"]))
    if actor.may(PROCEDURES["listing"].permission("redraft")):
        drafts = _with_reason(session, _cases(session, "listing", actor, ["draft"]))
        found += [(case, reason) for case, reason in drafts if reason]
    return found


def files(session: Session, actor: Actor, limit: int = 20) -> list[PenaltyImport]:
    """The files of penalties that the actor handed in, the newest first."""
    statement = select(PenaltyImport).where(PenaltyImport.account_id == actor.account_id)
    return list(session.scalars(statement.order_by(PenaltyImport.id.desc()).limit(limit)))


def _cases(session: Session, noun: str, actor: Actor, states: Sequence[str]) -> list[Proceeding]:
    """Cases of a kind in these states within the actor's department and scope."""
    rows: list[Proceeding]
    if noun == Penalty.noun:
        statement = (
            select(Penalty)
            .where(Penalty.department_id == actor.department_id, Penalty.state.in_(states))
            .options(selectinload(Penalty.filings))
            .order_by(Penalty.id)
        )
        rows = list(session.scalars(statement.limit(READ_MAX + 1)))
    else:
        found = procedure_records.of_department(session, noun, actor.department_id, states, 0, READ_MAX + 1)
        rows = list(found)
    return [case for case in rows if actor.covers(*case.scope)]


def _open_to(session: Session, actor: Actor, noun: str, act: str, cases: Sequence[Proceeding]) -> Iterator[Proceeding]:
    """The cases in which the actor took no act after which another person must take this one."""
    taken: dict[str, set[str]] = {}
    statement = select(CaseStep.record, CaseStep.act).where(
        CaseStep.record.in_([case.record for case in cases]), CaseStep.account_id == actor.account_id
    )
    for record, earlier in session.execute(statement):
        taken.setdefault(record, set()).add(earlier)
    for case in cases:
        apart = PROCEDURES[noun].step(case.state, act).apart
        if isinstance(case, Penalty):
            if not (apart and actor.account_id in case.filers):
                yield case
        elif not set(apart) & taken.get(case.record, set()):
            yield case


def _is_due(case: Proceeding, act: str, today: dt.date) -> bool:
    """Whether the act may be taken already: a listing is decided after the window for its defence."""
    if isinstance(case, Listing) and act == "decide":
        return case.reply_until is not None and case.reply_until < today
    return True


def _with_reason(session: Session, cases: Sequence[Proceeding]) -> list[tuple[Proceeding, str]]:
    """Each case with the reason of its last step when that step sent it back, else with an empty text."""
    records = [case.record for case in cases]
    statement = select(CaseStep).where(CaseStep.record.in_(records)).order_by(CaseStep.position)
    last = {step.record: step for step in session.scalars(statement)}
    return [(case, _reason_of(case, last.get(case.record))) for case in cases]


def _reason_of(case: Proceeding, step: CaseStep | None) -> str:
    if step is None or step.act != "return":
        return ""
    if isinstance(case, Penalty) and case.filing.returned_because:
        return case.filing.returned_because
    return str(json.loads(step.stated).get("reason") or "没有写明理由")
