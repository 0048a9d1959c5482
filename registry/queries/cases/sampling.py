"""The decisions of a department that were made in a period, to be compared with its own file."""

import datetime as dt
import functools
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.domain.permissions import Actor
from registry.models import Penalty
from registry.models.penalty import scope_of

_READ_AT_ONCE = 1000


def decisions(session: Session, actor: Actor, since: dt.date, until: dt.date, limit: int) -> list[tuple[int, str]]:
    """(row number, key of the document number) of the decisions of the days [since, until) that the actor may see, in
    the order filed, of at most ``limit`` of the department's."""
    statement = (
        select(Penalty.id, Penalty.document_number, Penalty.sectors, Penalty.district)
        .where(Penalty.department_id == actor.department_id, Penalty.decided_on >= since, Penalty.decided_on < until)
        .order_by(Penalty.id)
        .limit(limit)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    # The decisions of a department share a few scopes.
    is_covered = functools.cache(lambda sectors, district: actor.covers(*scope_of(sectors, district)))
    return [
        (number, document_number)
        for number, document_number, sectors, district in session.execute(statement)
        if is_covered(sectors, district)
    ]


def penalties_of(session: Session, numbers: Collection[int]) -> list[Penalty]:
    """The penalties of these row numbers, in their order."""
    statement = select(Penalty).where(Penalty.id.in_(numbers)).options(selectinload(Penalty.filings))
    return list(session.scalars(statement.order_by(Penalty.id)))
