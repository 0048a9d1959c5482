"""Declarative base of all tables: constraint names, aware instants, typed columns."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import registry as Registry  # noqa: N812 - a class
from sqlalchemy.types import TypeDecorator

Key = BigInteger().with_variant(Integer(), "sqlite")
"""Row numbers: 64 bits on PostgreSQL, the rowid on SQLite."""


class Instant(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC; a naive one is a mistake and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Refuse naive instants."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive instant")
        return value.astimezone(dt.UTC) if value is not None else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Mark the naive values of SQLite as UTC."""
        return value.replace(tzinfo=dt.UTC) if value is not None and value.tzinfo is None else value


CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table."""

    # The registry, not a bare type_annotation_map: Flask-SQLAlchemy subclasses this base once more.
    registry = Registry(
        metadata=MetaData(naming_convention=CONVENTION),
        type_annotation_map={dt.datetime: Instant, list[str]: JSON, dict[str, Any]: JSON, str: Text},
    )
