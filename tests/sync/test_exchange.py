"""Two nodes over real HTTP: push, pull and receipts, each tested alone."""

import pytest

from registry.domain.exchange import batch
from registry.queries.exchange import peer_messages
from registry.runtime import clock
from registry.services.exchange import peers
from registry.services.publication import ledger
from sync.client import HttpPeer
from sync.pull import pull, pull_all
from sync.push import push
from tests.sync.bodies import body, refit, removed, sealed
from tests.sync.planting import published


def pushed(node, code):
    with node:
        return push(code)


def pulled(node, code):
    with node:
        return pull(code)


class Breaking(HttpPeer):
    """A peer whose answer is none when a record is among those sent."""

    poison = ""

    def send_batch(self, raw):
        return b"{}" if self.poison in raw.decode() else super().send_batch(raw)


class TestPoison:
    def test_is_set_aside_alone_once_the_answer_was_broken_often_enough(self, city, platform):
        bodies = published(city.app, *(body() for _ in range(5)))
        poison = bodies[0]["record"]

        def connect(peer):
            breaking = Breaking(peer.url, city.signer, 5)
            breaking.poison = poison
            return breaking

        failed = []
        for _ in range(3):
            city.do(peers.clear_retry_times)
            with city:
                failed.append(push("platform", connect).failed)
        assert failed == ["Broken", "Broken", "Broken"]
        [message] = city.messages("rejected")
        assert (message.entry, message.detail) == (1, "answer-broken")
        assert len(platform.publications()) == 4


class TestPush:
    def test_brings_a_record_to_the_peer_and_settles_the_promise(self, city, platform):
        [sent] = published(city.app, body())
        done = pushed(city, "platform")
        assert (done.sent, done.failed) == (1, None)
        assert list(platform.publications()) == [(sent["record"], 1)]
        assert [message.outcome for message in city.messages("delivered")] == ["accepted"]

    def test_leaves_a_copy_equal_to_the_byte_with_its_source(self, city, platform):
        published(city.app, body())
        pushed(city, "platform")
        [own], [copy] = city.publications().values(), platform.publications().values()
        assert (copy.body, copy.content_hash, copy.previous) == (own.body, own.content_hash, own.previous)
        assert copy.origin == "city"
        assert copy.signature

    def test_twice_has_one_effect(self, city, platform):
        published(city.app, body())
        pushed(city, "platform")
        assert pushed(city, "platform").sent == 0
        assert len(platform.publications()) == 1

    def test_sends_nothing_back_to_the_origin(self, city, platform):
        published(city.app, body())
        pushed(city, "platform")
        assert not platform.messages("pending")
        assert pulled(city, "platform").received == 0

    def test_keeps_what_is_not_public_at_home(self, city, platform):
        published(city.app, body(audience="authorised"))
        assert not city.messages("pending")
        assert pulled(platform, "city").received == 0

    def test_carries_a_withdrawal(self, city, platform):
        first = body()
        published(city.app, first)
        pushed(city, "platform")
        published(city.app, removed(first))
        pushed(city, "platform")
        states = [row.state for row in platform.publications().values()]
        assert states == ["published", "withdrawn"]
        assert [row.until_entry for row in platform.publications().values()] == [2, None]

    def test_carries_a_removal_first_and_ends_with_the_newest(self, city, platform):
        first, other = body(), body()
        published(city.app, first, other, removed(first))
        pushed(city, "platform")
        current = {key[0]: row for key, row in platform.publications().items() if row.until_entry is None}
        assert current[first["record"]].state == "withdrawn"
        assert current[other["record"]].state == "published"
        assert not city.messages("pending")

    def test_keeps_the_owners_chain_over_a_gap(self, city, platform):
        first = body()
        published(city.app, first)
        second = {**first, "revision": 2, "act": "correct"}
        published(city.app, second, {**second, "revision": 3})
        pulled(platform, "city")
        assert list(platform.publications()) == [(first["record"], 3)]
        own, copy = city.publications()[first["record"], 3], platform.publications()[first["record"], 3]
        assert copy.content_hash == own.content_hash

    def test_of_many_goes_in_batches(self, node, city):
        small = node("small", batch_records_max=2)
        small.befriend(city)
        city.befriend(small)
        city.do(lambda work: setattr(_peer(work, "small"), "batch_records", 2))
        published(city.app, *(body() for _ in range(5)))
        pushed(city, "small")
        assert len(small.publications()) == 5

    def test_relays_a_foreign_record_with_its_owners_signature(self, node, city, platform):
        county = node("county")
        county.befriend(platform)
        platform.befriend(county)
        county.befriend(city)
        city.befriend(county, url="")
        city.do(lambda work: setattr(_peer(work, "platform"), "owners", ["platform", "county"]))
        published(county.app, body(node="county"))
        pushed(county, "platform")
        pushed(platform, "city")
        [copy], [own] = city.publications().values(), county.publications().values()
        assert (copy.origin, copy.content_hash) == ("county", own.content_hash)
        assert {message.peer_id for message in city.messages("pending")} <= {city.peer("platform").id}


def _peer(work, code):
    return peer_messages.peer(work.session, code)


class TestPushToADeadPeer:
    @pytest.fixture
    def lonely(self, city, node, platform):
        """The platform's address leads nowhere for now."""
        city.do(lambda work: setattr(_peer(work, "platform"), "url", "http://127.0.0.1:9"))
        return city

    def test_loses_nothing_and_is_retried_later(self, lonely, platform):
        published(lonely.app, body())
        assert pushed(lonely, "platform").failed == "Failed"
        assert len(lonely.messages("pending")) == 1
        assert lonely.peer("platform").failures == 1
        assert lonely.peer("platform").retry_at is not None

    def test_waits_until_the_time_has_come(self, lonely, platform):
        published(lonely.app, body())
        pushed(lonely, "platform")
        far = clock().replace(year=2099)

        def restore(work):
            peer = _peer(work, "platform")
            peer.url, peer.retry_at = platform.url, far

        lonely.do(restore)
        assert pushed(lonely, "platform").sent == 0
        lonely.do(lambda work: setattr(_peer(work, "platform"), "retry_at", None))
        assert pushed(lonely, "platform").sent == 1
        assert lonely.peer("platform").failures == 0
        assert len(platform.publications()) == 1


class TestPull:
    def test_brings_records_and_settles_the_owners_promise(self, city, platform):
        published(city.app, body(), body())
        assert pulled(platform, "city").received == 2
        assert len(platform.publications()) == 2
        assert len(city.messages("delivered")) == 2
        assert platform.peer("city").cursor == 2
        assert platform.peer("city").pulled_at is not None

    def test_after_a_push_changes_nothing(self, city, platform):
        published(city.app, body())
        pushed(city, "platform")
        before = list(platform.publications())
        pulled(platform, "city")
        pulled(platform, "city")
        assert list(platform.publications()) == before

    def test_goes_page_by_page(self, node, city):
        small = node("small", batch_records_max=2)
        small.befriend(city)
        city.befriend(small)
        published(city.app, *(body() for _ in range(5)))
        assert pulled(small, "city").received == 5
        assert small.peer("city").cursor == 5

    def test_moves_the_cursor_past_what_it_may_not_have(self, city, platform):
        published(city.app, body(audience="authorised"))
        pulled(platform, "city")
        assert platform.peer("city").cursor == 1

    def test_starts_again_when_the_epoch_is_new(self, city, platform):
        published(city.app, body())
        pulled(platform, "city")
        city.do(ledger.renew_epoch)
        done = pulled(platform, "city")
        assert done.is_restarted
        assert platform.peer("city").cursor == 1
        assert len(platform.publications()) == 1

    def test_starts_again_when_the_peer_has_fewer_entries_than_seen(self, city, platform):
        published(city.app, body())
        pulled(platform, "city")
        platform.do(lambda work: setattr(_peer(work, "city"), "cursor", 99))
        assert pulled(platform, "city").is_restarted
        assert platform.peer("city").cursor == 1


class _Claiming:
    """A transport whose pages claim another cursor or head than theirs."""

    def __init__(self, inner, **claimed):
        self._inner, self._claimed = inner, claimed

    def changes(self, after, limit):
        return refit(self._inner.changes(after, limit), **self._claimed)

    def send_receipt(self, raw):
        self._inner.send_receipt(raw)

    def head(self, origin, size):
        return self._inner.head(origin, size)


class _Fixed(_Claiming):
    """A transport with one page."""

    def __init__(self, inner, page):
        super().__init__(inner)
        self._page = page

    def changes(self, after, limit):
        return self._page


class TestPullOfADoubtfulPage:
    @pytest.fixture
    def claimed(self, city, platform):
        """Pull by the platform, at cursor 1 of 2, of a page that claims something."""
        published(city.app, body(), body())
        platform.do(lambda work: setattr(_peer(work, "city"), "cursor", 1))

        def run(**claims):
            with platform:
                return pull("city", lambda peer: _Claiming(HttpPeer(peer.url, platform.signer, 5), **claims))

        return run

    @pytest.mark.parametrize("claims", [{"next": 0}, {"next": 3}, {"next": 10**15}, {"next": -1}])
    def test_refuses_a_cursor_before_ours_or_beyond_the_head(self, claimed, platform, claims):
        assert claimed(**claims).failed == "batch-malformed"
        assert (platform.peer("city").cursor, platform.publications()) == (1, {})

    def test_does_not_call_itself_fresh_before_the_last_page(self, claimed, platform):
        claimed(head=10**6)
        assert (platform.peer("city").cursor, platform.peer("city").pulled_at) == (2, None)
        claimed()
        assert platform.peer("city").pulled_at is not None


class TestPullAll:
    def test_passes_over_a_peer_whose_pages_break_the_program(self, node, city, platform):
        county = node("county")
        platform.befriend(county)
        county.befriend(platform)
        published(city.app, body())

        def connect(peer):
            if peer.code == "county":
                raise RuntimeError("unforeseen")
            return HttpPeer(peer.url, platform.signer, 5)

        with platform:
            done = pull_all(connect)
        assert done["county"].failed == "RuntimeError"
        assert (done["city"].received, done["city"].failed) == (1, None)

    def test_moves_past_a_record_of_the_wrong_type(self, city, platform):
        published(city.app, body())
        odd = sealed(city.signer, body(state=["published"]))
        page = batch.build("city", "1", [odd], [1], {"next": 1, "head": 1})
        with platform:
            done = pull_all(lambda peer: _Fixed(HttpPeer(peer.url, platform.signer, 5), page))
        assert (done["city"].received, done["city"].failed) == (1, None)
        assert (platform.peer("city").cursor, len(platform.items())) == (1, 1)


class TestBothWays:
    def test_each_ends_with_the_records_of_both(self, city, platform):
        published(city.app, body())
        published(platform.app, body(node="platform"))
        for one, other in ((city, "platform"), (platform, "city")):
            pushed(one, other)
            pulled(one, other)
        assert city.publications().keys() == platform.publications().keys()
        for node in (city, platform):
            assert not node.messages("pending")
            assert not node.items()
