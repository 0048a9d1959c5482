"""Look up penalties by record id, department and state, and the findings of their filings."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from registry.domain.filing.model import Note
from registry.models import Account, Department, Penalty, PenaltyFiling, PenaltyImport
from registry.refusals.acts import DepartmentUnknown, ImportUnknown, PenaltyUnknown

AWAITING = ("filed", "amended")
"""States in which a penalty waits for verification."""


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


def notes(session: Session, records: Collection[str]) -> dict[str, tuple[Note, ...]]:
    """What was found in the filings of these penalties that were just made, by record id."""
    statement = select(Penalty.record, PenaltyFiling.notes).join(PenaltyFiling, PenaltyFiling.penalty_id == Penalty.id)
    rows = session.execute(statement.where(Penalty.record.in_(records))) if records else ()
    return {record: _read_notes(text) for record, text in rows}


def list_penalties(
    session: Session, department_id: int | None, state: str | None, *, after: int, limit: int
) -> list[Penalty]:
    """A department's penalties in the order filed, from above row number ``after``."""
    statement = select(Penalty).where(Penalty.department_id == department_id, Penalty.id > after)
    if state:
        statement = statement.where(Penalty.state == state)
    return list(session.scalars(statement.options(selectinload(Penalty.filings)).order_by(Penalty.id).limit(limit)))


def attention(
    session: Session, department_id: int | None, records: Collection[str]
) -> list[tuple[str, tuple[Note, ...]]]:
    """Those of a department's penalties in whose newest filing something deserves a look, with all its findings."""
    newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id == Penalty.id)
    statement = (
        select(Penalty.record, PenaltyFiling.notes)
        .join(PenaltyFiling, PenaltyFiling.id == newest.correlate(Penalty).scalar_subquery())
        .where(Penalty.department_id == department_id, Penalty.record.in_(records), PenaltyFiling.attention > 0)
        .order_by(PenaltyFiling.attention.desc(), Penalty.id)
    )
    return [(record, _read_notes(text)) for record, text in session.execute(statement)]


def _read_notes(text: str) -> tuple[Note, ...]:
    return tuple(Note(**finding) for finding in json.loads(text))


@dataclass(frozen=True)
class Wanted:
    """Which penalties to list: those of a department, in a state, of an import; None means any."""

    department_id: int | None
    state: str | None = None
    import_id: int | None = None

    @property
    def is_awaiting(self) -> bool:
        """Whether they wait for verification."""
        return self.state in AWAITING


def list_wanted(session: Session, wanted: Wanted, after: tuple[int, int] | None, limit: int) -> list[Penalty]:
    """Penalties in the order filed; those that await verification with most findings first.

    ``after``: the findings that deserve a look, and the row number, of the last one of the page before.
    """
    newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id == Penalty.id)
    statement = (
        select(Penalty)
        .join(PenaltyFiling, PenaltyFiling.id == newest.correlate(Penalty).scalar_subquery())
        .where(Penalty.department_id == wanted.department_id)
    )
    if wanted.state:
        statement = statement.where(Penalty.state == wanted.state)
    if wanted.import_id is not None:
        statement = statement.where(PenaltyFiling.import_id == wanted.import_id)
    if wanted.is_awaiting:
        statement = statement.order_by(PenaltyFiling.attention.desc())
    if after is not None:
        attention, number = after
        behind = Penalty.id > number
        if wanted.is_awaiting:
            behind = (PenaltyFiling.attention < attention) | ((PenaltyFiling.attention == attention) & behind)
        statement = statement.where(behind)
    return list(session.scalars(statement.options(selectinload(Penalty.filings)).order_by(Penalty.id).limit(limit)))


def awaiting(
    session: Session,
    department_id: int | None,
    import_id: int | None,
    limit: int | None,
    after: str = "",
    *,
    leave_attention: bool = False,
) -> list[str]:
    """Record ids that wait for verification, oldest first, after record ``after``; of one import if it is named.

    ``leave_attention`` leaves out those in whose newest filing something deserves a look. Refuses ``ImportUnknown`` for
    an import of another department, as for none.
    """
    if import_id is not None:
        _require_own_import(session, department_id, import_id)
    statement = select(Penalty.record).where(Penalty.department_id == department_id, Penalty.state.in_(AWAITING))
    if leave_attention:
        newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id == Penalty.id)
        looked = select(PenaltyFiling.attention).where(PenaltyFiling.id == newest.correlate(Penalty).scalar_subquery())
        statement = statement.where(looked.correlate(Penalty).scalar_subquery() == 0)
    if import_id is not None:
        statement = statement.join(
            PenaltyFiling, (PenaltyFiling.penalty_id == Penalty.id) & (PenaltyFiling.import_id == import_id)
        )
    if after:
        last = select(Penalty.id).where(Penalty.record == after).scalar_subquery()
        statement = statement.where(Penalty.id > last)
    return list(session.scalars(statement.order_by(Penalty.id).limit(limit)))


def _require_own_import(session: Session, department_id: int | None, import_id: int) -> None:
    owner = select(Account.department_id).join(PenaltyImport, PenaltyImport.account_id == Account.id)
    if session.scalars(owner.where(PenaltyImport.id == import_id)).first() != department_id:
        raise ImportUnknown()
