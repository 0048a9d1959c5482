"""registry backup and restore, on both stores."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import create_engine, inspect, make_url, select, text

from registry import runtime
from registry.app import create_app
from registry.domain.publication import canonical
from registry.keys.key_files import KeyProtection
from registry.keys.signing import Keys, Signer
from registry.maintenance import backup, manifest, sealed_keys, store_copy
from registry.models import AuditEvent, Base
from registry.settings import Settings
from tests.maintenance.conftest import Place
from tests.support.desk import Desk

PASSPHRASE = "十二个字以上的口令才可以用"
Backup = Callable[..., Path]


def tables(url: str) -> dict[str, list[str]]:
    """Every row of every table, in an order of its own."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return {
                name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}"))))
                for name in Base.metadata.tables
            }
    finally:
        engine.dispose()


def is_empty(place: Place) -> bool:
    """Whether nothing was restored, not even in part."""
    url = make_url(place.settings.url)
    if url.get_backend_name() == "sqlite":
        return not [path for path in Path(str(url.database)).parent.glob("*") if path.is_file()]
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names() == []
    finally:
        engine.dispose()


class TestBackup:
    def test_is_restored_to_the_same_rows(self, city: Settings, backed_up: Backup, place: Place, store: str) -> None:
        before = tables(store)
        folder = backed_up()
        place.put_keys(city)
        code, said = place.type("restore", folder)
        assert code == 0, said
        assert "1 entries verified" in said
        after = tables(place.settings.database_url)
        # New are the epoch with its head and its note, the departments that `registry init` adds, the commitments.
        expected = {"counters", "audit_events", "departments", "log_epochs", "checkpoints", "row_commitments"}
        assert {name for name in before if before[name] != after[name]} == expected
        assert all(set(before[name]) <= set(after[name]) for name in before)

    def test_is_made_while_others_write(self, city: Settings, backed_up: Backup, place: Place, desk: Desk) -> None:
        writing = subprocess.Popen([sys.executable, "-c", _WRITER, city.database_url], stdout=subprocess.PIPE)
        try:
            assert writing.stdout is not None
            writing.stdout.readline()
            folder = backed_up()
        finally:
            writing.kill()
            writing.communicate()
        place.put_keys(city)
        code, said = place.type("restore", folder)
        assert code == 0, said

    def test_says_what_it_holds(self, city: Settings, backed_up: Backup) -> None:
        folder = backed_up()
        content = json.loads((folder / manifest.FILE).read_bytes())["manifest"]
        assert (content["node"], content["size"], content["format"]) == ("city", 1, 1)
        assert re.fullmatch(r"[0-9a-f]{64}", content["root"])
        assert set(content["files"]) == {path.name for path in folder.iterdir()} - {manifest.FILE}

    def test_is_for_its_owner_only(self, backed_up: Backup, tmp_path: Path) -> None:
        folder = backed_up("--with-keys", "--passphrase-file", _passphrase(tmp_path, PASSPHRASE))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}

    def test_holds_no_key(self, city: Settings, backed_up: Backup) -> None:
        folder = backed_up()
        secrets = [path.read_bytes() for path in city.keys_path.iterdir() if path.name != "node"]
        content = b"".join(path.read_bytes() for path in folder.iterdir())
        assert not [secret for secret in secrets if secret in content]

    def test_is_named_in_the_audit_trail(self, backed_up: Backup) -> None:
        backed_up()
        with runtime.reading() as session:
            events = session.execute(
                select(AuditEvent.reference, AuditEvent.detail).where(AuditEvent.act == backup.ACT)
            )
            assert events.all() == [("city", "1 entries")]

    def test_leaves_nothing_when_the_copy_fails(
        self, city: Settings, tmp_path: Path, typed: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store_copy, "_copy_sqlite", full)
        monkeypatch.setattr(store_copy, "_copy_postgresql", full)
        code, said = typed("backup", tmp_path / "backups")
        assert (code, list((tmp_path / "backups").iterdir())) == (1, [])
        assert said.startswith("backup-failed: ")

    def test_removes_what_a_killed_one_left(self, backed_up: Backup, tmp_path: Path) -> None:
        left = tmp_path / "backups" / ".city-20260101T000000Z.part"
        left.mkdir(parents=True)
        (left / "database.dump").write_bytes(b"half")
        backed_up()
        assert not left.exists()

    def test_keeps_the_newest_only_when_told(self, backed_up: Backup, tmp_path: Path) -> None:
        folder = tmp_path / "backups"
        others = [folder / name for name in ("city-20260101T000000Z", "city-20260102T000000Z")]
        foreign = [folder / name for name in ("county-20260101T000000Z", "city-notes")]
        for path in (*others, *foreign):
            path.mkdir(parents=True)
        newest = backed_up("--keep", 2)
        assert set(folder.iterdir()) == {newest, others[1], *foreign}


class TestAddress:
    def test_shows_no_password_and_every_host(self) -> None:
        chosen = Settings(database_url="postgresql://u:s3cret@a,b:7/db?target_session_attrs=read-write")
        address = store_copy.address_without_password(make_url(chosen.url))
        assert "s3cret" not in address
        assert conninfo_to_dict(address) == {
            "user": "u", "host": "a,b", "port": "5432,7", "dbname": "db", "target_session_attrs": "read-write"
        }  # fmt: skip


class TestRestore:
    def test_needs_the_keys_first(self, backed_up: Backup, place: Place) -> None:
        code, said = place.type("restore", backed_up())
        assert (code, is_empty(place), place.keys.exists()) == (1, True, False)
        assert said.startswith("restore-keys-missing: ")

    def test_fills_only_an_empty_place(self, city: Settings, backed_up: Backup, place: Place) -> None:
        folder = backed_up()
        place.put_keys(city)
        assert place.type("restore", folder)[0] == 0
        before = tables(place.settings.database_url)
        code, said = place.type("restore", folder)
        assert code == 1
        assert said.startswith("restore-not-empty: ")
        assert tables(place.settings.database_url) == before

    @pytest.mark.parametrize("cut", [0, 1, 1000])
    def test_refuses_a_truncated_file(self, city: Settings, backed_up: Backup, place: Place, cut: int) -> None:
        folder = backed_up()
        [file] = [path for path in folder.iterdir() if path.name != manifest.FILE]
        file.write_bytes(file.read_bytes()[:-cut] if cut else b"")
        _is_refused(place, city, folder, "backup-damaged")

    def test_refuses_a_changed_byte(self, city: Settings, backed_up: Backup, place: Place) -> None:
        folder = backed_up()
        [file] = [path for path in folder.iterdir() if path.name != manifest.FILE]
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        _is_refused(place, city, folder, "backup-damaged")

    def test_refuses_a_file_that_is_missing(self, city: Settings, backed_up: Backup, place: Place) -> None:
        folder = backed_up()
        [file] = [path for path in folder.iterdir() if path.name != manifest.FILE]
        file.unlink()
        _is_refused(place, city, folder, "backup-damaged")

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (None, "backup-malformed"),
            (b"", "backup-malformed"),
            (b"{}", "backup-malformed"),
            (b"\xff\xfe", "backup-malformed"),
            (b"[" * 100_000, "backup-malformed"),
            (b'{"manifest":{},"signature":{}}', "backup-malformed"),
        ],
    )
    def test_refuses_what_is_no_manifest(
        self, city: Settings, backed_up: Backup, place: Place, content: bytes | None, code: str
    ) -> None:
        folder = backed_up()
        (folder / manifest.FILE).unlink()
        if content is not None:
            (folder / manifest.FILE).write_bytes(content)
        _is_refused(place, city, folder, code)

    @pytest.mark.parametrize("field", ["node", "made_at", "store", "revision", "release", "size", "root", "files"])
    def test_refuses_a_manifest_that_was_altered(
        self, city: Settings, backed_up: Backup, place: Place, field: str
    ) -> None:
        folder = backed_up()
        document = json.loads((folder / manifest.FILE).read_bytes())
        value = document["manifest"][field]
        document["manifest"][field] = value + 1 if isinstance(value, int) else {} if field == "files" else value + "0"
        (folder / manifest.FILE).write_bytes(canonical.dumps(document))
        _is_refused(place, city, folder, "backup-foreign")

    def test_refuses_another_nodes_keys(self, city: Settings, backed_up: Backup, place: Place, tmp_path: Path) -> None:
        folder = backed_up()
        create_app(Settings(home=str(tmp_path / "other"), node="city"))
        _is_refused(place, Settings(home=str(tmp_path / "other")), folder, "backup-foreign")

    def test_refuses_another_nodes_backup(
        self, city: Settings, backed_up: Backup, place: Place, tmp_path: Path
    ) -> None:
        folder = backed_up()
        create_app(Settings(home=str(tmp_path / "county"), node="county"))
        _is_refused(place, Settings(home=str(tmp_path / "county")), folder, "backup-foreign", node="county")

    def test_refuses_a_newer_release(self, city: Settings, backed_up: Backup, place: Place) -> None:
        folder = backed_up()
        _rewrite(folder, city, revision="9999")
        _is_refused(place, city, folder, "backup-newer")

    def test_refuses_the_other_kind_of_store(self, city: Settings, backed_up: Backup, place: Place) -> None:
        folder = backed_up()
        other = "sqlite" if city.database_url.startswith("postgresql") else "postgresql"
        _rewrite(folder, city, store=other)
        _is_refused(place, city, folder, "backup-store-differs")

    def test_says_so_when_the_ledger_is_not_that_of_the_manifest(
        self, city: Settings, backed_up: Backup, place: Place
    ) -> None:
        folder = backed_up()
        _rewrite(folder, city, root="0" * 64)
        place.put_keys(city)
        code, said = place.type("restore", folder)
        assert code == 1
        assert "restore-unsound: " in said
        assert "its root is not that of the manifest" in said

    def test_says_so_when_the_ledger_was_broken_before(
        self, city: Settings, backed_up: Backup, place: Place, desk: Desk
    ) -> None:
        engine = create_engine(city.url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE publications SET name = '盐城另一家有限公司'"))
        engine.dispose()
        place.put_keys(city)
        code, said = place.type("restore", backed_up())
        assert code == 1
        assert "restore-unsound: " in said


class TestSealedKeys:
    def test_come_back_with_the_database(self, city: Settings, backed_up: Backup, place: Place, tmp_path: Path) -> None:
        file = _passphrase(tmp_path, PASSPHRASE)
        code, said = place.type("restore", backed_up("--with-keys", "--passphrase-file", file),
                                "--with-keys", "--passphrase-file", file)  # fmt: skip
        assert code == 0, said
        assert _contents(place.keys) == _contents(city.keys_path)
        assert stat.S_IMODE(place.keys.stat().st_mode) == 0o700

    def test_that_are_encrypted_at_rest_come_back_so(
        self, app: Flask, city: Settings, backed_up: Backup, place: Place, tmp_path: Path
    ) -> None:
        at_rest = tmp_path / "at-rest"
        at_rest.write_text("平时的口令\n", encoding="utf-8")
        at_rest.chmod(0o600)
        keys = Keys.load(city.keys_path, KeyProtection(str(at_rest)))
        keys.encrypt()
        app.extensions["registry_keys"] = keys.fresh()
        kept, file = {"keys_passphrase_file": str(at_rest)}, _passphrase(tmp_path, PASSPHRASE)
        folder = backed_up("--with-keys", "--passphrase-file", file)
        code, said = place.type("restore", folder, "--with-keys", "--passphrase-file", file)
        assert (code, "keys-locked" in said) == (1, True), said
        code, said = place.type("restore", folder, "--with-keys", "--passphrase-file", file, **kept)
        assert code == 0, said
        assert b"PRIVATE KEY" not in b"".join(_contents(place.keys).values())

    def test_stay_shut_under_another_passphrase(self, backed_up: Backup, place: Place, tmp_path: Path) -> None:
        folder = backed_up("--with-keys", "--passphrase-file", _passphrase(tmp_path, PASSPHRASE))
        file = _passphrase(tmp_path, PASSPHRASE + "x")
        code, said = place.type("restore", folder, "--with-keys", "--passphrase-file", file)
        assert (code, is_empty(place), place.keys.exists()) == (1, True, False)
        assert said.startswith("passphrase-wrong: ")

    def test_are_taken_away_when_the_rest_is_refused(self, backed_up: Backup, place: Place, tmp_path: Path) -> None:
        file = _passphrase(tmp_path, PASSPHRASE)
        folder = backed_up("--with-keys", "--passphrase-file", file)
        (folder / manifest.FILE).unlink()
        code, _ = place.type("restore", folder, "--with-keys", "--passphrase-file", file)
        assert (code, is_empty(place), place.keys.exists()) == (1, True, False)

    def test_replace_no_keys(self, backed_up: Backup, place: Place, tmp_path: Path) -> None:
        create_app(Settings(home=place.settings.home, node="city", database_url="sqlite://"))
        before = _contents(place.keys)
        file = _passphrase(tmp_path, PASSPHRASE)
        folder = backed_up("--with-keys", "--passphrase-file", file)
        code, said = place.type("restore", folder, "--with-keys", "--passphrase-file", file)
        assert (code, _contents(place.keys)) == (1, before)
        assert said.startswith("restore-not-empty: ")

    def test_need_a_passphrase_of_some_length(
        self, city: Settings, typed: Callable[..., tuple[int, str]], tmp_path: Path
    ) -> None:
        file = _passphrase(tmp_path, "short")
        code, said = typed("backup", tmp_path / "backups", "--with-keys", "--passphrase-file", file)
        assert code == 2
        assert "at least 12 characters" in said

    @pytest.mark.parametrize("change", [{"n": 1 << 30}, {"kdf": "none"}, {"nonce": "00"}, {"sealed": "zz"}])
    def test_do_not_choose_their_own_cost(self, tmp_path: Path, change: dict[str, object]) -> None:
        (tmp_path / "keys").mkdir()
        document = json.loads(sealed_keys.seal(tmp_path / "keys", PASSPHRASE))
        (tmp_path / "sealed").write_bytes(canonical.dumps({**document, **change}))
        with pytest.raises(sealed_keys.BackupMalformed):
            sealed_keys.open_sealed(tmp_path / "sealed", PASSPHRASE)


_WRITER = """
import sys, sqlalchemy
engine = sqlalchemy.create_engine(sys.argv[1].replace("postgresql://", "postgresql+psycopg://"))
with engine.connect() as connection:
    for number in range(100_000):
        connection.execute(sqlalchemy.text("UPDATE counters SET value = value + 0 WHERE name = 'check'"))
        connection.commit()
        if number == 0:
            print("writing", flush=True)
"""


def _passphrase(folder: Path, passphrase: str) -> Path:
    file = folder / "passphrase"
    file.write_text(passphrase + "\n", encoding="utf-8")
    return file


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _rewrite(folder: Path, settings: Settings, **changes: object) -> None:
    """Change the manifest and sign it again, as only this node can."""
    signer = Signer.load(settings.keys_path / "signing.pem")
    content = manifest.read(folder, "city", signer)
    manifest.write(folder, manifest.Manifest(**{**vars(content), **changes}), signer)  # type: ignore[arg-type]


def _is_refused(place: Place, keys_of: Settings, folder: Path, code: str, **special: object) -> None:
    place.put_keys(keys_of)
    outcome, said = place.type("restore", folder, **special)
    assert outcome == 1, said
    assert said.startswith(f"{code}: ")
    assert is_empty(place)
