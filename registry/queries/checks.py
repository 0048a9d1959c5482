"""Questions about award checks; a trading centre reads only its own."""

from sqlalchemy.orm import Session

from registry.models import Check
from registry.refusals.acts import CheckUnknown


def of_department(session: Session, department_id: int | None, check: str) -> Check:
    """The check of this id made by this department; refuses ``CheckUnknown``."""
    made = session.get(Check, check)
    if made is None or made.department_id != department_id:
        raise CheckUnknown()
    return made
