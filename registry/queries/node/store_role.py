"""What the database role of this process may do."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session


def may_update(session: Session, table: str, column: str) -> bool:
    """Whether the role may change a column of a table; SQLite knows no roles."""
    return _has(session, func.has_column_privilege(table, column, "UPDATE"))


def may_delete(session: Session, table: str) -> bool:
    """Whether the role may delete rows of a table."""
    return _has(session, func.has_table_privilege(table, "DELETE"))


def _has(session: Session, privilege: ColumnElement[bool]) -> bool:
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.execute(select(privilege)).scalar_one())
