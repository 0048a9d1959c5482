"""Data files: base and delta give the next full file after any history; the newest alone is given, and signed."""

import csv
import datetime as dt
import gzip
import hashlib
import io
import json
import os
import random
import tracemalloc

import openpyxl
import pytest
from backports import zstd
from pyroaring import BitMap

from registry import runtime
from registry.domain.cases.revision import Removal, removed_body
from registry.domain.permissions import SYSTEM
from registry.domain.publication import canonical, keyring, snapshots
from registry.keys.signing import verify
from registry.queries.publication import (
    known_keys,
    ledger_state,
    postings,
    publications,
    record_search,
    snapshot_records,
    snapshot_store,
)
from registry.queries.publication.publications import Moment
from registry.queries.store_cache import StoreCache
from registry.refusals.open_data import SnapshotOver, SnapshotUnknown
from registry.services.publication.publishing import Version, publish
from registry.services.publication.snapshots import delta_lines, exporter
from tests.web import samples
from tools.synthetic import uscc

SEQUENCES = int(os.environ.get("SEQUENCES", "60"))
"""``make deltas SEQUENCES=10000`` plays more."""
STEPS, RECORDS, EXPORTS = 12, 6, 3


class History:
    """A random history of a few records, and the lines that a full file must have after each step of it."""

    def __init__(self, work, seed):
        self.work, self.random, self.day = work, random.Random(seed), samples.TODAY
        self.newest = {}

    def step(self):
        """Publish, correct, withdraw, dispute or expire some records; days pass."""
        number = self.random.randrange(RECORDS)
        before = self.newest.get(number, (0, None))[1]
        act = self.random.choice(["publish", "correct", "withdraw", "days", "hide"])
        if act == "days":
            self.day += dt.timedelta(days=self.random.choice([1, 40, 400]))
            return
        if before is None or before["state"] != "published":
            revision = before["revision"] + 1 if before else 1
            after = self.body(number) | {"revision": revision}
        elif act == "withdraw":
            after = removed_body(before, Removal("withdraw", "withdrawn", "撤回", self.day, self.day), self.day)
        else:
            audience = "authorised" if act == "hide" else "public"
            after = self.body(number) | {"revision": before["revision"] + 1, "act": "correct", "audience": audience}
        [entry] = publish(self.work, [Version(after, origin="local")])
        self.newest[number] = (entry, after)

    def body(self, number):
        begins = self.day + dt.timedelta(days=self.random.choice([-3, 0, 30]))
        ends = self.day + dt.timedelta(days=self.random.choice([1, 60, 900]))
        facts = {"facts": f"第{self.random.randrange(99)}次", "visible_from": begins.isoformat()}
        return samples.body(number, **facts, visible_until=ends.isoformat())

    def expected(self):
        """The full file, from the bodies alone."""
        shown = [
            (entry, body)
            for entry, body in self.newest.values()
            if body["state"] == "published"
            and body["audience"] == "public"
            and body["visible_from"] <= self.day.isoformat() < body["visible_until"]
        ]
        lines = (
            b'{"entry":%d,"body":%s}\n' % (entry, canonical.dumps(body))
            for entry, body in sorted(shown, key=lambda pair: pair[0])
        )
        return b"".join(lines)


class Over(Exception):  # noqa: N818 - no error
    """A history is over, and nothing of it stays."""


def play(seed):
    """Play a history; its full files in order, and the entries of each."""
    files = []
    for module, name in ((postings, "_known"), (postings, "_values"), (record_search, "_counts")):
        setattr(module, name, StoreCache(1))  # a history that was rolled back left its entries there
    with pytest.raises(Over), runtime.begin() as work:
        history = History(work, seed)
        for _ in range(EXPORTS):
            for _ in range(STEPS // EXPORTS):
                history.step()
            session, day = work.session, history.day
            session.flush()
            entries = snapshot_records.shown(session, Moment(day, ledger_state.head(session), day, is_now=True))
            full = b"".join(
                snapshots.full_line(entry, body, is_own=True)
                for entry, body, _ in snapshot_records.bodies(session, entries)
            )
            assert full == history.expected(), seed
            deltas = [list(delta_lines(session, before, entries, "local")) for before, _ in files]
            for (_, base), delta in zip(files, deltas, strict=True):
                assert b"".join(snapshots.apply_delta(base.splitlines(keepends=True), delta)) == full, seed
                assert set(delta) <= {*full.splitlines(keepends=True)} | {line for line in delta if b'"gone"' in line}
            files.append((entries, full))
        raise Over
    return files


class TestDelta:
    def test_gives_the_next_full_file_after_any_history(self, app):
        with app.app_context():
            files = [full for seed in range(SEQUENCES) for _, full in play(seed)]
        assert len(set(files)) > SEQUENCES  # the histories differ


class TestBodyChunks:
    def test_are_all_in_order_and_a_reader_that_stops_early_leaves_the_session_of_use(self, app, monkeypatch):
        monkeypatch.setattr(snapshot_records, "CHUNK", 2)
        with app.app_context():
            samples.release(*(samples.body(number) for number in range(1, 8)))
            with runtime.reading() as session:
                entries = BitMap([1, 2, 3, 5, 6, 7])
                chunks = [[row[0] for row in rows] for rows in snapshot_records.body_chunks(session, entries)]
                assert chunks == [[1, 2], [3, 5], [6, 7]]
                reading = snapshot_records.body_chunks(session, entries)
                assert len(next(reading)) == 2
                del reading
                assert ledger_state.head(session) == 7


@pytest.fixture
def export(app):
    """Make a snapshot as of a day."""
    with app.app_context():

        def make(day=samples.TODAY):
            chosen = runtime.perform(SYSTEM, exporter)
            with runtime.reading(one_state=True) as session:
                return chosen.export(session, publications.moment(session, day))

        yield make


def content(snapshot, name):
    path = snapshot.folder / name
    data = path.read_bytes()
    return zstd.decompress(data) if name.endswith(".zst") else gzip.decompress(data) if name.endswith(".gz") else data


class TestExport:
    def test_is_signed_and_names_the_digest_of_each_file(self, export):
        samples.release(samples.body(1), samples.listing_body(2))
        snapshot = export()
        with runtime.reading() as session:
            document = known_keys.document(session, "city", runtime.keys().signer)
        ring = keyring.parse_keyring(document, verify)
        text, _ = ring.open_note(snapshot.note, verify)
        manifest = snapshots.parse_manifest(text)
        assert manifest == snapshot.manifest
        assert manifest.records == 2
        for file in manifest.files:
            data = (snapshot.folder / file.name).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
            plain = content(snapshot, file.name)
            assert (len(plain), hashlib.sha256(plain).hexdigest()) == (file.content_bytes, file.content_sha256)

    def test_has_the_same_records_in_every_format(self, export):
        samples.release(samples.body(1, name="=cmd|' /C calc'!A0"), samples.listing_body(2))
        snapshot = export()
        lines = [json.loads(line) for line in content(snapshot, "records.jsonl.zst").splitlines()]
        assert content(snapshot, "records.jsonl.gz") == content(snapshot, "records.jsonl.zst")
        rows = content(snapshot, "records.csv.gz").decode("utf-8-sig").splitlines()
        book = openpyxl.load_workbook(snapshot.folder / "records.xlsx")
        cells = list(book["公示记录"].iter_rows(min_row=2, values_only=True))
        assert [line["entry"] for line in lines] == [int(row.split(",")[0]) for row in rows[1:]]
        assert [str(line["entry"]) for line in lines] == [row[0] for row in cells]
        assert "'=cmd" in rows[1]
        assert "=cmd|' /C calc'!A0" in cells[0]

    def test_made_again_without_any_change_is_the_same(self, export):
        samples.release(samples.body(1))
        assert export().name == export().name

    def test_gives_the_newest_alone_and_keeps_the_manifests_of_others(self, export):
        samples.release(samples.body(1))
        first = export()
        samples.withdraw(samples.body(1), "撤回")
        second = export()
        home = runtime.settings().home
        assert snapshot_store.find(home, str(first.name)).manifest == first.manifest
        with pytest.raises(SnapshotOver):
            snapshot_store.find_file(home, str(first.name), "records.jsonl.zst")
        with pytest.raises(SnapshotUnknown):
            snapshot_store.find_file(home, str(second.name), "entries.bitmap")
        name = samples.body(1)["subject"]["name"].encode()
        files = [
            path for path in snapshot_store.folder_of(home).rglob("*") if path.is_file() and path.suffix != ".note"
        ]
        assert not any(name in content(second, str(path)) for path in files if path.suffix in (".zst", ".gz"))

    def test_has_a_delta_from_each_snapshot_before(self, export):
        fulls = {}
        for number in range(4):
            samples.release(samples.body(number))
            if number == 2:
                samples.withdraw(samples.body(1), "撤回")
            snapshot = export()
            full = content(snapshot, "records.jsonl.zst")
            for base, before in fulls.items():
                delta = content(snapshot, f"delta.{base}.jsonl.zst").splitlines(keepends=True)
                assert b"".join(snapshots.apply_delta(before.splitlines(keepends=True), delta)) == full
            fulls[str(snapshot.name)] = full

    def test_has_what_is_new_and_gone_since_the_one_before_as_tables(self, export):
        first = samples.body(1, name="=盐城瀚蓝")
        samples.release(first, samples.body(2), samples.body(3))
        export()
        base = export().name
        samples.release(samples.body(1, name="=盐城瀚蓝") | {"revision": 2, "act": "correct"}, samples.body(4))
        samples.withdraw(samples.body(2), "撤回")
        later = export()
        assert [file.name for file in later.manifest.files if file.base and file.format == "csv"] == [
            f"delta.{base}.csv.zst",
            f"delta.{base}.csv.gz",
        ]
        rows = list(csv.DictReader(io.StringIO(content(later, f"delta.{base}.csv.gz").decode("utf-8-sig"))))
        record = samples.record_id
        assert [(row["change"], row["reason"], row["entry"], row["record"], row["subject.name"]) for row in rows] == [
            ("gone", "replaced", "1", record(1), ""),
            ("gone", "removed", "2", record(2), ""),
            ("new", "", "4", record(1), "'=盐城瀚蓝"),
            ("new", "", "5", record(4), samples.body(4)["subject"]["name"]),
        ]
        book = openpyxl.load_workbook(later.folder / f"delta.{base}.xlsx")
        head, *cells = book["公示记录"].values
        assert head[:3] == ("变化", "原因", "登记号")
        assert [row[:2] for row in cells] == [
            ("删除", "被新版本取代"),
            ("删除", "不再公示"),
            ("新增", None),
            ("新增", None),
        ]
        for file in later.manifest.files:
            assert hashlib.sha256((later.folder / file.name).read_bytes()).hexdigest() == file.sha256

    def test_of_a_later_day_leaves_out_what_has_ended(self, export):
        samples.release(samples.body(1, visible_until="2026-11-23"), samples.body(2))
        export()
        later = export(dt.date(2026, 11, 23))
        changes = next(file for file in later.manifest.files if file.base and file.format == "jsonl")
        [gone] = [json.loads(line) for line in content(later, changes.name).splitlines()]
        assert (gone["gone"]["reason"], gone["gone"]["until_entry"]) == ("ended", None)
        assert later.manifest.records == 1

    def test_takes_little_memory(self, export):
        for start in range(0, 3_000, 500):
            samples.release(*(samples.body(start + at, subject=_subject(start + at)) for at in range(500)))
        tracemalloc.start()
        export()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 64 * 1024 * 1024


def _subject(number):
    return {"kind": "organisation", "name": f"盐城虚构{number}号有限公司", "uscc": uscc("91320902", number)}
