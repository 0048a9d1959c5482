"""A case as a list of tasks: done (who, when, which document), now (what is asked, until when), later."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain import case_labels, labels
from registry.domain.cases.procedures import DOCUMENTS, FILED, PROCEDURES
from registry.domain.cases.workflow import Step
from registry.domain.law.reference import Reference
from registry.domain.permissions import GRANTS, Actor
from registry.models import CaseStep, Clock, Document, Listing
from registry.queries.cases import desk_penalties, procedure_records
from registry.queries.cases.desk_work import NEXT_ACTS
from registry.queries.cases.procedure_records import Proceeding

MAIN_PATHS: Mapping[str, Sequence[str]] = {
    "listing": ("draft", "review", "notice", "decide", "serve", "publish"),
    "dispute": ("apply", "accept", "decide"),
    "repair": ("apply", "accept", "grant"),
    **dict.fromkeys(("commendation", "relation", *FILED), ("file", "verify")),
}
"""The acts by which a case of a kind usually goes to its end."""


@dataclass(frozen=True)
class Limit:
    """A running limit of a case: what for, its last day, and the working days that are left."""

    name: str
    due: dt.date
    days_left: int


@dataclass(frozen=True)
class Task:
    """A step of a case. ``state`` is done, now or later; ``who`` took it or may take it; ``is_mine``: the officer may
    take it now; ``documents`` are handed in, as (number, name), or demanded, as (empty, name)."""

    act: str
    title: str
    state: str
    who: str
    day: dt.date | None
    documents: Sequence[tuple[str, str]]
    is_mine: bool = False
    waits_until: dt.date | None = None
    limits: Sequence[Limit] = ()


def tasks(session: Session, case: Proceeding, actor: Actor, reference: Reference, today: dt.date) -> list[Task]:
    """The steps that were taken, the one that is to be taken now, and those that usually follow it."""
    case_steps = procedure_records.steps(session, case.record)
    files = procedure_records.documents(session, [step.id for step in case_steps])
    names = desk_penalties.account_names(session, [step.account_id for step in case_steps if step.account_id])
    found = [_done(step, names, files.get(step.id, ())) for step in case_steps]
    act = NEXT_ACTS.get((case.noun, case.state))
    if act is None:
        return found
    running = _limits(session, case.record, reference, today)
    step = PROCEDURES[case.noun].step(case.state, act)
    waits_until = case.reply_until if isinstance(case, Listing) and act == "decide" else None
    if waits_until is not None and waits_until < today:
        waits_until = None
    found.append(_ahead(step, "now", actor, waits_until, running))
    path = MAIN_PATHS.get(case.noun, ())
    later = path[path.index(act) + 1 :] if act in path else ()
    for name in later:
        found.append(_ahead(next(one for one in PROCEDURES[case.noun].steps if one.act == name), "later", actor))
    return found


def _done(step: CaseStep, names: Mapping[int, str], files: Sequence[Document]) -> Task:
    handed_in = [(str(file.id), DOCUMENTS.get(file.kind, file.kind)) for file in files]
    with_file = {file.kind for file in files}
    handed_in += [
        ("", f"{DOCUMENTS.get(document['kind'], document['kind'])}{document['number']}（没有附件）")
        for document in step.documents
        if document["kind"] not in with_file
    ]
    who = names.get(step.account_id, "") if step.account_id else "当事人或者系统"
    return Task(step.act, labels.label_for(case_labels.CASE_ACTS, step.act), "done", who, step.day, handed_in)


def _ahead(
    step: Step, state: str, actor: Actor, waits_until: dt.date | None = None, limits: Sequence[Limit] = ()
) -> Task:
    demanded = [("", "或者".join(DOCUMENTS[kind] for kind in kinds.split("|"))) for kinds in step.documents]
    who = "、".join(
        case_labels.OFFICERS[role.value] for role in sorted(GRANTS[step.by]) if role.value in case_labels.OFFICERS
    )
    title = labels.label_for(case_labels.CASE_ACTS, step.act)
    is_mine = state == "now" and actor.may(step.by) and waits_until is None
    return Task(step.act, title, state, who, None, demanded, is_mine, waits_until, limits)


def _limits(session: Session, record: str, reference: Reference, today: dt.date) -> list[Limit]:
    statement = select(Clock).where(Clock.record == record, Clock.met_on.is_(None)).order_by(Clock.due, Clock.id)
    return [
        Limit(
            reference.clocks()[clock.code].of(clock.starts_on).name,
            clock.due,
            reference.calendar.days_between(today, clock.due),
        )
        for clock in session.scalars(statement)
    ]
