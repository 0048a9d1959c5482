"""The guard of removals counts what a batch takes away, whatever its acts are called."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Signer
from registry.models import LedgerEntry
from registry.queries.exchange import peer_messages
from registry.refusals.acts import RemovalShare
from registry.refusals.procedure import PauseChanged, SeenUnstated
from registry.services.exchange import inbox, peers
from tests.support.membership import entitle
from tests.sync.bodies import batch_of, body, chained, measure, removed, sealed, speaking

PLATFORM = Signer.generate()


@pytest.fixture(autouse=True)
def _known(app):
    def act(work):
        peers.add(work, "platform", "平台", "https://platform.example", PLATFORM.public.hex(), [])
        entitle(work, "platform", speaking("platform"))

    runtime.perform(SYSTEM, act)


def receive(raw):
    return runtime.perform(SYSTEM, lambda work: inbox.receive(work, peer_messages.peer(work.session, "platform"), raw))


def outcomes(raw):
    return [line["outcome"] for line in json.loads(receive(raw))["results"]]


def own(**changed):
    return body(node="platform", **changed)


def of(*bodies):
    return batch_of("platform", *(sealed(PLATFORM, one) for one in bodies))


def withdrawals(*shown):
    return batch_of("platform", *(chained(PLATFORM, one, removed(one))[1] for one in shown))


def count(table):
    with runtime.reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


def ended(one):
    return {**one, "revision": 2, "act": "correct", "visible_until": "2026-11-27"}


def emptied(one):
    return {**one, "revision": 2, "act": "correct", "measures": []}


def moved(one):
    return {**one, "revision": 2, "act": "correct", "subject": {**one["subject"], "name": "盐城别的有限公司"}}


class TestGuardOfEffects:
    """200 corrections that ended yesterday, 100 without measures and 50 about another firm passed the guard."""

    @pytest.fixture
    def shown(self, app):
        made = [own(measures=[measure()]) for _ in range(30)]
        receive(of(*made))
        return made

    def changes(self, shown, change):
        return batch_of("platform", *(chained(PLATFORM, one, change(one))[1] for one in shown))

    @pytest.mark.parametrize("change", [ended, emptied, moved])
    def test_counts_corrections_that_take_away(self, shown, change):
        with pytest.raises(RemovalShare):
            receive(self.changes(shown[:25], change))
        assert count(LedgerEntry) == 30

    def test_counts_every_way_of_one_day_together(self, shown):
        for change, part in ((ended, shown[:7]), (emptied, shown[7:14]), (moved, shown[14:20])):
            receive(self.changes(part, change))
        with pytest.raises(RemovalShare):
            receive(withdrawals(shown[20]))

    def test_forgets_them_after_a_day(self, shown, monkeypatch):
        receive(self.changes(shown[:20], emptied))
        later = runtime.clock() + dt.timedelta(days=1, minutes=1)
        monkeypatch.setattr(runtime, "clock", lambda: later)
        assert len(outcomes(self.changes(shown[20:], emptied))) == 10

    def test_lets_corrections_that_take_nothing_pass(self, shown):
        same = self.changes(shown, lambda one: {**one, "revision": 2, "act": "correct", "facts": "更正"})
        assert len(outcomes(same)) == 30

    def test_counts_a_record_once(self, shown):
        receive(self.changes(shown[:20], emptied))
        again = [chained(PLATFORM, one, emptied(one), removed(emptied(one)))[2] for one in shown[:20]]
        assert len(outcomes(batch_of("platform", *again))) == 20


def release(work, seen=None):
    return peers.release(work, "platform", seen or peer_messages.peer(work.session, "platform").pause)


class TestRelease:
    """A release let a peer remove whatever it liked for a day, and later any so many records."""

    @pytest.fixture
    def shown(self, app):
        made = [own() for _ in range(90)]
        receive(of(*made))
        return made

    @pytest.fixture
    def released(self, shown):
        """A person saw 25 removals and let the peer go on."""
        with pytest.raises(RemovalShare) as refused:
            receive(withdrawals(*shown[:25]))

        def act(work):
            peers.pause_for(work, "platform", refused.value)
            release(work)

        runtime.perform(SYSTEM, act)
        return shown

    @pytest.mark.parametrize(("first", "last"), [(0, 26), (0, 24), (1, 26)], ids=["more", "fewer", "others"])
    def test_lets_no_other_removals_through_than_a_person_saw(self, released, first, last):
        with pytest.raises(RemovalShare):
            receive(withdrawals(*released[first:last]))

    def test_lets_what_a_person_saw_through_and_no_more(self, released):
        assert len(outcomes(withdrawals(*released[:25]))) == 25
        with pytest.raises(RemovalShare):
            receive(withdrawals(*released[25:50]))

    def test_counts_what_was_seen_no_more(self, released):
        receive(withdrawals(*released[:25]))
        assert len(outcomes(withdrawals(released[25]))) == 1

    def test_is_of_the_pause_that_was_shown(self, app):
        """A page that was left open ended a later pause, for other removals or for another reason."""

        def pause(reason, *records):
            runtime.perform(SYSTEM, lambda work: peers.pause(work, "platform", reason, records))
            with runtime.reading() as session:
                return peer_messages.peer(session, "platform").pause

        first = pause("removal-share", "a", "b")
        runtime.perform(SYSTEM, release)
        for later in (("removal-share", "a", "c"), ("split-view",), ("removal-share", "a", "b")):
            present = pause(*later)
            with pytest.raises(PauseChanged):
                runtime.perform(SYSTEM, lambda work: release(work, first))
            with pytest.raises(SeenUnstated) as refused:
                runtime.perform(SYSTEM, lambda work: peers.release(work, "platform", ""))
            assert refused.value.data["seen"] == present
            runtime.perform(SYSTEM, release)
        with pytest.raises(PauseChanged):
            runtime.perform(SYSTEM, lambda work: release(work, present))

    def test_of_a_pause_for_two_reasons_shows_both(self, app):
        def act(work):
            peers.pause(work, "platform", "removal-share", ["a"])
            peers.pause(work, "platform", "split-view")
            peers.pause(work, "platform", "split-view")
            return peer_messages.peer(work.session, "platform")

        peer = runtime.perform(SYSTEM, act)
        assert (peer.paused_because, peer.removals_count) == ("removal-share；split-view", 1)
