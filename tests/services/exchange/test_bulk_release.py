"""Many quarantined records are released by two persons, and judged again one by one."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.keys.signing import Signer
from registry.models import InboxItem, Publication
from registry.queries.exchange import peer_messages
from registry.refusals.acts import ItemUnknown, OutOfRole, ProposerUnfit, ReleaseUnknown, SelfVerification
from registry.services.exchange import bulk_release, inbox, peers
from registry.services.node import accounts
from tests.support.membership import entitle
from tests.sync.bodies import batch_of, body, sealed, speaking

PLATFORM = Signer.generate()
COUNT = 5


@pytest.fixture
def waiting(app, people, monkeypatch):
    """Records of an owner about whom nothing was stated when they came."""
    monkeypatch.setattr(bulk_release, "CHUNK", 2)

    def act(work):
        peer = peers.add(work, "platform", "平台", "", PLATFORM.public.hex(), [])
        made = [body(node="platform") for _ in range(COUNT)]
        inbox.receive(work, peer, batch_of("platform", *(sealed(PLATFORM, one) for one in made)))

    runtime.perform(SYSTEM, act)
    return people


@pytest.fixture
def second(waiting):
    """Another administrator."""
    return replace(waiting["operator"].actor, account_id=waiting["security"].actor.account_id)


def propose(actor, code="member-unknown"):
    return runtime.perform(actor, lambda work: bulk_release.propose(work, "platform", code).id)


def confirm(actor, number):
    runtime.perform(actor, lambda work: bulk_release.confirm(work, number))


def release(actor, number):
    released, after = 0, 0
    while True:
        passed, last = runtime.perform(actor, lambda work, after=after: bulk_release.release_next(work, number, after))
        released += passed
        if last is None:
            return released
        after = last


class TestBulkRelease:
    def test_of_two_persons_publishes_what_passes_now(self, waiting, second):
        runtime.perform(SYSTEM, lambda work: entitle(work, "platform", speaking("platform")))
        number = propose(waiting["operator"].actor)
        confirm(second, number)
        assert release(second, number) == COUNT
        with runtime.reading() as session:
            assert len(session.scalars(select(Publication)).all()) == COUNT
            assert peer_messages.quarantined(session) == []

    def test_lets_nothing_pass_that_is_still_wrong(self, waiting, second):
        number = propose(waiting["operator"].actor)
        confirm(second, number)
        assert release(second, number) == 0
        with runtime.reading() as session:
            assert {item.state for item in session.scalars(select(InboxItem))} == {"quarantined"}

    def test_is_not_confirmed_by_who_proposed_it(self, waiting):
        number = propose(waiting["operator"].actor)
        with pytest.raises(SelfVerification):
            confirm(waiting["operator"].actor, number)
        with pytest.raises(ReleaseUnknown):
            release(waiting["operator"].actor, number)

    def test_is_void_when_the_account_of_the_proposer_has_ended(self, waiting, second):
        number = propose(waiting["operator"].actor)
        runtime.perform(waiting["security"].actor, lambda work: accounts.end(work, "operator"))
        with pytest.raises(ProposerUnfit):
            confirm(second, number)

    def test_is_confirmed_once(self, waiting, second):
        number = propose(waiting["operator"].actor)
        confirm(second, number)
        with pytest.raises(ReleaseUnknown):
            confirm(second, number)

    def test_is_for_persons_who_run_the_exchange(self, waiting):
        for actor in (SYSTEM, waiting["clerk"].actor, waiting["security"].actor):
            with pytest.raises(OutOfRole):
                propose(actor)

    def test_of_nothing_is_refused(self, waiting):
        with pytest.raises(ItemUnknown):
            propose(waiting["operator"].actor, "schema")

    def test_leaves_alone_what_comes_after_the_proposal(self, waiting, second):
        number = propose(waiting["operator"].actor)
        raw = batch_of("platform", sealed(PLATFORM, body(node="platform")))
        runtime.perform(SYSTEM, lambda work: inbox.receive(work, peer_messages.peer(work.session, "platform"), raw))
        runtime.perform(SYSTEM, lambda work: entitle(work, "platform", speaking("platform")))
        confirm(second, number)
        assert release(second, number) == COUNT
        with runtime.reading() as session:
            assert len(peer_messages.quarantined(session)) == 1

    def test_by_command(self, waiting, typed):
        done, said = typed("exchange", "release-all", "platform", "--code", "member-unknown", "--as", "operator")
        assert (done, said.split(":")[0]) == (0, "1")
        assert typed("exchange", "confirm-release", 1, "--as", "operator")[0] == 1
