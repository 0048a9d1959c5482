"""The data files over HTTP: listed, signed, whole and in parts; older ones are gone, and none has what was erased."""

import hashlib
import json

import jsonschema
import pytest
from backports import zstd

from registry import runtime
from registry.domain.publication import keyring, snapshots
from registry.keys.signing import verify
from registry.models import LedgerEntry
from sync.open_data import make_snapshot, replace_erased
from tests.support.closing import get
from tests.web import samples


@pytest.fixture
def exported(client):
    samples.release(samples.body(1), samples.body(2))
    first = make_snapshot()
    samples.release(samples.body(3))
    return first, make_snapshot()


def items(client):
    return get(client, "/api/v1/snapshots").get_json()["items"]


class TestSnapshots:
    def test_are_none_before_the_first(self, client):
        assert items(client) == []
        assert get(client, "/api/v1/dataset").get_json()["dcat:distribution"] == []

    def test_are_listed_with_files_that_are_as_they_say(self, client, exported):
        newest, older = items(client)
        assert (newest["snapshot"], older["snapshot"]) == tuple(str(one.name) for one in reversed(exported))
        assert (newest["is_given"], older["is_given"]) == (True, False)
        for file in newest["files"]:
            answer = get(client, file["path"])
            assert answer.status_code == 200
            assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]
            assert "attachment" in answer.headers["Content-Disposition"]
            assert answer.headers["Access-Control-Allow-Origin"] == "*"

    def test_give_lines_of_the_published_schema(self, client, exported):
        schema = get(client, "/api/v1/schemas/line").get_json()
        validator = jsonschema.Draft202012Validator(schema)
        newest = items(client)[0]
        for file in newest["files"]:
            if file["format"] == "jsonl" and file["compression"] == "zstd":
                lines = zstd.decompress(get(client, file["path"]).data).splitlines()
                assert lines
                for line in lines:
                    validator.validate(json.loads(line))

    def test_give_parts_of_files(self, client, exported):
        path = items(client)[0]["files"][0]["path"]
        whole = get(client, path).data
        part = get(client, path, headers={"Range": "bytes=5-9"})
        assert (part.status_code, part.data) == (206, whole[5:10])

    def test_of_before_have_their_manifest_and_no_files(self, client, exported):
        older = items(client)[1]
        note = get(client, older["manifest"]).text
        ring = keyring.parse_keyring(get(client, "/api/v1/ledger/keys").data, verify)
        assert snapshots.parse_manifest(ring.open_note(note, verify)[0]) == exported[0].manifest
        answer = get(client, older["files"][0]["path"])
        assert (answer.status_code, answer.get_json()["code"]) == (410, "snapshot-over")

    def test_are_withheld_once_a_record_was_erased_until_the_next(self, client, exported):
        path = items(client)[0]["files"][0]["path"]
        with runtime.begin() as work:  # the entry alone: the act itself is proved elsewhere
            number = work.session.query(LedgerEntry).count() + 1
            row = {"number": number, "record": samples.record_id(1), "revision": 2, "act": "erase"}
            work.session.add(LedgerEntry(**row, day=samples.TODAY, commitment="0" * 64, leaf=bytes(32)))
        assert get(client, path).status_code == 410
        assert not any(item["is_given"] for item in items(client))

    @pytest.mark.parametrize(
        "path",
        ["2026-11-28.1.x/manifest", "..%2F..%2Fregistry.db/manifest", "x/y", "2026-11-28.1.x/records.jsonl.zst"],
    )
    def test_that_are_not_there_are_not_found(self, client, exported, path):
        answer = get(client, f"/api/v1/snapshots/{path}")
        assert answer.status_code == 404

    def test_give_no_file_that_the_manifest_does_not_name(self, client, exported):
        name = exported[1].name
        for file in ("entries.bitmap", "manifest.note", "..%2Fmanifest.note"):
            assert get(client, f"/api/v1/snapshots/{name}/{file}").status_code == 404


class TestDataset:
    def test_describes_each_file(self, client, exported):
        body = get(client, "/api/v1/dataset").get_json()
        assert body["@type"] == "dcat:Dataset"
        named = {one["dcat:downloadURL"]["@id"].rpartition("/")[2] for one in body["dcat:distribution"]}
        assert named == {file["name"] for file in items(client)[0]["files"]}
        assert "dct:license" not in body  # none is stated


class TestCrossOrigin:
    @pytest.mark.parametrize(
        "path", ["/api/v1/records", "/api/v1/sectors", "/api/v1/records/0", "/api/v1/openapi.json"]
    )
    def test_reading_of_what_is_public_is_allowed(self, client, path):
        answer = get(client, path, headers={"Origin": "https://example.org"})
        assert (answer.headers.get("Access-Control-Allow-Origin") == "*") == (path != "/api/v1/openapi.json")

    def test_nothing_that_needs_a_key_is_opened(self, client):
        for path in ("/api/v1/penalties", "/api/v1/checks"):
            for method in (client.get, client.options, client.post):
                assert "Access-Control-Allow-Origin" not in method(path).headers

    def test_a_page_may_ask_with_a_tag(self, client):
        headers = client.options("/api/v1/records").headers
        assert "If-None-Match" in headers["Access-Control-Allow-Headers"]
        assert headers["Access-Control-Allow-Methods"] == "GET, HEAD"


class TestCommand:
    def test_makes_the_files_and_prints_their_digests(self, typed, client):
        samples.release(samples.body(1))
        code, output = typed("export")
        assert code == 0
        for file in items(client)[0]["files"]:
            assert file["sha256"] in output

    def test_that_nothing_was_erased_makes_no_new_one(self, exported, client):
        before = items(client)
        replace_erased()
        assert items(client) == before
