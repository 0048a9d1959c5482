"""Questions about award checks; a trading centre reads only its own."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Check
from registry.refusals.acts import CheckUnknown


def of_department(session: Session, department_id: int | None, check: str) -> Check:
    """The check of this id made by this department; refuses ``CheckUnknown``."""
    made = session.get(Check, check)
    if made is None or made.department_id != department_id:
        raise CheckUnknown()
    return made


def before(session: Session, department_id: int | None, tender_index: str, entry: int) -> Check | None:
    """The newest check of the same department and tender that was answered no later than at ``entry``."""
    question = select(Check).where(
        Check.department_id == department_id, Check.tender_index == tender_index, Check.entry <= entry
    )
    return session.scalars(question.order_by(Check.number.desc()).limit(1)).first()
