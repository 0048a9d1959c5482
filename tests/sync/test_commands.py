"""registry exchange, as an operator types it."""

import datetime as dt
import json
import re

import pytest
from click.testing import CliRunner

from registry.cli import main
from registry.commands import common
from registry.keys.signing import Signer
from registry.queries.exchange import peer_messages
from registry.runtime import clock
from registry.services.exchange import peers
from tests.sync.bodies import body, removed
from tests.sync.planting import published


@pytest.fixture
def typed(city, platform, monkeypatch):
    """Run ``registry exchange …`` on the city; returns exit code and output."""

    # The city's own application, so that no second pool of connections is left open behind each command.
    monkeypatch.setattr(common, "create_node", lambda: city.app)

    def run(*words):
        done = CliRunner().invoke(main, ["exchange", *words])
        return done.exit_code, done.output

    return run


class TestPushAndPull:
    def test_exchange_and_tell_how_much(self, city, platform, typed):
        published(city.app, body())
        published(platform.app, body(node="platform"))
        assert typed("push") == (0, "platform: 发送 sent 1, 搁置 set aside 0\n")
        assert typed("pull") == (0, "platform: 收到 received 1\n")

    def test_exit_1_when_the_peer_is_not_there(self, city, platform, typed):
        published(city.app, body())
        city.do(lambda work: setattr(peer_messages.peer(work.session, "platform"), "url", "http://127.0.0.1:9"))
        code, said = typed("push")
        assert code == 1
        assert "未完成 Failed" in said


class TestStatus:
    def test_shows_open_removals_with_their_age(self, city, platform, typed):
        first = body()
        published(city.app, first, removed(first))
        code, said = typed("status")
        assert code == 0
        assert "pending 2" in said
        assert re.search(rf"removal open 0\.0 h: {first['record']}", said)

    def test_shows_a_pause_until_it_is_released(self, city, platform, typed):
        city.do(lambda work: peers.pause(work, "platform", "removal-share"))
        [seen] = re.findall(r"paused: removal-share, 核对 seen (0 [0-9a-f]{32})", typed("status")[1])
        code, said = typed("release", "platform")
        assert (code, "seen-unstated" in said, seen in said) == (1, True, True)
        assert typed("release", "platform", "--seen", seen)[0] == 0
        assert "paused" not in typed("status")[1]


class TestQuarantine:
    @pytest.fixture
    def item(self, city, platform, typed):
        published(platform.app, body(node="platform", basis=""))
        typed("pull")
        [held] = city.items()
        return held

    def test_lists_reason_and_place_but_no_content(self, item, typed):
        code, said = typed("quarantine")
        assert code == 0
        what = f"{item.id} platform {item.record} r1 rejected schema"
        assert re.fullmatch(rf"{what} D19 \d{{4}}-\d\d-\d\d /body/basis wrong-value\n", said)

    def test_says_when_the_time_to_verify_is_over(self, item, typed, monkeypatch):
        late = clock() + dt.timedelta(days=30)
        monkeypatch.setattr("registry.runtime.clock", lambda: late)
        assert " overdue /body/basis" in typed("quarantine")[1]  # D19: 河南省社会信用条例 17

    def test_release_judges_again(self, item, typed):
        assert typed("quarantine", "--release", str(item.id)) == (1, f"{item.id}: rejected schema\n")

    def test_drop_needs_a_reason(self, item, typed):
        assert typed("quarantine", "--drop", str(item.id))[0] == 2
        assert typed("quarantine", "--drop", str(item.id), "--reason", "来文有误")[0] == 0
        assert typed("quarantine") == (0, "")

    def test_refuses_an_unknown_item(self, typed):
        assert typed("quarantine", "--release", "99")[0] == 1


class TestReconcile:
    def test_by_sector_is_shown_by_the_status(self, city, platform, typed):
        published(city.app, body(sectors=["housing"]))
        typed("push")
        code, output = typed("reconcile", "--by-sector")
        assert (code, json.loads(output)["platform"]["housing"]["equal"]) == (0, 1)
        assert "sector housing 0.0 h ago: 1 checked, 一致 equal" in typed("status")[1]
        assert typed("reconcile", "platform", "--by-sector")[0] == 2

    def test_reports_and_exits_by_the_result(self, city, platform, typed):
        published(city.app, body())
        typed("push")
        code, said = typed("reconcile", "platform")
        assert code == 0
        assert '"equal": 1' in said


class TestPeers:
    def test_add_makes_a_node_known(self, typed):
        public = Signer.generate().public.hex()
        words = ("county", "--url", "https://county.example", "--public-key", public, "--owners", "town")
        assert typed("peers", "add", *words)[0] == 0
        assert "county county https://county.example county,town" in typed("peers", "list")[1]
        code, said = typed("peers", "add", *words)
        assert (code, said.split(":")[0]) == (1, "peer-taken")

    @pytest.mark.parametrize(
        "words",
        [
            ("county", "--url", "http://county.example", "--public-key", "0" * 64),
            ("county", "--public-key", "xyz"),
            ("COUNTY!", "--public-key", "0" * 64),
        ],
    )
    def test_add_refuses_what_cannot_be_used(self, typed, words):
        code, said = typed("peers", "add", *words)
        assert (code, said.split(":")[0]) == (1, "peer-refused")
