"""The columns of records as a table are made from the types, and each has words."""

import msgspec
import pytest

from registry.domain import records
from registry.domain.publication import record_columns
from tests.web import samples


class TestColumns:
    def test_have_words_and_come_once(self):
        columns = record_columns.columns()
        assert len({column.path for column in columns}) == len(columns)
        assert all(column.title and column.form for column in columns)

    @pytest.mark.parametrize("kind", records.PUBLIC_KINDS)
    def test_hold_every_field_that_a_record_shows(self, kind):
        paths = {column.path.partition(".")[0] for column in record_columns.columns() if kind in column.kinds}
        fields = {field.encode_name for field in msgspec.structs.fields(records.KINDS[kind].body)}
        assert fields - paths == fields & {
            "schema", "act", "state", "audience", *records.REMOVAL_FIELDS, *records.SUSPENSION_FIELDS
        }  # fmt: skip

    def test_no_title_is_of_a_field_that_is_gone(self):
        assert set(record_columns.TITLES) <= {column.path for column in record_columns.columns()} | {"entry"}


class TestCells:
    def test_stand_under_their_headings(self):
        body = samples.body(1, sectors=["procurement", "construction"])
        row = dict(zip(record_columns.headings(in_words=False), record_columns.cells(9, body), strict=True))
        assert row["entry"] == "9"
        assert row["subject.name"] == body["subject"]["name"]
        assert row["sectors"] == "procurement；construction"
        assert row["is_grave"] == "false"
        assert '"code": "B1"' in row["measures"]
        assert row["scheme.code"] == row["disputed_on"] == ""
