"""Put the database of a running node back to what it was at an earlier moment, as a restore from a backup does."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from registry import runtime
from registry.models import Base

Rows = dict[str, list[dict[str, object]]]


def backup() -> Rows:
    """Every row of every table."""
    with runtime.engine().connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in Base.metadata.sorted_tables
        }


def restore(rows: Rows) -> None:
    """Every row as it was then, and none besides."""
    runtime.close_session()
    with runtime.engine().begin() as connection, _unchecked(connection):
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """Foreign keys are looked at no more, because tables refer to themselves."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role = replica"))
    yield
    if not is_sqlite:
        connection.execute(text("SET session_replication_role = DEFAULT"))
