import pytest

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.refusals.acts import PeerRefused, PeerTaken, PeerUnknown
from registry.services.exchange import peers

KEY, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def platform(app):
    return runtime.perform(
        SYSTEM, lambda work: peers.add(work, "platform", "平台", "https://platform.example", KEY, ())
    )


def change(code: str, **given: str):
    return runtime.perform(SYSTEM, lambda work: peers.change(work, code, **given))


class TestChange:
    def test_gives_a_new_address_and_keeps_the_key(self, platform):
        held = change("platform", url="https://new.example/")
        assert (held.url, held.public_key) == ("https://new.example", KEY)

    def test_gives_a_new_key(self, platform):
        assert change("platform", public_key=OTHER).public_key == OTHER

    def test_to_its_own_key_is_no_conflict(self, platform):
        assert change("platform", public_key=KEY).public_key == KEY

    def test_keeps_the_former_key_for_what_it_signed(self, platform):
        assert change("platform", public_key=OTHER).former_keys == [KEY]
        assert change("platform", public_key="c" * 64).former_keys == [KEY, OTHER]

    def test_forgets_former_keys_that_were_stolen(self, platform):
        assert change("platform", public_key=OTHER, distrust=True).former_keys == []

    def test_is_refused_for_a_key_a_peer_had_before(self, platform):
        change("platform", public_key=OTHER)
        runtime.perform(SYSTEM, lambda work: peers.add(work, "county", "县", "", "c" * 64, ()))
        with pytest.raises(PeerTaken):
            change("county", public_key=KEY)

    def test_is_refused_for_a_key_another_peer_has(self, platform):
        runtime.perform(SYSTEM, lambda work: peers.add(work, "county", "县", "", OTHER, ()))
        with pytest.raises(PeerTaken):
            change("platform", public_key=OTHER)

    @pytest.mark.parametrize("url", ["http://platform.example", "ftp://127.0.0.1", "https://"])
    def test_is_refused_for_an_address_in_clear(self, platform, url):
        with pytest.raises(PeerRefused):
            change("platform", url=url)

    def test_is_refused_for_an_unknown_peer(self, app):
        with pytest.raises(PeerUnknown):
            change("nobody", url="https://a.example")
