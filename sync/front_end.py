"""Front-end database (前置库): rows, feedback and holdings in tables that both sides reach (GB/T 39443-2020 5.6).

Rows are claimed by UPDATE … WHERE, never by their order or the other side's clock. Rows may be swept away after they
were taken; nothing is ever deleted here to mean anything.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    RowMapping,
    Table,
    create_engine,
    delete,
    insert,
    inspect,
    make_url,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from registry.domain.exchange import row_batch
from registry.domain.exchange.envelope import DELIVERED
from registry.domain.exchange.formats import known
from registry.domain.exchange.reconciliation import Row, bucket_of
from registry.domain.exchange.row_batch import IncomingBatch, IncomingRow, ReceiptLine, RowReceipt
from registry.errors import Fault
from registry.services.exchange.row_outbox import Dispatch
from sync import front_end_tables
from sync.front_end_tables import ACCEPTED, NEW, RETURNED, TAKEN
from sync.row_transport import TransportFailed

SECONDS = 30
FEEDBACK_MAX = 10_000
ROWS_MAX = 1000
"""Rows of one batch taken in."""
CHUNK = 300
_NOT_CELLS = frozenset({"ROW_ID", "BATCH", "STATUS"})
_OUTCOMES = frozenset({"accepted", "duplicate", "stale", "rejected", "conflict", "pending"})


class FrontEnd:
    """The front-end database shared with one platform."""

    def __init__(self, url: str, node: str, peer: str, seconds: int = SECONDS) -> None:
        self._node, self._peer = node, peer
        # No pool: a run takes seconds, and the next one may be minutes later.
        limits = _time_limits(make_url(url).get_backend_name(), seconds)
        try:
            self._engine: Engine = create_engine(url, poolclass=NullPool, connect_args=limits)
        except ImportError:  # the extra of this kind of database is not installed
            raise TransportFailed("driver-not-installed") from None
        self._answered: list[int] = []
        self._claimed: dict[tuple[int, str], tuple[str, list[int]]] = {}

    def close(self) -> None:
        """Connections end with each transaction already."""
        self._engine.dispose()

    def create(self, formats_out: Sequence[str], formats_in: Sequence[str]) -> list[str]:
        """Create the tables that are not there yet; returns the names of all."""
        metadata = front_end_tables.tables(formats_out, formats_in)
        try:
            metadata.create_all(self._engine)
        except SQLAlchemyError as error:
            raise TransportFailed(type(error).__name__) from None
        return sorted(metadata.tables)

    def write_batch(self, dispatch: Dispatch) -> None:
        """Insert the rows of a batch in one transaction; those that lie there already are left as they are."""
        with self._begin() as connection:
            for code in sorted({message.format for message in dispatch.messages}):
                messages = [message for message in dispatch.messages if message.format == code]
                table = front_end_tables.row_table(MetaData(), "out", code)
                there = _present(connection, table, [(one.record, one.revision) for one in messages])
                rows = [
                    {**row_batch.control_cells(one), **one.row}
                    | {"BATCH": dispatch.sequence, "STATUS": NEW, "M_VERSION": one.revision}
                    for one in messages
                    if (one.record, one.revision) not in there
                ]
                if rows:
                    connection.execute(insert(table), rows)
                # Sent again because the platform lost them: they are new once more.
                _set_status(connection, table, sorted(there.values()), NEW)

    def receipts(self) -> Iterator[RowReceipt]:
        """The feedback about rows of ours that was not taken yet, whatever batches they were in."""
        feedback = front_end_tables.feedback_table(MetaData())
        statement = select(feedback).where(feedback.c.ANSWERS == "out", feedback.c.STATUS == NEW)
        with self._begin() as connection:
            found = connection.execute(statement.order_by(feedback.c.ROW_ID).limit(FEEDBACK_MAX)).mappings().all()
        self._answered = [row["ROW_ID"] for row in found]
        if found:
            lines = [line for line in map(_line, found) if line is not None]
            yield row_batch.receipt_of((self._peer, self._node), (row_batch.NO_SEQUENCE, ""), lines)

    def settled(self, receipt: RowReceipt, *, is_closed: bool) -> None:  # noqa: ARG002 - feedback has no batch
        """Note the feedback that was settled as taken."""
        feedback = front_end_tables.feedback_table(MetaData())
        with self._begin() as connection:
            _set_status(connection, feedback, self._answered, TAKEN)

    def incoming(self) -> Iterator[IncomingBatch]:
        """Rows of the platform that are new, or were claimed and not answered, in batches of one format."""
        with self._begin() as connection:
            codes = self._codes(connection, "in")
        for code in codes:
            seen = 0
            while batch := self._claim(code, seen):
                yield batch
                seen = batch.sequence

    def answer(self, receipt: RowReceipt) -> None:
        """Write feedback for each row of a batch and set its status, in one transaction."""
        code, numbers = self._claimed.pop((receipt.sequence, receipt.digest))
        by_status: dict[int, list[int]] = {ACCEPTED: [], RETURNED: []}
        for number, line in zip(numbers, receipt.lines, strict=True):
            by_status[ACCEPTED if line.outcome in DELIVERED else RETURNED].append(number)
        rows = [
            {"ANSWERS": "in", "SOURCE_RECORD_ID": line.record, "M_VERSION": line.revision, "STATUS": NEW}
            | {"OUTCOME": line.outcome, "CODE": line.code, "MESSAGE": line.message}
            for line in receipt.lines
        ]
        with self._begin() as connection:
            connection.execute(insert(front_end_tables.feedback_table(MetaData())), rows)
            for status, chosen in by_status.items():
                _set_status(connection, front_end_tables.row_table(MetaData(), "in", code), chosen, status)

    def rows_at_peer(self, own: Sequence[Row]) -> tuple[list[Row], set[int]] | None:
        """The rows that the platform holds, all of them; None while its holdings are empty and ours are not."""
        with self._begin() as connection:
            table = front_end_tables.holdings_table(MetaData())
            statement = select(table.c.SOURCE_RECORD_ID, table.c.M_VERSION, table.c.ROW_HASH)
            found = connection.execute(statement.where(table.c["HOLDER"] == self._peer))
            rows = [(str(record), int(revision), str(row_hash)) for record, revision, row_hash in found]
        # An empty table is one that nobody fills: it never means that everything was lost.
        if not rows and own:
            return None
        return rows, {bucket_of(row[0]) for row in (*own, *rows)}

    def write_holdings(self, owner: str, rows: Sequence[Row]) -> None:  # noqa: ARG002 - the database is that of one peer
        """Replace the rows of what this node holds, in one transaction."""
        with self._begin() as connection:
            table = front_end_tables.holdings_table(MetaData())
            connection.execute(delete(table).where(table.c["HOLDER"] == self._node))
            values = [
                {"HOLDER": self._node, "SOURCE_RECORD_ID": record, "M_VERSION": revision, "ROW_HASH": row_hash}
                for record, revision, row_hash in rows
            ]
            if values:
                connection.execute(insert(table), values)

    def _claim(self, code: str, after: int) -> IncomingBatch | None:
        """Claim the next rows of a format; their batch is numbered by the first of them."""
        table = front_end_tables.row_table(MetaData(), "in", code)
        with self._begin() as connection:
            statement = select(table).where(table.c.STATUS.in_((NEW, TAKEN)), after < table.c.ROW_ID)
            found = connection.execute(statement.order_by(table.c.ROW_ID).limit(ROWS_MAX)).mappings().all()
            numbers = [row["ROW_ID"] for row in found]
            for start in range(0, len(numbers), CHUNK):
                part = numbers[start : start + CHUNK]
                claim = update(table).where(table.c.ROW_ID.in_(part), table.c.STATUS == NEW)
                connection.execute(claim.values(STATUS=TAKEN))
        if not found:
            return None
        rows = tuple(_incoming_row(code, row) for row in found)
        digest = row_batch.digest_of((row.record, row.revision, row.cells.get("ROW_HASH", "")) for row in rows)
        self._claimed[max(numbers), digest] = (code, numbers)
        return IncomingBatch(max(numbers), digest, is_full=False, rows=rows)

    def _codes(self, connection: Connection, direction: str) -> list[str]:
        """The formats whose tables are there."""
        names = set(inspect(connection).get_table_names())
        return [code for code in known.LAYOUTS if front_end_tables.table_name(direction, code) in names]

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise TransportFailed(type(error).__name__) from None


def _time_limits(backend: str, seconds: int) -> dict[str, Any]:
    """How long a database may take to connect and to answer, by its driver's own words; a file waits by itself."""
    if backend in ("mysql", "mariadb"):
        return {"connect_timeout": seconds, "read_timeout": 2 * seconds, "write_timeout": 2 * seconds}
    if backend == "postgresql":
        return {"connect_timeout": seconds, "tcp_user_timeout": 2000 * seconds}
    return {}


def _incoming_row(code: str, row: RowMapping) -> IncomingRow:
    cells = {str(name): str(text) for name, text in row.items() if name not in _NOT_CELLS and text is not None}
    faults = [
        Fault(f"/{name}", "control-character", "含有控制字符")
        for name, text in cells.items()
        if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text)
    ]
    return row_batch.parse_row(code, cells, faults)


def _word(value: Any, length: int) -> str:
    """A code or message as a receipt holds it: one line without control characters."""
    text = "" if value is None else " ".join(str(value).split())
    return "".join(sign for sign in text if sign.isprintable())[:length]


def _line(row: RowMapping) -> ReceiptLine | None:
    """A line of feedback; None for one that says nothing."""
    outcome: Any = str(row["OUTCOME"]).strip().lower()
    if outcome not in _OUTCOMES:
        return None
    return ReceiptLine(
        record=_word(row["SOURCE_RECORD_ID"], 64),
        revision=int(row["M_VERSION"]),
        outcome=outcome,
        code=_word(row["CODE"], 64),
        message=_word(row["MESSAGE"], 500),
    )


def _present(connection: Connection, table: Table, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Which of these (record, revision) a table has, and the numbers of their rows."""
    there: dict[tuple[str, int], int] = {}
    for start in range(0, len(keys), CHUNK):
        statement = select(table.c.SOURCE_RECORD_ID, table.c.M_VERSION, table.c.ROW_ID).where(
            tuple_(table.c.SOURCE_RECORD_ID, table.c.M_VERSION).in_(keys[start : start + CHUNK])
        )
        there |= {(record, revision): number for record, revision, number in connection.execute(statement)}
    return there


def _set_status(connection: Connection, table: Table, numbers: Sequence[int], status: int) -> None:
    for start in range(0, len(numbers), CHUNK):
        statement = update(table).where(table.c.ROW_ID.in_(numbers[start : start + CHUNK]))
        connection.execute(statement.values(STATUS=status))
