"""Tables of a front-end database (前置库): rows out and in by format, feedback of both sides, holdings.

``registry exchange frontdb create`` makes them. Every column is text or a number; no statement needs one database's own
dialect. STATUS: 0 new, 1 taken, 2 accepted, 3 returned.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMTEXT

from registry.domain.exchange.formats import known

NEW, TAKEN, ACCEPTED, RETURNED = 0, 1, 2, 3
FEEDBACK, HOLDINGS = "exchange_feedback", "exchange_holdings"
_MYSQL = ("mysql", "mariadb")
_TEXT = Text().with_variant(MEDIUMTEXT(), *_MYSQL)
"""A text of MariaDB ends at 64 KiB; a cell may be longer."""
_AS_WRITTEN: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in _MYSQL
    for option, value in (("engine", "InnoDB"), ("charset", "utf8mb4"), ("collate", "utf8mb4_bin"))
}
"""MariaDB only: transactions, every character, and keys that differ where their letters do, whatever its defaults."""
_KEY = BigInteger().with_variant(Integer(), "sqlite")


def table_name(direction: str, code: str) -> str:
    """The name of the table of a format: ``out_cf_2018`` from this node, ``in_cf_2018`` to it."""
    return f"{direction}_{code.replace('-', '_')}"


def tables(formats_out: Iterable[str], formats_in: Iterable[str]) -> MetaData:
    """The tables for the formats of a peer."""
    metadata = MetaData()
    for direction, codes in (("out", formats_out), ("in", formats_in)):
        for code in codes:
            row_table(metadata, direction, code)
    feedback_table(metadata)
    holdings_table(metadata)
    return metadata


def row_table(metadata: MetaData, direction: str, code: str) -> Table:
    """The table of the rows of one format in one direction."""
    name = table_name(direction, code)
    return Table(
        name,
        metadata,
        Column("ROW_ID", _KEY, primary_key=True, autoincrement=True),
        Column("BATCH", Integer, nullable=False, index=True),
        Column("STATUS", Integer, nullable=False, index=True, server_default="0"),
        Column("SOURCE_RECORD_ID", String(64), nullable=False),
        Column("M_VERSION", Integer, nullable=False),
        Column("OP", String(1), nullable=False),
        Column("ROW_HASH", String(64), nullable=False),
        Column("PROVIDE_UNIT_NAME", _TEXT),
        *(Column(column, _TEXT) for column in known.LAYOUTS[code].columns),
        UniqueConstraint("SOURCE_RECORD_ID", "M_VERSION", name=f"uq_{name}"),
        **_AS_WRITTEN,
    )


def feedback_table(metadata: MetaData) -> Table:
    """What became of single rows. ``ANSWERS``: out for rows of this node, in for rows of the platform."""
    return Table(
        FEEDBACK,
        metadata,
        Column("ROW_ID", _KEY, primary_key=True, autoincrement=True),
        Column("ANSWERS", String(3), nullable=False),
        Column("SOURCE_RECORD_ID", String(64), nullable=False),
        Column("M_VERSION", Integer, nullable=False),
        Column("OUTCOME", String(16), nullable=False),
        Column("CODE", String(64)),
        Column("MESSAGE", String(500)),
        Column("STATUS", Integer, nullable=False, index=True, server_default="0"),
        **_AS_WRITTEN,
    )


def holdings_table(metadata: MetaData) -> Table:
    """What each side holds of the other's records. ``HOLDER``: the code of the node or platform that wrote the row."""
    return Table(
        HOLDINGS,
        metadata,
        Column("HOLDER", String(64), primary_key=True),
        Column("SOURCE_RECORD_ID", String(64), primary_key=True),
        Column("M_VERSION", Integer, nullable=False),
        Column("ROW_HASH", String(64), nullable=False),
        **_AS_WRITTEN,
    )
