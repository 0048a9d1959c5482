"""Follow the rows that an act writes, by whatever statement, so that they can be committed to with it.

Inserts, updates and deletes are followed where they are executed. Rows written by a flush are noted by their objects.
What the database alone knows (new row numbers, rows that an update met) it returns with the statement itself, so that
no row is missed that another act added meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from sqlalchemy import Column, Connection, Delete, Engine, Insert, Table, Update, event, func, select, tuple_
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.orm import Session, object_mapper

from registry.domain.publication import row_digests
from registry.domain.publication.row_digests import TableRows
from registry.keys.signing import Vault
from registry.models.base import FreeText
from registry.models.row_commitment import UNCOMMITTED

OPTION = "row_changes"
"""The execution option of a connection, and the key of ``Session.info``, under which an act's changes stand."""
_RETURNS = "row_changes_returns"
_READ_AT_ONCE = 500
_UPKEEP = frozenset({"checkpoints", "counters"})
Key = tuple[Any, ...]


class RowChanges:
    """The rows written in one transaction: a digest, or None of a row that is to be read again, by table and key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._rows: dict[Table, dict[Key, bytes | None]] = {}
        self.is_flushing = False
        self.has_lost_savepoint = False
        """Whether rows are noted that another act may have written since, because this one wrote them no more."""

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """While it lasts, statements are those of a flush, whose objects are noted."""
        self.is_flushing = True
        try:
            yield
        finally:
            self.is_flushing = False

    def note_keys(self, table: Table, keys: Iterable[Sequence[Any]]) -> None:
        """Note rows that were written or deleted; they are read again at the end."""
        self._rows.setdefault(table, {}).update((tuple(key), None) for key in keys)

    def note_rows(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Note rows as they now are, with the values of all columns."""
        places = [place for place, column in enumerate(table.columns) if column.primary_key]
        noted, name, digest = self._rows.setdefault(table, {}), str(table.name), self._vault.row_digest
        for row in rows:
            noted[tuple([row[place] for place in places])] = digest(row_digests.encode_row(name, tuple(row)))

    def forget_digests(self) -> None:
        """Read every noted row again: a savepoint was rolled back."""
        self.has_lost_savepoint = True
        for rows in self._rows.values():
            rows.update(dict.fromkeys(rows))

    def settle(self, session: Session) -> tuple[str, dict[str, TableRows]]:
        """The kind of the act, and the rows of each table as they are now."""
        content = {table.name: self._settle_table(session, table, rows) for table, rows in self._rows.items() if rows}
        return "upkeep" if content.keys() <= _UPKEEP else "act", content

    def _settle_table(self, session: Session, table: Table, rows: dict[Key, bytes | None]) -> TableRows:
        unread = [key for key, digest in rows.items() if digest is None]
        for start in range(0, len(unread), _READ_AT_ONCE):
            chunk = unread[start : start + _READ_AT_ONCE]
            found = session.connection().execute(select(table).where(_has_key(table, chunk)))
            self.note_rows(table, found)
        written = {key: digest for key, digest in rows.items() if digest is not None}
        return TableRows(
            [column.name for column in table.columns],
            [list(key) for key in written],
            b"".join(written.values()),
            [list(key) for key, digest in rows.items() if digest is None],
        )


def _has_key(table: Table, keys: Sequence[Key]) -> Any:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(keys)


def follow_statements(engine: Engine) -> None:
    """Follow the statements of an engine."""
    event.listen(engine, "before_execute", _ask_for_rows, retval=True)
    event.listen(engine, "after_cursor_execute", _note_returned_keys)
    event.listen(engine, "after_execute", _note_rows)


def follow_sessions(session_class: type[Session]) -> None:
    """Follow the flushes and savepoints of the sessions of a class, whose applications may be many: said once of it."""
    event.listen(session_class, "after_flush", _note_flushed)
    event.listen(session_class, "after_soft_rollback", _on_rollback)


def _changes_of(connection: Connection, statement: Any) -> RowChanges | None:
    changes: RowChanges | None = connection.get_execution_options().get(OPTION)
    if changes is None or changes.is_flushing or not isinstance(statement, Insert | Update | Delete):
        return None
    return changes if isinstance(statement.table, Table) and statement.table.name not in UNCOMMITTED else None


def _ask_for_rows(connection: Connection, statement: Any, multi: Any, one: Any, _options: Any) -> tuple[Any, Any, Any]:
    if _changes_of(connection, statement) is None:
        return statement, multi, one
    table = statement.table
    # Of a copy: the statement would remember that it returns nothing, and then give the last thousand keys only.
    if copy(statement).exported_columns:  # the act reads the result itself
        names = [column.name for column in statement.exported_columns]
        if not {column.name for column in table.primary_key.columns} <= set(names):
            raise TypeError(f"a statement that returns rows of {table.name} returns their keys as well")
        return statement.execution_options(**{_RETURNS: "own"}), multi, one
    if isinstance(statement, Delete):
        keys = statement.returning(*table.primary_key.columns)
        return keys.execution_options(**{_RETURNS: "keys"}), multi, one
    if isinstance(statement, Update):
        return statement.returning(*table.columns).execution_options(**{_RETURNS: "rows"}), multi, one
    has_one_writer = connection.dialect.name == "sqlite"
    if not has_one_writer and len(multi) > 1:
        multi = _number_rows(connection, table, multi)
    rows = multi or ([one] if one else [])
    return _ask_for_inserted(statement, table, rows, has_one_writer=has_one_writer), multi, one


def _number_rows(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Give many rows the numbers that the sequence of their table has for them. Returned by the statement itself, they
    would make it a text of tens of thousands of parameters, which the driver reads one by one."""
    number = table.autoincrement_column
    if number is None or number.name in rows[0]:
        return rows
    sequence = func.pg_get_serial_sequence(connection.dialect.identifier_preparer.format_table(table), number.name)
    taken = connection.execute(select(func.nextval(sequence)).select_from(func.generate_series(1, len(rows))))
    return [{**row, number.name: value} for row, value in zip(rows, taken.scalars(), strict=True)]


def _ask_for_inserted(
    statement: Insert, table: Table, rows: Sequence[Mapping[str, Any]], *, has_one_writer: bool
) -> Insert:
    missing = [column for column in table.columns if not rows or column.name not in rows[0]]
    is_known = rows and all(
        column.primary_key or (column.nullable and column.default is None and column.server_default is None)
        for column in missing
    )
    if not is_known:
        return statement.returning(*table.columns).execution_options(**{_RETURNS: "rows"})
    if not any(column.primary_key for column in missing):
        return statement.execution_options(**{_RETURNS: "nothing"})
    if has_one_writer:  # which SQLite numbers on, row by row; returning them in order would cost a statement each
        return statement.execution_options(**{_RETURNS: "next numbers"})
    keys = statement.returning(*table.primary_key.columns, sort_by_parameter_order=True)
    return keys.execution_options(**{_RETURNS: "new keys"})


def _note_rows(connection: Connection, statement: Any, multi: Any, one: Any, _options: Any, result: Any) -> None:
    changes = _changes_of(connection, statement)
    returns = statement.get_execution_options().get(_RETURNS) if changes else None
    if changes is None or returns is None:
        return
    table: Table = statement.table
    if returns == "rows":
        changes.note_rows(table, result.all())
    elif returns == "keys":
        changes.note_keys(table, result.all())
    elif returns in ("nothing", "new keys", "next numbers"):
        rows: Sequence[Mapping[str, Any]] = multi or [one]
        columns = [_values_as_stored(column, rows, connection) for column in table.columns]
        if returns == "new keys":
            _put_keys(table, columns, [list(key) for key in zip(*result.all(), strict=True)])
        elif returns == "next numbers":
            [number] = table.primary_key.columns
            last = connection.execute(select(func.max(number))).scalar_one()
            _put_keys(table, columns, [list(range(last - len(rows) + 1, last + 1))])
        changes.note_rows(table, zip(*columns, strict=True))


def _values_as_stored(column: Column[Any], rows: Sequence[Mapping[str, Any]], connection: Connection) -> list[Any]:
    """The values as they are read again: free text is changed on its way into the store."""
    name, kind = column.name, column.type
    if isinstance(kind, FreeText):
        return [kind.process_bind_param(row.get(name), connection.dialect) for row in rows]
    return [row.get(name) for row in rows]


def _put_keys(table: Table, columns: list[list[Any]], keys: Sequence[list[Any]]) -> None:
    for column, values in zip(table.primary_key.columns, keys, strict=True):
        columns[list(table.columns).index(column)] = values


def _note_returned_keys(
    connection: Connection, cursor: Any, _text: str, _parameters: Any, context: Any, _many: bool
) -> None:
    """Note the keys in a result that the act itself reads, and put the result back."""
    # The statement of this execution: the compiled one may be of the cache, with the options of another.
    statement: Any = context.invoked_statement
    changes = _changes_of(connection, statement)
    if changes is None or statement.get_execution_options().get(_RETURNS) != "own":
        return
    table: Table = statement.table
    names = [column.name for column in statement.exported_columns]
    places = [names.index(column.name) for column in table.primary_key.columns]
    rows = cursor.fetchall()
    context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=rows)
    changes.note_keys(table, ([row[place] for place in places] for row in rows))


def _note_flushed(session: Session, _context: Any) -> None:
    changes: RowChanges | None = session.info.get(OPTION)
    if changes is None:
        return
    for instance in (*session.new, *session.dirty, *session.deleted):
        mapper = object_mapper(instance)
        table = mapper.local_table
        if isinstance(table, Table) and table.name not in UNCOMMITTED:
            changes.note_keys(table, [mapper.primary_key_from_instance(instance)])


def _on_rollback(session: Session, _previous: Any) -> None:
    changes: RowChanges | None = session.info.get(OPTION)
    if changes is not None:
        changes.forget_digests()
