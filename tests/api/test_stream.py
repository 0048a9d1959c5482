"""The stream of changes: every entry once and in order, whoever comes back with the last number it had."""

import json

import pytest

from registry import runtime
from registry.api import stream
from registry.domain.permissions import SYSTEM
from registry.services.publication import ledger
from tests.support.closing import get
from tests.web import samples


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """An answer that ends as soon as it has nothing more to say."""
    monkeypatch.setattr(stream, "OPEN_SECONDS", 0)


def events(client, query="", **headers):
    answer = get(client, f"/api/v1/stream{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/event-stream"
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "id" in fields:
            found.append((fields["id"], fields["event"], json.loads(fields["data"])))
    return found


class TestStream:
    def test_tells_what_the_changes_tell(self, client):
        samples.release(samples.body(1), samples.body(2, audience="authorised"))
        samples.withdraw(samples.body(1), "撤回")
        told = events(client, "?after=0")
        assert [data for *_, data in told] == get(client, "/api/v1/changes?after=0").get_json()["items"]
        assert [act for _, act, _ in told] == ["publish", "entry", "withdraw"]

    def test_goes_on_after_the_last_event(self, client):
        samples.release(*(samples.body(number) for number in range(5)))
        every = events(client, "?after=0")
        for place, (number, *_) in enumerate(every):
            assert events(client, **{"Last-Event-ID": number}) == every[place + 1 :]

    def test_reads_on_beyond_what_is_read_at_once(self, client, monkeypatch):
        monkeypatch.setattr(stream, "EVENTS_MAX", 2)
        monkeypatch.setattr(stream, "OPEN_SECONDS", 2)
        samples.release(*(samples.body(number) for number in range(5)))
        assert len(events(client, "?after=0")) == 5

    def test_begins_with_what_comes_next(self, client):
        samples.release(samples.body(1))
        assert events(client) == []

    def test_refuses_a_number_of_another_epoch(self, client):
        samples.release(samples.body(1))
        [(number, *_)] = events(client, "?after=0")
        runtime.perform(SYSTEM, ledger.renew_epoch)
        for query, headers in (("", {"Last-Event-ID": number}), ("?after=1", {}), ("?after=99", {})):
            answer = get(client, f"/api/v1/stream{query}", headers=headers)
            assert (answer.status_code, answer.get_json()["code"]) == (410, "epoch-over")

    @pytest.mark.parametrize("number", ["x", "-1.a", "1e3"])
    def test_refuses_a_number_that_is_none(self, client, number):
        assert get(client, "/api/v1/stream", headers={"Last-Event-ID": number}).status_code == 422

    def test_refuses_more_listeners_than_there_is_room_for(self, client):
        most = runtime.settings().stream_listeners_max
        for _ in range(most):
            stream.listeners.enter(most)
        answer = get(client, "/api/v1/stream")
        assert (answer.status_code, answer.get_json()["code"]) == (503, "stream-full")
        for _ in range(most):
            stream.listeners.leave()
        assert get(client, "/api/v1/stream").status_code == 200
        assert stream.listeners.count == 0
