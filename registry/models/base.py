"""Declarative base of all tables: constraint names, aware instants, typed columns."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Integer, MetaData, Text, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.orm import registry as Registry  # noqa: N812 - a class
from sqlalchemy.types import TypeDecorator

from registry.domain.publication.redaction import blot

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


class FreeText(TypeDecorator[str]):
    """A text that somebody typed: numbers that identify or reach a person are blotted out before it is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Blot a text on its way into the store."""
        return blot(value) if value else value


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


@event.listens_for(Base, "attribute_instrument", propagate=True)
def _blot_free_text(_table: type[Base], _name: str, attribute: InstrumentedAttribute[Any]) -> None:
    """A row in memory says the same as it will when it is read again."""
    columns = getattr(attribute.property, "columns", ())
    if any(isinstance(column.type, FreeText) for column in columns):
        event.listen(attribute, "set", lambda _row, text, _old, _token: blot(text) if text else text, retval=True)
