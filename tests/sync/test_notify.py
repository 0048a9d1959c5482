"""Webhooks reach a receiver that drops, delays and fails: signed, in order, until taken; and again on demand."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.domain.publication.keyring import parse_keyring as read_keys
from registry.keys.signing import verify
from registry.models import Watch, WatchEvent
from registry.queries.publication import known_keys
from registry.services.checks import watches
from sync.notify import notify_all
from tests.support.bureau import Bureau
from tests.support.centre import Centre, advance, party
from tests.support.people import hire
from tests.sync.receiver import listening
from tools.documents import DOCS


@pytest.fixture
def receiver():
    with listening() as made:
        yield made


@pytest.fixture
def city(node, receiver):
    """A node that may call the receiver, its context open."""
    with node("city", webhook_hosts=f"127.0.0.1:{receiver.port}", webhook_timeout_seconds=1) as made:
        yield made


@pytest.fixture
def bureau(city, monkeypatch):
    return Bureau(hire(), monkeypatch)


@pytest.fixture
def watch(bureau, receiver):
    """A watch with three events to tell."""
    records = [bureau.penalty() for _ in range(3)]
    firms = [party(bureau.names[record], str(place)) for place, record in enumerate(records, start=1)]
    made = Centre(bureau.people).watch(*firms, webhook=receiver.url)
    for record in records:
        bureau.verify(record)
    advance()
    return made


def states():
    """(sequence, state) of every event."""
    with runtime.reading() as session:
        found = session.scalars(select(WatchEvent).order_by(WatchEvent.sequence))
        return [(one.sequence, one.state) for one in found]


def keys_document():
    """What the node publishes of its keys."""
    with runtime.reading() as session:
        return known_keys.document(session, runtime.settings().node, runtime.keys().signer)


def held(watch):
    with runtime.reading() as session:
        return session.scalars(select(Watch).where(Watch.id == watch)).one()


def run_later(monkeypatch, minutes):
    """The worker's job, so many minutes from now."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    monkeypatch.setattr(runtime, "clock", lambda: now)
    return notify_all()


ALL = [(1, "delivered"), (2, "delivered"), (3, "delivered")]


class TestNotify:
    def test_sends_signed_events_in_order_and_once(self, watch, receiver):
        assert [done.sent for done in notify_all().values()] == [3]
        assert notify_all() == {}
        assert (receiver.sequences(), states()) == ([1, 2, 3], ALL)
        trusted = read_keys(keys_document(), verify).publics()
        for _, headers, body in receiver.got:
            assert verify(trusted[headers["Registry-Key-Id"]], bytes.fromhex(headers["Registry-Signature"]), body)
            assert headers["Registry-Event"] == f"{watch}-{json.loads(body)['sequence']}"
        assert [json.loads(body)["ref"] for body in receiver.taken] == ["1", "2", "3"]

    @pytest.mark.parametrize("fault", ["drop", "delay", "500", "503", "404", "429", "elsewhere"])
    def test_tries_again_after_a_pause_until_it_is_taken(self, watch, receiver, monkeypatch, fault):
        receiver.plan = ["ok", fault, fault, "ok"]
        [first] = notify_all().values()
        assert first.sent == 1
        assert first.failed
        assert (held(watch).failures, states()[0]) == (1, (1, "delivered"))
        assert held(watch).retry_at > runtime.clock() - dt.timedelta(seconds=30)
        [second] = run_later(monkeypatch, 6).values()
        assert second.sent == 0
        [third] = run_later(monkeypatch, 12).values()
        assert (third.sent, third.failed, states()) == (2, None, ALL)
        assert (held(watch).failures, held(watch).retry_at) == (0, None)
        assert receiver.sequences() == [1, 2, 2, 2, 3]
        assert len({body for _, _, body in receiver.got}) == 3  # the same bytes at each try
        assert not [path for path, _, _ in receiver.got if path != "/hook"]

    def test_waits_until_it_is_time(self, watch, receiver):
        receiver.plan = ["500"]
        notify_all()
        runtime.perform(SYSTEM, lambda work: watches.record_failure(work, watch, 3, work.now + dt.timedelta(minutes=4)))
        assert notify_all() == {}
        assert receiver.sequences() == [1]

    def test_pauses_no_longer_than_five_minutes(self, watch, receiver):
        receiver.plan = ["500"]
        runtime.perform(SYSTEM, lambda work: watches.record_failure(work, watch, 40, None))
        notify_all()
        assert held(watch).retry_at <= runtime.clock() + dt.timedelta(minutes=5)
        assert held(watch).failures == 41

    def test_sends_again_what_a_killed_worker_had_sent_without_noting_it(self, watch, receiver):
        runtime.perform(SYSTEM, lambda work: watches.take_events(work, watch)[1])
        notify_all()
        assert (receiver.sequences(), states()) == ([1, 2, 3], ALL)

    def test_of_a_host_that_left_the_list_sends_nothing(self, city, watch, receiver):
        city.app.extensions["registry_settings"] = replace(runtime.settings(), webhook_hosts="centre.example")
        [done] = notify_all().values()
        assert (done.failed, receiver.got) == ("NotAllowed", [])

    def test_of_one_receiver_that_hangs_delays_no_other(self, city, watch, bureau, receiver):
        with listening() as other:
            hosts = f"{runtime.settings().webhook_hosts},127.0.0.1:{other.port}"
            city.app.extensions["registry_settings"] = replace(runtime.settings(), webhook_hosts=hosts)
            record = bureau.penalty()
            second = Centre(bureau.people).watch(party(bureau.names[record]), webhook=other.url)
            bureau.verify(record)
            advance()
            receiver.plan = ["delay"]
            done = notify_all()
            assert (done[watch].sent, done[second].sent) == (0, 1)

    def test_after_the_watch_was_ended_sends_nothing(self, watch, bureau, receiver):
        bureau.do("centre", lambda work: watches.end(work, watch))
        assert notify_all() == {}
        assert receiver.got == []

    def test_holds_no_transaction_while_it_sends(self, city, watch, bureau, receiver):
        """Another act writes while the receiver is being told; on SQLite it would wait for ever."""
        done = []

        def write():
            with city.app.app_context():
                done.append(bureau.penalty())

        receiver.before_answer = write
        notify_all()
        assert len(done) == 3


class TestExample:
    """The receiver that the documents show."""

    def test_takes_each_event_once_and_nothing_forged(self, watch, bureau, receiver, tmp_path, monkeypatch):
        notify_all()
        bureau.do("centre", lambda work: watches.replay(work, watch, 1))
        notify_all()
        monkeypatch.chdir(tmp_path)
        (tmp_path / "keys.json").write_bytes(keys_document())
        [example] = re.findall(r"```python\n(.*?)```", (DOCS / "checking.md").read_text("utf-8"), re.DOTALL)
        shown: dict = {}
        exec(example, shown)
        got = [(headers, body) for _, headers, body in receiver.got]
        assert [shown["take"](*one) for one in got] == [True] * 3 + [False] * 3
        for headers, body in got:
            with pytest.raises(InvalidSignature):
                shown["take"](headers, body.replace(b"no_record", b"on_record"))


class TestReplay:
    def replay(self, bureau, watch, first):
        return bureau.do("centre", lambda work: watches.replay(work, watch, first))

    def test_sends_the_same_bytes_again(self, watch, bureau, receiver):
        notify_all()
        assert self.replay(bureau, watch, 2) == 2
        assert states() == [(1, "delivered"), (2, "pending"), (3, "pending")]
        notify_all()
        assert receiver.sequences() == [1, 2, 3, 2, 3]
        assert receiver.taken[1:3] == receiver.taken[3:]

    def test_asked_for_while_an_event_is_on_its_way_is_not_lost(self, city, watch, bureau, receiver):
        def once():
            receiver.before_answer = lambda: None
            with city.app.app_context():
                self.replay(bureau, watch, 1)

        receiver.before_answer = once
        notify_all()
        assert states()[0] == (1, "pending")
        notify_all()
        assert states() == ALL
        assert receiver.sequences().count(1) == 2

    def test_of_nothing_is_nothing(self, watch, bureau):
        assert self.replay(bureau, watch, 4) == 0
