"""A mirror of the data files is verified, goes on by deltas, and passes a day on which a delta is missing, cut, doubled
or false."""

import hashlib
import json

import pytest
import requests
from backports import zstd
from click.testing import CliRunner

from registry.cli import main
from registry.data_mirror import DataMirror
from registry.domain.cases.revision import Removal, removed_body
from registry.domain.publication import keyring, snapshots
from registry.keys.signing import verify
from registry.refusals.content import MonitorRefused
from registry.refusals.open_data import SnapshotMalformed
from registry.services.publication import ledger
from sync.open_data import make_snapshot
from tests.sync.bodies import body
from tests.sync.planting import published
from tests.web.samples import TODAY


class Carrier:
    """Fetches over HTTP, and does to what passes as a test tells it."""

    def __init__(self, node):
        self.node, self.fetched, self.change = node, [], lambda path, data: data

    def fetch(self, path):
        answer = requests.get(self.node.url + path, timeout=5)
        if answer.status_code != 200:
            raise MonitorRefused(str(answer.status_code))
        self.fetched.append(path.rpartition("/")[2])
        return self.change(path, answer.content)

    def fetch_file(self, path, target, bytes_max):
        target.write_bytes(self.fetch(path))


@pytest.fixture
def carrier(city):
    return Carrier(city)


@pytest.fixture
def mirror(city, carrier, tmp_path):
    """A mirror of the city whose keys were verified."""
    published(city.app, *(body() for _ in range(3)))
    city.do(ledger.seal)

    def update(**options):
        ring = keyring.parse_keyring(carrier.fetch("/api/v1/ledger/keys"), verify)
        carrier.fetched.clear()
        return DataMirror(tmp_path / "mirror", ring, carrier.fetch, carrier.fetch_file).update(**options)

    return update


def export(city):
    with city:
        return make_snapshot()


def kept(tmp_path):
    return (tmp_path / "mirror" / "data" / "records.jsonl").read_bytes()


def newest(city):
    """The full content that the node gives now."""
    items = requests.get(f"{city.url}/api/v1/snapshots", timeout=5).json()["items"]
    given = next(item for item in items if item["is_given"])
    path = next(file["path"] for file in given["files"] if file["name"] == "records.jsonl.zst")
    return zstd.decompress(requests.get(city.url + path, timeout=5).content)


def a_day(city):
    """Publish a record, withdraw another, and export."""
    first = json.loads(newest(city).splitlines()[0])["body"]
    gone = removed_body(first, Removal("withdraw", "withdrawn", "撤回", TODAY, TODAY), TODAY)
    published(city.app, body(), gone)
    return export(city)


DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "doubled": lambda data: data + data,
    "of nothing": lambda data: b"",
    "false": lambda data: zstd.compress(b'{"entry":1,"gone":{}}\n'),
}


class TestMirror:
    def test_takes_the_full_file_first_and_then_deltas(self, city, carrier, mirror, tmp_path):
        export(city)
        assert mirror().by == "full"
        assert kept(tmp_path) == newest(city)
        for _ in range(2):
            a_day(city)
            assert mirror().by == "delta"
            assert kept(tmp_path) == newest(city)
            assert "records.jsonl.zst" not in carrier.fetched
        assert mirror().by == "unchanged"

    def test_that_was_away_for_days_takes_one_delta(self, city, carrier, mirror, tmp_path):
        export(city)
        mirror()
        for _ in range(3):
            a_day(city)
        assert mirror().by == "delta"
        assert kept(tmp_path) == newest(city)

    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
    def test_passes_a_day_on_which_the_delta_is_damaged(self, city, carrier, mirror, tmp_path, damage):
        export(city)
        mirror()
        a_day(city)
        carrier.change = lambda path, data: damage(data) if "delta" in path else data
        assert mirror().by == "full"
        assert kept(tmp_path) == newest(city)

    def test_passes_a_day_on_which_the_delta_is_missing(self, city, carrier, mirror, tmp_path):
        export(city)
        mirror()
        for path in a_day(city).folder.glob("delta*"):
            path.unlink()
        assert mirror().by == "full"
        assert kept(tmp_path) == newest(city)

    def test_mends_a_copy_that_was_changed_here(self, city, carrier, mirror, tmp_path):
        export(city)
        mirror()
        (tmp_path / "mirror" / "data" / "records.jsonl").write_bytes(b"")
        assert mirror().by == "full"
        assert kept(tmp_path) == newest(city)

    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
    def test_keeps_its_copy_when_nothing_that_comes_is_whole(self, city, carrier, mirror, tmp_path, damage):
        export(city)
        mirror()
        before = kept(tmp_path)
        a_day(city)
        carrier.change = lambda path, data: damage(data) if ".zst" in path else data
        with pytest.raises(SnapshotMalformed):
            mirror()
        assert kept(tmp_path) == before
        carrier.change = lambda path, data: data
        mirror()
        assert kept(tmp_path) == newest(city)

    @pytest.mark.parametrize(
        "change",
        [
            lambda note: note.replace(b'"records":', b'"records":1'),
            lambda note: note.split(b"\n\n")[0] + b"\n\n",
            lambda note: b"",
        ],
    )
    def test_takes_nothing_whose_manifest_is_not_signed(self, city, carrier, mirror, change):
        export(city)
        carrier.change = lambda path, data: change(data) if "manifest" in path else data
        with pytest.raises(SnapshotMalformed):
            mirror()

    def test_takes_no_older_snapshot_again(self, city, carrier, mirror, tmp_path):
        old = export(city)
        a_day(city)
        mirror()
        before = kept(tmp_path)
        path = f"/api/v1/snapshots/{old.name}/manifest"
        carrier.change = lambda at, data: old.note.encode() if at.endswith("/manifest") and at != path else data
        with pytest.raises(SnapshotMalformed):
            mirror()
        assert kept(tmp_path) == before

    def test_asks_a_person_about_a_new_epoch(self, city, mirror, tmp_path):
        export(city)
        mirror()
        epoch = city.do(ledger.renew_epoch).epoch
        export(city)
        with pytest.raises(SnapshotMalformed):
            mirror()
        assert mirror(accepted_epoch=epoch).by in ("full", "unchanged")
        assert kept(tmp_path) == newest(city)

    def test_of_a_node_without_files_has_none(self, mirror):
        assert mirror() is None


class TestCommand:
    def test_keeps_a_verified_copy(self, city, mirror, tmp_path):
        export(city)
        for _ in range(2):
            done = CliRunner().invoke(main, ["mirror", city.url, str(tmp_path / "copy")])
            assert done.exit_code == 0, done.output
            data = (tmp_path / "copy" / "data" / "records.jsonl").read_bytes()
            assert hashlib.sha256(data).hexdigest() in done.output
            assert data == newest(city)
            a_day(city)

    def test_says_that_there_are_no_files_yet(self, city, mirror, tmp_path):
        done = CliRunner().invoke(main, ["mirror", city.url, str(tmp_path / "copy")])
        assert done.exit_code == 0
        assert "no data files yet" in done.output


def test_the_manifest_here_is_read_by_the_same_rules():
    with pytest.raises(SnapshotMalformed):
        snapshots.parse_manifest("city/a\n{}\n")
