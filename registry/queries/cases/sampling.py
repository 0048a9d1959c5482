"""The decisions of a department that were made in a period, to be compared with its own file."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from registry.domain.permissions import Actor
from registry.models import Penalty, PenaltyFiling
from registry.models.penalty import scope_of

_READ_AT_ONCE = 1000


def decisions(session: Session, actor: Actor, since: dt.date, until: dt.date, limit: int) -> list[tuple[int, str]]:
    """(row number, key of the document number) of the decisions of the days [since, until) that the actor may see, in
    the order filed, of at most ``limit`` of the department's."""
    newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id == Penalty.id)
    statement = (
        select(Penalty.id, Penalty.document_number, PenaltyFiling.content)
        .join(PenaltyFiling, PenaltyFiling.id == newest.correlate(Penalty).scalar_subquery())
        .where(Penalty.department_id == actor.department_id, Penalty.decided_on >= since, Penalty.decided_on < until)
        .order_by(Penalty.id)
        .limit(limit)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    return [
        (number, document_number)
        for number, document_number, content in session.execute(statement)
        if actor.covers(*scope_of(content))
    ]


def penalties_of(session: Session, numbers: Collection[int]) -> list[Penalty]:
    """The penalties of these row numbers, in their order."""
    statement = select(Penalty).where(Penalty.id.in_(numbers)).options(selectinload(Penalty.filings))
    return list(session.scalars(statement.order_by(Penalty.id)))
