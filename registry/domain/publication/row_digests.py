"""Encode rows of tables for keyed digests, and the commitments of the rows that acts wrote."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

DIGEST_BYTES = 16
FIRST = ""
"""What stands before the first commitment of the chain."""


def _encode_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    raise TypeError(type(value).__name__)


_encoder = msgspec.msgpack.Encoder(order="deterministic", enc_hook=_encode_text)


class TableRows(msgspec.Struct, array_like=True):
    """Rows of one table: its columns, the keys of rows written with their digests in one string, the keys deleted."""

    columns: list[str]
    keys: list[list[Any]]
    digests: bytes
    deleted: list[list[Any]]


_decoder = msgspec.msgpack.Decoder(dict[str, TableRows])


def encode_row(table: str, values: Sequence[Any]) -> bytes:
    """The bytes of a row that its digest is made of: the table and the values in the order of the columns.

    Equal rows have equal bytes on every database: instants count, not their zone, and keys of JSON are sorted.
    """
    return _encoder.encode((table, values))


def encode_key(key: Sequence[Any]) -> bytes:
    """The primary key of a row as bytes, to compare keys of any type."""
    return _encoder.encode(key)


def show_key(encoded: bytes) -> str:
    """An encoded key as words for a finding."""
    return ", ".join(str(part) for part in msgspec.msgpack.decode(encoded))


def encode_rows(rows: Mapping[str, TableRows]) -> bytes:
    """The content of a commitment."""
    return _encoder.encode(rows)


def decode_rows(content: bytes) -> dict[str, TableRows]:
    """The rows of a commitment. Raises ``ValueError`` for bytes that are none."""
    return _decoder.decode(content)


def chain_bytes(previous: str, number: int, at: dt.datetime, kind: str, tables: str | None, rows: bytes) -> bytes:
    """The bytes that the digest of a commitment is made of, the digest before it included."""
    return _encoder.encode((previous, number, at, kind, tables, rows))
