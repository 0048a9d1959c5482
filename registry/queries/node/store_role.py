"""What the database role of this process may do."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def may_update(session: Session, table: str, column: str) -> bool:
    """Whether the role may change a column of a table; SQLite knows no roles."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return True
    statement = select(func.has_column_privilege(table, column, "UPDATE"))
    return bool(connection.execute(statement).scalar_one())
