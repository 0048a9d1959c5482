"""The examples of docs/exchange.md are messages that the program takes, byte for byte."""

import json
import re
from pathlib import Path

import pytest

from registry.domain.exchange import row_batch
from registry.domain.exchange.formats import known
from registry.domain.exchange.formats.model import RowMessage
from registry.domain.exchange.row_batch import BucketRequest, BucketRows, DigestSheet, Manifest, RowReceipt
from sync import front_end_tables

TEXT = (Path(__file__).parents[3] / "docs" / "exchange.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)\n```", TEXT, re.DOTALL)
KINDS = {
    "manifest": Manifest,
    "receipt": RowReceipt,
    "sheet": DigestSheet,
    "request": BucketRequest,
    "rows": BucketRows,
}


class TestExamples:
    def test_are_one_for_each_message(self):
        assert {name for name, _ in EXAMPLES} == {*KINDS, "row"}

    @pytest.mark.parametrize(("name", "text"), [pair for pair in EXAMPLES if pair[0] != "row"])
    def test_are_taken_and_written_the_same(self, name, text):
        message = row_batch.decode(text.encode(), KINDS[name])
        assert row_batch.encode(message).decode() == text
        assert not isinstance(message, RowReceipt) or row_batch.has_consistent_counts(message)

    def test_have_the_hash_that_is_stated(self):
        [text] = [text for name, text in EXAMPLES if name == "row"]
        record, revision, operation, fmt, cells = json.loads(text)
        message = RowMessage(record, revision, operation, fmt, cells)
        assert f"`{message.hash}`" in TEXT
        assert row_batch.parse_row(fmt, {**row_batch.control_cells(message), **cells}).message == message


class TestPage:
    def test_names_every_column_and_every_format(self):
        columns = {column for fmt in known.FORMATS.values() for column in fmt.columns} | set(row_batch.CONTROL)
        assert all(f"`{column}`" in TEXT for column in columns)
        assert all(f"### `{code}`" in TEXT for code in known.FORMATS)

    def test_names_every_table_and_column_of_the_front_end(self):
        for table in front_end_tables.tables([], []).tables.values():
            assert f"`{table.name}`" in TEXT
            assert all(f"`{column.name}`" in TEXT for column in table.columns)
