"""What has not changed is answered without being made; what is sent is compressed; shared caches may keep it."""

import dataclasses
import datetime as dt
import json

import pytest
from backports import zstd
from sqlalchemy import event, insert

from registry import runtime
from registry.models import LogEpoch
from registry.queries.law import reference_data
from registry.queries.publication import state_tag
from registry.services.publication import ledger
from tests.support.desk import Desk
from tests.support.filings import filing

PLACES = ("/", "/records", "/records?q=公司", "/sectors/procurement", "/api/v1/records", "/api/v1/changes")


@pytest.fixture
def statements():
    """The statements that the store was sent."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(runtime.db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(runtime.db.engine, "before_cursor_execute", note)


@pytest.fixture
def published(desk: Desk):
    """A record that everybody may see."""
    return desk.published(filing())


class TestTag:
    @pytest.mark.parametrize("place", PLACES)
    def test_is_compared_before_anything_else_is_read(self, client, published, statements, place):
        tag = client.get(place).headers["ETag"]
        statements.clear()
        again = client.get(place, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        assert len([text for text in statements if text.startswith("SELECT")]) == 1

    def test_moves_with_entries_seals_and_days(self, client, desk, published, monkeypatch):
        tags = [client.get("/records").headers["ETag"]]
        desk.published(filing())
        tags.append(client.get("/records").headers["ETag"])
        with runtime.begin() as work:
            assert ledger.seal(work)
        tags.append(client.get("/records").headers["ETag"])
        tomorrow = runtime.clock() + dt.timedelta(days=1)
        monkeypatch.setattr(runtime, "clock", lambda: tomorrow)
        tags.append(client.get("/records").headers["ETag"])
        assert len(set(tags)) == len(tags)

    def test_moves_with_the_law_the_node_and_the_epoch(self, app):
        day = dt.date(2026, 11, 28)

        def tag(session, node="city"):
            return state_tag.state_tag(session, node, day)

        with runtime.begin() as work:
            before = tag(work.session)
            assert tag(work.session, "county") != before
            reference_data.open_rows(work.session)[0].closed_at = work.now
            work.session.flush()
            after = tag(work.session)
            work.session.execute(insert(LogEpoch), [{"epoch": "1" * 16, "number": 99, "size": 0, "began_at": work.now}])
            assert len({before, after, tag(work.session)}) == 3

    def test_moves_with_a_setting_that_pages_show(self, app, client, published, monkeypatch):
        tag = client.get("/").headers["ETag"]
        renamed = dataclasses.replace(runtime.settings(), node_name="更名后的登记簿")
        monkeypatch.setitem(app.extensions, "registry_settings", renamed)
        answer = client.get("/", headers={"If-None-Match": tag})
        assert answer.status_code == 200
        assert "更名后的登记簿" in answer.text

    def test_of_another_state_gets_the_page(self, client, published):
        assert client.get("/records", headers={"If-None-Match": 'W/"0"'}).status_code == 200

    def test_lets_shared_caches_keep_and_ask(self, client, published):
        answer = client.get("/records")
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert "Accept-Encoding" in answer.headers["Vary"]


class TestCompression:
    def test_is_what_the_client_likes(self, client, published):
        plain = client.get("/api/v1/records").data
        answer = client.get("/api/v1/records", headers={"Accept-Encoding": "zstd, gzip"})
        assert answer.headers["Content-Encoding"] == "zstd"
        assert json.loads(zstd.decompress(answer.data)) == json.loads(plain)
        assert client.get("/records", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in client.get("/records").headers

    def test_leaves_answers_to_people_who_sign_in_alone(self, desk, published):
        answer = desk.ask("GET", "/api/v1/penalties", "clerk", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers
