"""Health checks say what a load balancer must know."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text

from registry import runtime
from registry.api import wire
from registry.domain.publication import parsed_size


@contextmanager
def unwritable():
    """The store can be read and takes no write: on SQLite as on a read-only disk, on PostgreSQL as on a full one."""
    if runtime.db.engine.dialect.name == "postgresql":
        with full_disk():
            yield
        return
    engine = runtime.db.engine
    event.listen(engine, "connect", _forbid_writing)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", _forbid_writing)
        engine.dispose()


def _forbid_writing(connection, _record):
    connection.execute("PRAGMA query_only=ON")


@contextmanager
def full_disk():
    """Every insert and update fails with PostgreSQL's own code of a full disk."""
    plant(
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON rate_limits FOR EACH ROW EXECUTE FUNCTION fill()",
    )
    try:
        yield
    finally:
        plant("DROP TRIGGER full_disk ON rate_limits", "DROP FUNCTION fill()")


def plant(*statements):
    with runtime.db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


class TestReadiness:
    def test_fails_when_nothing_can_be_written(self, desk):
        assert desk.ask("GET", "/readyz").status_code == 200
        with unwritable():
            assert desk.get("/records").status_code == 200
            assert desk.ask("GET", "/readyz").status_code == 503
            assert desk.ask("GET", "/healthz").status_code == 200
        assert desk.ask("GET", "/readyz").status_code == 200


class TestLargeBody:
    @pytest.mark.parametrize("path", ["/checks", "/disputes"])
    def test_is_refused_before_it_is_parsed(self, desk, monkeypatch, path):
        """30 MB of JSON took 7 s and 1.7 GB."""
        parsed = []
        monkeypatch.setattr(wire, "json", SimpleNamespace(loads=lambda *_, **__: parsed.append(1), dumps=json.dumps))
        data = b"[" + b"[]," * parsed_size.VALUES_MAX + b"0]"
        by = "centre" if path == "/checks" else None
        headers = {"Content-Type": "application/json"}
        answer = desk.ask("POST", f"/api/v1{path}", by, data=data, headers=headers)
        assert (answer.status_code, parsed) == (422, [])
