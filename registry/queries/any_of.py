"""Compare a column with any number of values in one bound parameter.

A statement for two values is the same as for thousands, so it is built, compiled and planned once.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Dialect, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class any_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL it stands for
    """``any_of(column, texts("name"))``: whether the column is one of the values bound under that name."""

    inherit_cache = True


def texts(name: str) -> BindParameter[Collection[str]]:
    """Bound parameter for any number of texts."""
    return bindparam(name, type_=_ArrayOrJson(Text()))


def numbers(name: str) -> BindParameter[Collection[int]]:
    """Bound parameter for any number of 32-bit integers."""
    return bindparam(name, type_=_ArrayOrJson(Integer()))


class _ArrayOrJson(TypeDecorator[Collection[Any]]):
    """An array for PostgreSQL; a JSON list for SQLite, which has none."""

    impl = Text
    cache_ok = True

    def __init__(self, each: TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.each) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> list[Any] | str:
        values = list(value or ())
        return values if dialect.name == "postgresql" else json.dumps(values)


@compiles(any_of, "sqlite")
def _compile_for_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(any_of, "postgresql")
def _compile_for_postgresql(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"
