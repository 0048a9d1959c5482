"""What was found about the rows of an imported file, as much of it as a page shows."""

from collections.abc import Collection

from sqlalchemy import Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from registry.domain.filing.reading import Place
from registry.models import ImportFinding

_PLACE = (ImportFinding.sheet, ImportFinding.row_number)


def count_refused(session: Session, import_id: int) -> int:
    """How many rows are refused."""
    places = _refused(import_id).subquery()
    return session.execute(select(func.count()).select_from(places)).scalar_one()


def first_refused(session: Session, import_id: int, limit: int) -> list[Place]:
    """The first rows that are refused."""
    rows = session.execute(_refused(import_id).order_by(*_PLACE).limit(limit))
    return [(sheet, number) for sheet, number in rows]


def of_rows(session: Session, import_id: int, places: Collection[Place]) -> list[ImportFinding]:
    """Everything found about these rows."""
    statement = select(ImportFinding).where(ImportFinding.import_id == import_id, tuple_(*_PLACE).in_(places))
    return list(session.scalars(statement.order_by(ImportFinding.row_number, ImportFinding.id)))


def of_file(session: Session, import_id: int) -> list[ImportFinding]:
    """What was found about the file as a whole."""
    statement = select(ImportFinding).where(ImportFinding.import_id == import_id, ImportFinding.row_number == 0)
    return list(session.scalars(statement.order_by(ImportFinding.id)))


def notes(session: Session, import_id: int, limit: int) -> tuple[int, list[ImportFinding]]:
    """How many notes there are about rows that are not refused, and the first of them."""
    is_fault = func.sum(case((ImportFinding.kind == "fault", 1), else_=0))
    places = (
        select(*_PLACE, func.count().label("notes"))
        .where(ImportFinding.import_id == import_id, ImportFinding.row_number > 0)
        .group_by(*_PLACE)
        .having(is_fault == 0)
    )
    count = session.execute(select(func.coalesce(func.sum(places.subquery().c.notes), 0))).scalar_one()
    first = session.execute(places.order_by(ImportFinding.row_number, ImportFinding.sheet).limit(limit)).all()
    return int(count), of_rows(session, import_id, [(sheet, number) for sheet, number, _ in first])[:limit]


def fault_codes(session: Session, import_id: int) -> set[str]:
    """The codes of the faults of a file."""
    statement = select(ImportFinding.code).where(ImportFinding.import_id == import_id, ImportFinding.kind == "fault")
    return set(session.scalars(statement.distinct()))


def _refused(import_id: int) -> Select[tuple[str, int]]:
    return (
        select(*_PLACE)
        .where(ImportFinding.import_id == import_id, ImportFinding.kind == "fault", ImportFinding.row_number > 0)
        .distinct()
    )
