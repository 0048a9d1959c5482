"""Look up penalties by record id, decision, department and state."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, selectinload

from registry.models import Department, Penalty, PenaltyFiling
from registry.refusals.acts import DepartmentUnknown, PenaltyUnknown


def department(session: Session, department_id: int | None) -> Department:
    """The department of an account; refuses ``DepartmentUnknown``."""
    row = session.get(Department, department_id) if department_id is not None else None
    if row is None:
        raise DepartmentUnknown()
    return row


def by_record(session: Session, record: str, *, lock: bool = False) -> Penalty:
    """The penalty of this record id; refuses ``PenaltyUnknown``. ``lock`` keeps other acts off it."""
    rows = by_records(session, [record], lock=lock)
    if record not in rows:
        raise PenaltyUnknown()
    return rows[record]


def by_records(session: Session, records: Collection[str], *, lock: bool = False) -> dict[str, Penalty]:
    """The penalties of these record ids that exist, by record id, each with its filings."""
    statement = select(Penalty).where(Penalty.record.in_(records)).options(selectinload(Penalty.filings))
    if lock:
        statement = statement.with_for_update().order_by(Penalty.id)
    return {row.record: row for row in session.scalars(statement)}


def ids(session: Session, records: Collection[str]) -> dict[str, int]:
    """Row numbers by record id."""
    rows = session.execute(select(Penalty.record, Penalty.id).where(Penalty.record.in_(records)))
    return dict(rows.tuples().all())


def decisions_on_file(session: Session, decisions: Sequence[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Which of these (authority code, document number, subject key) are filed here and not withdrawn."""
    if not decisions:
        return set()
    decision = tuple_(Penalty.authority_code, Penalty.document_number, Penalty.subject_key)
    statement = select(Penalty.authority_code, Penalty.document_number, Penalty.subject_key).where(
        decision.in_(decisions), Penalty.state != "withdrawn"
    )
    return {(authority, document, subject) for authority, document, subject in session.execute(statement)}


def list_penalties(
    session: Session, department_id: int | None, state: str | None, *, after: int, limit: int
) -> list[Penalty]:
    """A department's penalties in the order filed, from above row number ``after``."""
    statement = select(Penalty).where(Penalty.department_id == department_id, Penalty.id > after)
    if state:
        statement = statement.where(Penalty.state == state)
    return list(session.scalars(statement.options(selectinload(Penalty.filings)).order_by(Penalty.id).limit(limit)))


def awaiting(
    session: Session, department_id: int | None, import_id: int | None, limit: int | None, after: str = ""
) -> list[str]:
    """Record ids that wait for verification, oldest first, after record ``after``; of one import if it is named."""
    statement = select(Penalty.record).where(
        Penalty.department_id == department_id, Penalty.state.in_(("filed", "amended"))
    )
    if import_id is not None:
        statement = statement.join(
            PenaltyFiling, (PenaltyFiling.penalty_id == Penalty.id) & (PenaltyFiling.import_id == import_id)
        )
    if after:
        last = select(Penalty.id).where(Penalty.record == after).scalar_subquery()
        statement = statement.where(Penalty.id > last)
    return list(session.scalars(statement.order_by(Penalty.id).limit(limit)))
