"""A delta applied to the file it starts from gives the later file, byte for byte; to anything else it is refused."""

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import records
from registry.domain.publication import canonical, snapshots
from registry.domain.publication.snapshots import apply_delta
from registry.refusals.open_data import SnapshotMalformed
from tests.web import samples

entries = st.sets(st.integers(1, 60))


def line(entry):
    return snapshots.full_line(entry, json.dumps({"n": entry}).encode(), is_own=True)


def full(numbers):
    return [line(entry) for entry in sorted(numbers)]


def delta(before, now):
    gone = [(entry, snapshots.gone_line(entry, "removed", "0" * 32, entry + 100)) for entry in before - now]
    return [data for _, data in sorted([*gone, *((entry, line(entry)) for entry in now - before)])]


class TestApplyDelta:
    @given(before=entries, now=entries)
    def test_gives_the_later_file(self, before, now):
        assert list(apply_delta(full(before), delta(before, now))) == full(now)

    @given(before=entries, now=entries, other=entries)
    def test_of_another_file_never_gives_the_later_one_silently_changed(self, before, now, other):
        """What is not refused differs from the later file, so that its digest tells."""
        try:
            result = list(apply_delta(full(other), delta(before, now)))
        except SnapshotMalformed:
            return
        assert result == full((other - (before - now)) | (now - before))

    @given(before=entries, now=entries, data=st.data())
    def test_that_is_doubled_is_refused(self, before, now, data):
        changes = delta(before, now)
        if changes:
            with pytest.raises(SnapshotMalformed):
                list(apply_delta(full(before), changes + changes))

    @given(before=entries, now=entries, cut=st.integers(1, 30))
    def test_that_is_cut_is_refused_or_gives_another_file(self, before, now, cut):
        whole = b"".join(delta(before, now))
        if not whole:
            return
        try:
            result = list(apply_delta(full(before), whole[: -min(cut, len(whole))].splitlines(keepends=True)))
        except SnapshotMalformed:
            return
        assert result != full(now)

    @pytest.mark.parametrize(
        "data", [b"\n", b"{}\n", b'{"entry":0,"body":{}}\n', b'{"entry":1,"body":{}}', b'{"entry":1}\n']
    )
    def test_refuses_a_line_that_is_none(self, data):
        with pytest.raises(SnapshotMalformed):
            list(apply_delta([], [data]))


class TestName:
    @pytest.mark.parametrize(
        "text", ["", "2026-11-28", "2026-13-01.1.a", "2026-11-28.1.A", "../2026-11-28.1.a", "2026-11-28.1.a/x"]
    )
    def test_that_is_none_is_not_read(self, text):
        assert snapshots.parse_name(text) is None

    def test_is_read_as_it_is_written(self):
        name = snapshots.parse_name("2026-11-28.57.abc1")
        assert str(name) == "2026-11-28.57.abc1"


class TestLineSchema:
    def test_takes_lines_of_every_kind_of_sample_and_of_what_has_gone(self):
        validator = jsonschema.Draft202012Validator(snapshots.line_schema())
        for body in (samples.body(1), samples.listing_body(2)):
            validator.validate(json.loads(snapshots.full_line(7, canonical.dumps(body), is_own=True)))
        validator.validate(json.loads(snapshots.gone_line(7, "ended", "0" * 32, None)))
        assert not validator.is_valid({"entry": 7})

    def test_a_field_of_a_later_schema_is_not_shown_of_a_body_from_elsewhere(self):
        body = samples.body(1) | {"schema": records.SCHEMA + 1, "later": "x"}
        shown = json.loads(snapshots.full_line(7, canonical.dumps(body), is_own=False))
        assert "later" not in shown["body"]

    def test_lines_written_together_are_those_written_alone(self):
        later = samples.body(1) | {"schema": records.SCHEMA + 1, "later": "x"}
        rows = [
            (entry, canonical.dumps(body), origin)
            for entry, body in enumerate((samples.body(2), samples.listing_body(3), later), start=1)
            for origin in ("here", "elsewhere")
        ]
        alone = [snapshots.full_line(entry, body, is_own=origin == "here") for entry, body, origin in rows]
        assert snapshots.full_lines(rows, "here") == b"".join(alone)
