"""Rows changed behind the back of every act, and what the verification names afterwards."""

import datetime as dt

from sqlalchemy import JSON, Boolean, Date, Integer, LargeBinary, text
from sqlalchemy.orm import Session

from registry import runtime
from registry.models.base import Instant
from registry.queries import row_integrity


def findings(*statements):
    """What is named after raw statements that are rolled back again."""
    with runtime.db.engine.connect() as connection:
        _loosen(connection)
        for statement in statements:
            connection.execute(statement)
        with Session(connection) as session:
            found = list(row_integrity.findings(session, runtime.keys().vault))
        connection.rollback()
    return found


def _loosen(connection):
    """Foreign keys and NOT NULL do not stop who owns the database."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role = replica"))


def other_value(column, value):
    """A value of the column's type that is not the one it has."""
    if isinstance(column.type, JSON):
        return [*value, "别"] if isinstance(value, list) else {**(value or {}), "别": len(value or {}) + 1}
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Instant):
        return (value or runtime.clock()) + dt.timedelta(seconds=1)
    if isinstance(column.type, Date):
        return (value or runtime.clock().date()) + dt.timedelta(days=1)
    if isinstance(column.type, LargeBinary):
        return (value or b"") + b"x"
    return (value or 0) + 1_000_003 if isinstance(column.type, Integer) else (value or "") + "别"
