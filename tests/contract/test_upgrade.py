"""The way from the release of commit 1cbe373 to today's and back again (``release_1cbe373/README.md``)."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from registry import runtime, verifier
from registry.cli import main
from registry.commands.node import prepare
from registry.domain.permissions import SYSTEM
from registry.domain.publication import keyring
from registry.keys.signing import verify
from registry.maintenance import schema
from registry.models import Penalty, RowCommitment
from registry.queries import integrity, row_integrity
from registry.queries.node import account_lookup
from registry.services.cases import penalty_verification
from registry.services.publication import row_state
from registry.settings import Settings, child_environment
from tests.services.checks.test_replay import replayed
from tests.support.former import UPGRADED, running

RELEASE = Path(__file__).parent / "release_1cbe373"
REVISION = "0031"
"""The last migration of that release."""


def kept(name):
    return json.loads((RELEASE / f"{name}.json").read_text(encoding="utf-8"))


RECORDS, SHOWN = kept("records"), kept("shown")


def dump(path):
    """A database as SQL, row by row."""
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.iterdump())


def contradictions():
    with runtime.reading() as session:
        keys = runtime.keys()
        ledger = list(integrity.findings(session, keys, "city", lambda _: None))
        return ledger + list(row_integrity.findings(session, keys.vault))


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """The home of the node as that release left it."""
    home = tmp_path_factory.mktemp("left")
    shutil.copytree(RELEASE / "keys", home / "keys")
    with closing(sqlite3.connect(home / "registry.db")) as connection:
        connection.executescript((RELEASE / "registry.sql").read_text(encoding="utf-8"))
    return home


@pytest.fixture(scope="module")
def upgraded_home(left, tmp_path_factory):
    """The same after `registry init` of today."""
    home = tmp_path_factory.mktemp("upgraded")
    shutil.copytree(left, home, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "clock", lambda: UPGRADED)
        with running(home):
            prepare()
    return home


@pytest.fixture
def upgraded(upgraded_home, tmp_path, monkeypatch):
    """A copy of the upgraded node, running."""
    monkeypatch.setattr(runtime, "clock", lambda: UPGRADED)
    home = tmp_path / "node"
    shutil.copytree(upgraded_home, home)
    with running(home) as app:
        yield app


def command(monkeypatch, home, *words):
    """Run a command on a node of a home; exit code and what it said."""
    settings = Settings(home=str(home), node="city")
    with monkeypatch.context() as patched:
        for name, value in child_environment(settings).items():
            if name.startswith("REGISTRY_"):
                patched.setenv(name, value)
        done = CliRunner().invoke(main, [str(word) for word in words])
    return done.exit_code, f"{done.output}{done.exception or ''}"


class TestUpgrade:
    def test_leaves_ledger_and_rows_without_contradiction(self, upgraded):
        assert contradictions() == []
        runtime.perform(SYSTEM, row_state.seal)
        assert contradictions() == []

    def test_commits_to_every_row_as_found(self, upgraded):
        with runtime.reading() as session:
            kinds = set(session.scalars(select(RowCommitment.kind)))
        assert "found" in kinds

    def test_may_be_run_again_and_changes_nothing(self, upgraded):
        assert prepare() == (0, 0, 0)
        assert contradictions() == []

    @pytest.mark.parametrize("name", SHOWN)
    def test_shows_every_record_as_it_was(self, upgraded, name):
        shown = upgraded.test_client().get(f"/api/v1/records/{RECORDS[name]}").get_json()
        assert {key: value for key, value in shown.items() if key in SHOWN[name]} == SHOWN[name]

    @pytest.mark.parametrize("name", SHOWN)
    def test_has_a_page_of_every_record_and_finds_it(self, upgraded, name):
        client = upgraded.test_client()
        gone = SHOWN[name].get("state") == "withdrawn"
        assert client.get(f"/records/{RECORDS[name]}").status_code == (410 if gone else 200)
        if not gone:
            found = client.get("/api/v1/records", query_string={"q": SHOWN[name]["subject"]["name"]}).get_json()
            assert RECORDS[name] in [item["id"] for item in found["items"]]

    @pytest.mark.parametrize("name", ["receipt", "receipt_later"])
    def test_verifies_and_replays_the_receipts_of_before(self, upgraded, name):
        data = (RELEASE / f"{name}.json").read_bytes()
        ring = keyring.parse_keyring((RELEASE / "keys.json").read_bytes(), verify)
        assert verifier.prove(data, ring)["statement"]["lines"]
        assert replayed(data) == ([], frozenset())

    def test_lets_work_go_on_where_it_stood(self, upgraded):
        with runtime.reading() as session:
            officer = account_lookup.by_name(session, "verifier", UPGRADED.date())
        [outcome] = runtime.perform(officer, lambda work: penalty_verification.verify(work, [RECORDS["filed"]]))
        assert isinstance(outcome, int)
        with runtime.reading() as session:
            assert session.scalars(select(Penalty.state).where(Penalty.record == RECORDS["filed"])).one() == "published"
        assert contradictions() == []


class TestBack:
    """docs/upgrading.md#back: going back is restoring the copy of before the upgrade."""

    def test_by_the_copy_of_before_gives_the_former_database_byte_for_byte(self, left, tmp_path, monkeypatch):
        node, copy = tmp_path / "node", tmp_path / "before-upgrade.db"
        shutil.copytree(left, node)
        with closing(sqlite3.connect(node / "registry.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        before = dump(node / "registry.db")
        assert command(monkeypatch, node, "init")[0] == 0
        assert dump(node / "registry.db") != before
        for file in node.glob("registry.db*"):
            file.unlink()
        shutil.copy(copy, node / "registry.db")
        assert dump(node / "registry.db") == before
        with closing(sqlite3.connect(node / "registry.db")) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]

    def test_and_forth_again_is_sound(self, left, tmp_path, monkeypatch):
        node = tmp_path / "node"
        shutil.copytree(left, node)
        for _ in range(2):
            for file in node.glob("registry.db*"):
                file.unlink()
            shutil.copy(left / "registry.db", node / "registry.db")
            code, said = command(monkeypatch, node, "init")
            assert code == 0, said
            code, said = command(monkeypatch, node, "ledger", "verify")
            assert code == 0, said

    def test_from_a_release_of_tomorrow_by_registry_restore(self, upgraded_home, tmp_path, monkeypatch):
        node, place = tmp_path / "node", tmp_path / "place"
        shutil.copytree(upgraded_home, node)
        code, said = command(monkeypatch, node, "backup", tmp_path / "backups")
        assert code == 0, said
        [folder] = (tmp_path / "backups").glob("city-*")
        with closing(sqlite3.connect(node / "registry.db")) as connection, connection:
            connection.execute("CREATE TABLE of_tomorrow (id INTEGER PRIMARY KEY)")
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.execute("UPDATE penalties SET state = 'of_tomorrow'")
        code, said = command(monkeypatch, node, "init")
        assert code != 0
        assert "9999" in said
        (place / "keys").parent.mkdir()
        shutil.copytree(node / "keys", place / "keys")
        code, said = command(monkeypatch, place, "restore", folder)
        assert code == 0, said
        assert "entries verified" in said
        with closing(sqlite3.connect(place / "registry.db")) as connection:
            states = {state for (state,) in connection.execute("SELECT state FROM penalties")}
            assert (
                connection.execute("SELECT version_num FROM alembic_version").fetchone()[0] == schema.newest_revision()
            )
        assert "of_tomorrow" not in states
        assert command(monkeypatch, place, "ledger", "verify")[0] == 0
