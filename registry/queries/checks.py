"""Questions about award checks; a trading centre reads only its own."""

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from registry.models import Check
from registry.refusals.acts import CheckUnknown

_BEFORE = (
    select(Check.id, Check.receipt_sealed)
    .where(
        Check.department_id == bindparam("department"),
        Check.tender_index == bindparam("tender"),
        Check.entry <= bindparam("entry"),
    )
    .order_by(Check.number.desc())
    .limit(1)
)


def of_department(session: Session, department_id: int | None, check: str) -> Check:
    """The check of this id made by this department; refuses ``CheckUnknown``."""
    made = session.get(Check, check)
    if made is None or made.department_id != department_id:
        raise CheckUnknown()
    return made


def before(
    session: Session, department_id: int | None, tender_index: str, entry: int
) -> Row[tuple[str, bytes]] | None:
    """``id`` and ``receipt_sealed`` of the newest check of the same department and tender that was answered no later
    than at ``entry``."""
    asked = {"department": department_id, "tender": tender_index, "entry": entry}
    return session.connection().execute(_BEFORE, asked).first()
