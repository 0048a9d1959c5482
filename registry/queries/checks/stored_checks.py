"""Questions about award checks; a trading centre reads only its own."""

from sqlalchemy import BigInteger, Row, bindparam, func, select
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

_HOLD = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))


def of_department(session: Session, department_id: int | None, check: str) -> Check:
    """The check of this id made by this department; refuses ``CheckUnknown``."""
    made = session.get(Check, check)
    if made is None or made.department_id != department_id:
        raise CheckUnknown()
    return made


def hold_tender(session: Session, tender_index: str) -> None:
    """Let whoever else checks for this tender wait until the transaction is over; on SQLite everybody does already."""
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(bytes.fromhex(tender_index)[:8], signed=True)
        session.connection().execute(_HOLD, {"key": key})


def before(session: Session, department_id: int | None, tender_index: str, entry: int) -> Row[tuple[str, bytes]] | None:
    """``id`` and ``receipt_sealed`` of the newest check of the same department and tender that was answered no later
    than at ``entry``."""
    asked = {"department": department_id, "tender": tender_index, "entry": entry}
    return session.connection().execute(_BEFORE, asked).first()
