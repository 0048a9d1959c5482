"""A record leaves the public for good: its procedure's step, the version that says so, and the clock that runs
until every receiver has acknowledged it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update

from registry.domain.cases import revision
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.workflow import Step
from registry.domain.law.deadlines import limit
from registry.models import Clock, OutboxMessage, Publication
from registry.queries.cases.procedure_records import Proceeding
from registry.queries.law import reference_data
from registry.refusals.acts import ChangeInFuture
from registry.services.cases import revisions, steps
from registry.services.law import clocks
from registry.unit_of_work import UnitOfWork

ACKNOWLEDGED = "removal.told"
_LIMIT = "D03"
"""3 working days from the day of the cause (行政处罚法 48, 85): public with every removal."""


@dataclass(frozen=True)
class RemovalCause:
    """The public state after it, its reason, and the day on which the cause arose."""

    state: str
    act: str
    reason: str
    changed_on: dt.date


def remove_record(work: UnitOfWork, held: Proceeding, step: Step, given: StepInput, leaving: RemovalCause) -> None:
    """Take the step, publish the removal, and start the clock of telling it.

    Refuses ``ChangeInFuture`` and what ``proceedings.take`` refuses.
    """
    if leaving.changed_on > work.today:
        raise ChangeInFuture()
    steps.take_step(work, held, step, given)
    due = limit(reference_data.current(work.session), _LIMIT, leaving.changed_on).day
    removal = revision.Removal(leaving.act, leaving.state, leaving.reason, leaving.changed_on, due)
    revisions.revise(work, held.record, lambda body: revision.removed(body, removal, work.today))
    start_removal_clock(work, held)


def start_removal_clock(work: UnitOfWork, held: Proceeding) -> None:
    """Start the clock that ends when every receiver has acknowledged the newest version; none without receivers."""
    if not _waiting(work, held.record):
        return
    sectors, district = held.scope
    days = {"removed_on": work.today}
    timed = clocks.DeadlineSubject(held.record, held.department_id, sorted(sectors), district, days)
    clocks.apply_act(work, "removal", "leave", [timed])


def on_removal_acknowledged(work: UnitOfWork) -> None:
    """Stop the clocks of removals that no receiver has yet to acknowledge; called when receipts were settled."""
    open_promise = (
        select(OutboxMessage.id)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(
            Publication.record == Clock.record,
            Publication.until_entry.is_(None),
            OutboxMessage.state != "delivered",
        )
    )
    work.session.execute(
        update(Clock)
        .where(Clock.code == ACKNOWLEDGED, Clock.met_on.is_(None), ~open_promise.exists())
        .values(met_on=work.today)
        .execution_options(synchronize_session=False)
    )


def _waiting(work: UnitOfWork, record: str) -> bool:
    question = (
        select(OutboxMessage.id)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(Publication.record == record, Publication.until_entry.is_(None))
    )
    return work.session.scalars(question.limit(1)).first() is not None
