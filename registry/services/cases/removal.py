"""Remove a published record for good: take the step, publish the removal, and run its clock.

The clock runs until every receiver has acknowledged the removal.
"""

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

_LIMIT = "D03"
"""3 working days from the day of the cause (行政处罚法 48, 85): public with every removal."""


@dataclass(frozen=True)
class RemovalCause:
    """Why a record is removed: the public state after it, the act, the reason, and the day on which the cause arose."""

    state: str
    act: str
    reason: str
    changed_on: dt.date


def remove_record(work: UnitOfWork, case: Proceeding, step: Step, step_input: StepInput, cause: RemovalCause) -> None:
    """Take the step, publish the removal, and start the clock of its acknowledgement by the receivers.

    Refuses ``ChangeInFuture`` and what ``steps.take_step`` refuses.
    """
    if cause.changed_on > work.today:
        raise ChangeInFuture()
    steps.take_step(work, case, step, step_input)
    due = limit(reference_data.current(work.session), _LIMIT, cause.changed_on).day
    removal = revision.Removal(cause.act, cause.state, cause.reason, cause.changed_on, due)
    revisions.revise(work, case.record, lambda body: revision.removed_body(body, removal, work.today))
    start_removal_clock(work, case)


def start_removal_clock(work: UnitOfWork, case: Proceeding) -> None:
    """Start the clock that ends when every receiver has acknowledged the newest version; none without receivers."""
    if not _has_receivers(work, case.record):
        return
    sectors, district = case.scope
    days = {"removed_on": work.today}
    subject = clocks.DeadlineSubject(case.record, case.department_id, sorted(sectors), district, days)
    clocks.apply_act(work, "removal", "leave", [subject])


def on_removal_acknowledged(work: UnitOfWork) -> None:
    """Stop the clocks of removals that every receiver has acknowledged; called when receipts were settled."""
    undelivered = (
        select(OutboxMessage.id)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(
            Publication.record == Clock.record,
            Publication.until_entry.is_(None),
            OutboxMessage.state.not_in(("delivered", "cancelled")),
        )
    )
    work.session.execute(
        update(Clock)
        .where(Clock.code == revision.REMOVAL_CLOCK, Clock.met_on.is_(None), ~undelivered.exists())
        .values(met_on=work.today)
        .execution_options(synchronize_session=False)
    )


def _has_receivers(work: UnitOfWork, record: str) -> bool:
    statement = (
        select(OutboxMessage.id)
        .join(Publication, Publication.from_entry == OutboxMessage.entry)
        .where(Publication.record == record, Publication.until_entry.is_(None))
    )
    return work.session.scalars(statement.limit(1)).first() is not None
