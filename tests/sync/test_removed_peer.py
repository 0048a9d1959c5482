"""A peer that was removed: its key opens no door, nothing is sent, its records stay and verify."""

import pytest

from registry import runtime
from registry.keys.signing import Signer
from registry.queries import integrity
from registry.refusals.acts import PeerTaken, PeerUnknown
from registry.services.exchange import peers
from sync.client import HttpPeer, NotDelivered
from sync.push import push_all
from tests.sync.bodies import body
from tests.sync.planting import published


@pytest.fixture
def parted(city, platform):
    """The city has a record of the platform, one that waits for it, and has removed it."""
    published(platform.app, body(node="platform"))
    with platform:
        push_all()
    published(city.app, body())
    assert city.do(lambda work: peers.remove(work, "platform")) == 1
    return city


class TestRemove:
    def test_closes_the_door(self, parted, platform):
        with platform, pytest.raises(NotDelivered) as refused:
            HttpPeer(parted.url, platform.signer, 5).hello()
        assert refused.value.event.status == 403

    def test_sends_nothing_and_waits_for_nothing(self, parted):
        published(parted.app, body())
        with parted:
            assert push_all() == {}
        assert not parted.messages("pending")
        assert len(parted.messages("cancelled")) == 1

    def test_keeps_what_it_sent_and_can_verify_it(self, parted):
        theirs = next(row for row in parted.publications().values() if row.origin == "platform")
        with parted, runtime.reading() as session:
            findings = list(integrity.findings(session, runtime.keys(), "city", lambda _: None))
        assert not [line for line in findings if theirs.record in line]

    def test_is_done_once(self, parted):
        with pytest.raises(PeerUnknown):
            parted.do(lambda work: peers.remove(work, "platform"))

    def test_is_undone_with_another_key_only(self, parted, platform):
        old, new = platform.signer.public.hex(), Signer.generate().public.hex()
        with pytest.raises(PeerTaken):
            parted.do(lambda work: peers.add(work, "platform", "平台", platform.url, old, ()).id)
        parted.do(lambda work: peers.add(work, "platform", "平台", platform.url, new, ()).id)
        assert parted.peer("platform").cursor == 0
