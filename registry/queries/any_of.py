"""Many values in one parameter: a statement for two is that for thousands, so it is made, compiled and planned once."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BindParameter, Dialect, Integer, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class any_of(FunctionElement[bool]):  # noqa: N801 - reads as the SQL it stands for
    """``among(column, texts("name"))``: whether the column holds one of the values given under that name."""

    inherit_cache = True


def texts(name: str) -> BindParameter[Collection[str]]:
    """A parameter that takes any number of texts."""
    return bindparam(name, type_=_Many(Text()))


def numbers(name: str) -> BindParameter[Collection[int]]:
    """A parameter that takes any number of numbers of 32 bits."""
    return bindparam(name, type_=_Many(Integer()))


class _Many(TypeDecorator[Collection[Any]]):
    """An array for PostgreSQL; a JSON list for SQLite, which has none."""

    impl = Text
    cache_ok = True

    def __init__(self, each: TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.each) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> list[Any] | str:
        held = list(value or ())
        return held if dialect.name == "postgresql" else json.dumps(held)


@compiles(any_of, "sqlite")
def _on_sqlite(element: any_of, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(any_of, "postgresql")
def _on_postgresql(element: any_of, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = ANY ({values})"
