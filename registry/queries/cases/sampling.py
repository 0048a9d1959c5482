"""The decisions of a department that were made in a period, to be compared with its own file."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.models import Penalty


def decisions(
    session: Session, department_id: int | None, since: dt.date, until: dt.date, limit: int
) -> list[tuple[int, str]]:
    """(row number, key of the document number) of the decisions of the days [since, until), in the order filed."""
    statement = (
        select(Penalty.id, Penalty.document_number)
        .where(Penalty.department_id == department_id, Penalty.decided_on >= since, Penalty.decided_on < until)
        .order_by(Penalty.id)
        .limit(limit)
    )
    return [(number, document_number) for number, document_number in session.execute(statement)]


def penalties_of(session: Session, numbers: Collection[int]) -> list[Penalty]:
    """The penalties of these row numbers, in their order."""
    statement = select(Penalty).where(Penalty.id.in_(numbers)).options(selectinload(Penalty.filings))
    return list(session.scalars(statement.order_by(Penalty.id)))
