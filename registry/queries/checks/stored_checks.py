"""Look up stored award checks; a trading centre reads only its own."""

from sqlalchemy import BigInteger, Row, bindparam, func, select
from sqlalchemy.orm import Session

from registry.models import Check
from registry.refusals.acts import CheckUnknown

_PREVIOUS_CHECK = (
    select(Check.id, Check.receipt_sealed)
    .where(
        Check.department_id == bindparam("department"),
        Check.tender_index == bindparam("tender"),
        Check.entry <= bindparam("entry"),
        Check.receipt_sealed != b"",
    )
    .order_by(Check.number.desc())
    .limit(1)
)

_LOCK = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))


def of_department(session: Session, department_id: int | None, check: str) -> Check:
    """The check of this id made by this department; refuses ``CheckUnknown``."""
    row = session.get(Check, check)
    if row is None or row.department_id != department_id:
        raise CheckUnknown()
    return row


def newest(session: Session, limit: int) -> tuple[list[Check], int]:
    """The newest checks of all departments, newest first, and how many are stored."""
    checks = session.scalars(select(Check).order_by(Check.number.desc()).limit(limit)).all()
    return list(checks), session.execute(select(func.count()).select_from(Check)).scalar_one()


def hold_tender(session: Session, tender_index: str) -> None:
    """Lock a tender until the transaction ends, so that two checks of it follow each other.

    On SQLite the writer lock does this already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(bytes.fromhex(tender_index)[:8], signed=True)
        session.connection().execute(_LOCK, {"key": key})


def before(session: Session, department_id: int | None, tender_index: str, entry: int) -> Row[tuple[str, bytes]] | None:
    """``id`` and ``receipt_sealed`` of the newest check of the same department and tender answered at ``entry`` or
    earlier, whose receipt is kept."""
    parameters = {"department": department_id, "tender": tender_index, "entry": entry}
    return session.connection().execute(_PREVIOUS_CHECK, parameters).first()
