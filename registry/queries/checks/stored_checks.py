"""Look up stored award checks; a trading centre reads only its own."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Row, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from registry.models import Check
from registry.queries.any_of import any_of, texts
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


def newest_of_tenders(session: Session, department_id: int | None, *, below: int | None, limit: int) -> list[Check]:
    """The newest check of each tender of a department, newest first, those numbered ``below`` that only. Tenders whose
    receipts were cleared (``services/retention``) are left out."""
    later = aliased(Check)
    has_later = exists().where(
        later.department_id == Check.department_id,
        later.tender_index == Check.tender_index,
        later.number > Check.number,
    )
    statement = select(Check).where(Check.department_id == department_id, Check.tender_index.is_not(None), ~has_later)
    statement = statement.where(Check.receipt_sealed != b"")
    if below is not None:
        statement = statement.where(Check.number < below)
    return list(session.scalars(statement.order_by(Check.number.desc()).limit(limit)))


def of_tender(session: Session, department_id: int | None, tender_index: str, limit: int) -> list[Check]:
    """The checks of a tender of a department whose receipts are kept, newest first."""
    is_kept = Check.receipt_sealed != b""
    statement = select(Check).where(Check.department_id == department_id, Check.tender_index == tender_index, is_kept)
    return list(session.scalars(statement.order_by(Check.number.desc()).limit(limit)))


def count_by_tender(session: Session, department_id: int | None, tender_indexes: Sequence[str]) -> dict[str, int]:
    """How many checks each of these tenders of a department has."""
    statement = (
        select(Check.tender_index, func.count())
        .where(Check.department_id == department_id, any_of(Check.tender_index, texts("tenders")))
        .group_by(Check.tender_index)
    )
    rows = session.execute(statement, {"tenders": list(tender_indexes)}).tuples()
    return {index: count for index, count in rows if index is not None}


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
