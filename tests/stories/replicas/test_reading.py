"""Readings of a node whose standby lags, is lost, comes back: never older than what the caller wrote."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from registry import replica as replicas
from registry import runtime
from registry.app import create_app
from tests.stories.replicas.conftest import DATABASE, furnished
from tests.support.desk import Desk
from tests.support.filings import filing
from tests.support.people import hire

ENDS = ("/records", "/changes", "/sectors")
END_SESSIONS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
)


@pytest.fixture(scope="module")
def pair_and_settings(tmp_path_factory):
    with furnished(tmp_path_factory.mktemp("node"), synchronous=False) as (pair, settings):
        yield pair, replace(settings, read_url=pair.standby.url(DATABASE))


@pytest.fixture
def pair(pair_and_settings):
    return pair_and_settings[0]


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A standby on a busy machine may take its time; what it must not have, it never has."""
    monkeypatch.setattr(replicas, "TRIES", 400)


@pytest.fixture(scope="module")
def app(pair_and_settings):
    made = create_app(pair_and_settings[1])
    with made.app_context():
        yield made
        runtime.db.session.remove()
        runtime.db.engine.dispose()
        made.extensions["registry_replica"].engine.dispose()


@pytest.fixture(scope="module")
def people(app):
    return hire()


@pytest.fixture
def desk(app, people, pair):
    """People, known to the standby too."""
    pair.resume()
    return Desk(app.test_client(), people)


@pytest.fixture
def counted(app):
    """A function: how many statements ran on the replica while something was done."""

    def count(act):
        seen = []

        def note(_connection, _cursor, statement, *_):
            if "pg_is_in_recovery" not in statement:
                seen.append(statement)

        engine = app.extensions["registry_replica"].engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            answer = act()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return answer, len(seen)

    return count


class TestReading:
    def test_of_pages_and_interface_runs_on_the_replica(self, desk, pair, counted):
        record = desk.published(filing())
        pair.resume()
        for path in (
            "/",
            "/records",
            f"/records/{record}",
            "/api/v1/records",
            f"/api/v1/records/{record}",
            "/api/v1/changes",
        ):
            answer, statements = counted(lambda path=path: desk.ask("GET", path))
            assert answer.status_code == 200, path
            assert statements, path
        answer, statements = counted(lambda: desk.get("/penalties", "clerk"))
        assert answer.status_code == 200
        assert statements

    def test_gives_what_the_caller_wrote_while_the_replica_lags(self, desk, pair, counted):
        pair.pause()
        record = desk.filed(filing())
        answer, statements = counted(lambda: desk.get(f"/penalties/{record}", "clerk"))
        assert (answer.status_code, statements) == (200, 0)
        pair.resume()
        answer, statements = counted(lambda: desk.get(f"/penalties/{record}", "clerk"))
        assert answer.status_code == 200
        assert statements

    def test_gives_a_caller_without_account_what_it_wrote_by_its_cookie(self, desk, pair, app, counted, monkeypatch):
        monkeypatch.setattr(replicas, "HEAD_SECONDS", 3600)
        desk.get("/records")  # the position is known from now on
        pair.pause()
        stranger, other = app.test_client(), app.test_client()
        desk.filed(filing())
        answer = stranger.post("/api/v1/receipts/verification", json={})
        assert "registry_position=" in answer.headers["Set-Cookie"]
        assert counted(lambda: stranger.get("/api/v1/records"))[1] == 0
        pair.resume()
        assert counted(lambda: stranger.get("/api/v1/records"))[1]
        for text in ("x", "9" * 19, "-1", "９"):
            other.set_cookie("registry_position", text)
            assert other.get("/api/v1/records").status_code == 200

    def test_of_anybody_is_no_older_than_a_second(self, desk, pair, app, counted, monkeypatch):
        record = desk.published(filing())
        pair.resume()
        pair.pause()
        desk.withdraw(record, desk.get(f"/records/{record}").get_json()["decided_on"])
        monkeypatch.setattr(replicas, "HEAD_SECONDS", -1)
        answer, statements = counted(lambda: app.test_client().get(f"/api/v1/records/{record}"))
        assert statements == 0
        assert "decided_on" not in answer.get_json()

    def test_of_a_check_and_of_a_key_asks_the_primary(self, desk, pair, counted):
        pair.resume()
        answer, statements = counted(lambda: desk.ask("POST", "/api/v1/checks", "centre", json={}))
        assert (answer.status_code, statements) == (422, 0)
        assert counted(lambda: desk.ask("GET", "/readyz"))[1] == 0

    def test_goes_on_at_the_primary_when_the_replica_is_lost(self, desk, pair, app, counted, monkeypatch):
        monkeypatch.setattr(replicas, "AWAY_SECONDS", 0)
        engine, ended = app.extensions["registry_replica"].engine, []

        def cut(_connection, _cursor, statement, *_):
            if "pg_is_in_recovery" not in statement and not ended:
                ended.append(pair.standby.ask(END_SESSIONS))

        event.listen(engine, "before_cursor_execute", cut)
        assert desk.get("/records").status_code == 200
        event.remove(engine, "before_cursor_execute", cut)
        assert ended
        pair.standby.stop()
        try:
            assert desk.get("/records").status_code == 200
            assert desk.ask("GET", "/").status_code == 200
            assert counted(lambda: desk.get("/records"))[1] == 0
        finally:
            pair.standby.start()
        pair.resume()
        assert counted(lambda: desk.get("/records"))[1]
