"""Health checks say what a load balancer must know."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from registry import runtime
from registry.api import wire
from registry.domain.publication import parsed_size


@contextmanager
def unwritable():
    """The store can be read and not written, as on a full disk or a standby."""
    engine = runtime.db.engine
    statement = {"sqlite": "PRAGMA query_only=ON", "postgresql": "SET default_transaction_read_only = on"}

    def forbid(connection, _record):
        cursor = connection.cursor()
        cursor.execute(statement[engine.dialect.name])
        if engine.dialect.name == "postgresql":
            connection.commit()

    event.listen(engine, "connect", forbid)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", forbid)
        engine.dispose()


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
        monkeypatch.setattr(wire.json, "loads", lambda *_, **__: parsed.append(1))
        data = b"[" + b"[]," * parsed_size.VALUES_MAX + b"0]"
        by = "centre" if path == "/checks" else None
        headers = {"Content-Type": "application/json"}
        answer = desk.ask("POST", f"/api/v1{path}", by, data=data, headers=headers)
        assert (answer.status_code, parsed) == (422, [])
