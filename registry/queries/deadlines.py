"""The clocks: which penalties wait, and until when they must be published."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registry.models import Penalty


def waiting(session: Session, department_id: int | None) -> Iterator[Penalty]:
    """A department's penalties not yet published, the soonest deadline first.

    Source: 发改办财金〔2018〕424号, 7 working days.
    """
    question = select(Penalty).where(
        Penalty.department_id == department_id, Penalty.state.in_(("filed", "returned"))
    )
    question = question.options(selectinload(Penalty.filings)).order_by(Penalty.publish_by, Penalty.id)
    yield from session.scalars(question.execution_options(yield_per=500))


def state(publish_by: dt.date, today: dt.date) -> str:
    """``overdue`` once the day has passed, else ``due``."""
    return "overdue" if publish_by < today else "due"
