"""The head of the ledger kept outside the database: durable, never set back, never taken from another ledger."""

import json
import threading

import pytest

from registry import head_record
from registry.head_record import HeadRecord, HeadRecordDamaged

FIRST = HeadRecord("city/a", 5, 4, "aa" * 32)


class TestKeep:
    def test_is_read_back(self, tmp_path):
        assert head_record.read(str(tmp_path)) is None
        head_record.keep(str(tmp_path), FIRST)
        assert head_record.read(str(tmp_path)) == FIRST

    def test_never_sets_it_back(self, tmp_path):
        head_record.keep(str(tmp_path), FIRST)
        head_record.keep(str(tmp_path), HeadRecord("city/a", 9, 2, "bb" * 32))
        assert head_record.read(str(tmp_path)) == HeadRecord("city/a", 9, 4, "aa" * 32)

    def test_takes_no_head_of_another_ledger_unless_it_was_renewed(self, tmp_path):
        head_record.keep(str(tmp_path), FIRST)
        other = HeadRecord("city/b", 1)
        head_record.keep(str(tmp_path), other)
        assert head_record.read(str(tmp_path)) == FIRST
        head_record.keep(str(tmp_path), other, is_new_log=True)
        assert head_record.read(str(tmp_path)) == other

    def test_ends_with_the_largest_when_many_write_at_once(self, tmp_path):
        heads = [HeadRecord("city/a", size) for size in range(1, 41)]
        threads = [threading.Thread(target=head_record.keep, args=(str(tmp_path), head)) for head in heads]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert head_record.read(str(tmp_path)).size == 40
        assert sorted(path.name for path in tmp_path.iterdir()) == [head_record.FILE, head_record.LOCK_FILE]


class TestRead:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"{}",
            b"\xff",
            json.dumps({"origin": "city/a", "size": "5"}).encode(),
            json.dumps({"origin": "city/a", "size": 5, "more": 1}).encode(),
            json.dumps({"origin": None, "size": 5}).encode(),
        ],
    )
    def test_refuses_a_damaged_file(self, tmp_path, content):
        (tmp_path / head_record.FILE).write_bytes(content)
        with pytest.raises(HeadRecordDamaged):
            head_record.read(str(tmp_path))
