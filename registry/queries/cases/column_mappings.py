"""What headings mean in the files of a department."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import ColumnMapping


def of_department(session: Session, department_id: int | None, kind: str) -> list[ColumnMapping]:
    """What officers of a department said about headings of files of a kind, by heading."""
    statement = select(ColumnMapping).where(ColumnMapping.department_id == department_id, ColumnMapping.kind == kind)
    return list(session.scalars(statement.order_by(ColumnMapping.heading_key)))
