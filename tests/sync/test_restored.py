"""An owner that was restored from yesterday's backup: its readers notice, and what peers hold comes back to it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

from registry import runtime
from registry.app import create_app
from registry.keys.httpsig import sign_request
from registry.maintenance import backup
from registry.models import AuditEvent, Publication
from registry.queries import integrity
from registry.queries.exchange import peer_messages
from registry.queries.publication import log_identity
from registry.services.exchange import peers
from registry.services.publication import ledger
from sync.push import push
from sync.reconcile import reconcile
from sync.schedule import pull_and_reconcile
from tests.maintenance.conftest import empty_store
from tests.support.desk import Desk
from tests.support.filings import filing
from tests.support.people import hire
from tests.sync.bodies import body, removed
from tests.sync.conftest import Node, served
from tests.sync.planting import published


def findings(node: Node) -> list[str]:
    """What contradicts itself on a node."""
    return node.ask(lambda session: list(integrity.findings(session, runtime.keys(), node.code, lambda _: None)))


class Yesterday:
    """A backup of the city, and what becomes of it: a node at another address that the platform then calls."""

    def __init__(self, city: Node, platform: Node, folder: Path, running: ExitStack) -> None:
        self._city, self._platform, self._folder, self._running = city, platform, folder, running
        self.back_up()

    def back_up(self) -> None:
        """Back the city up as it is now."""
        with self._city:
            self._settings = runtime.settings()
            self._backup, _ = backup.create(self._folder / "backups")
        self._folder = self._folder / "later"

    def __call__(self) -> Node:
        kind = self._settings.database_url.split(":", maxsplit=1)[0]
        url = self._running.enter_context(empty_store(kind, self._folder / "restored"))
        settings = replace(self._settings, database_url=url)
        backup.load(settings, self._backup)
        app = create_app(settings)
        node = Node(app, self._running.enter_context(served(app)))
        node.do(ledger.renew_epoch)
        self._platform.do(lambda work: peers.change(work, "city", url=node.url))
        return node


@pytest.fixture
def restore(city: Node, platform: Node, tmp_path: Path) -> Iterator[Yesterday]:
    """Back the city up now; called, it restores the backup."""
    with ExitStack() as running:
        yield Yesterday(city, platform, tmp_path, running)


class TestYesterdaysBackup:
    def test_is_noticed_by_every_peer(self, city, platform, restore):
        published(city.app, body(), body())
        with platform:
            pull_and_reconcile("city")
            assert peer_messages.peer(runtime.open_session(), "city").cursor == 2
            runtime.close_session()
        restored = restore()
        with platform:
            assert pull_and_reconcile("city").is_restarted
        assert platform.peer("city").epoch == restored.ask(log_identity.epoch)

    def test_gets_back_what_peers_hold(self, city, platform, restore):
        lost = published(city.app, body(), body(document_number="盐虚罚〔2026〕2号"))
        with city:
            push("platform")
        restored = restore()
        assert restored.publications() == {}
        with restored:
            report = reconcile("platform")
        assert (report["recovered"], report["different"]) == (2, [])
        back, there = restored.publications(), platform.publications()
        assert {key: (row.body, row.content_hash) for key, row in back.items()} == {
            key: (row.body, row.content_hash) for key, row in there.items()
        }
        assert {record for record, _ in back} == {one["record"] for one in lost}
        assert findings(restored) == []

    def test_gets_back_a_withdrawal_of_what_it_still_shows(self, city, platform, restore):
        first = body()
        published(city.app, first)
        restore.back_up()
        published(city.app, removed(first))
        with city:
            push("platform")
        restored = restore()
        assert [row.state for row in restored.publications().values()] == ["published"]
        with restored:
            assert reconcile("platform")["recovered"] == 1
            assert reconcile("platform")["equal"] == 1
        assert [row.state for row in restored.publications().values()] == ["published", "withdrawn"]

    def test_may_lie_behind_a_signed_head_that_peers_know(self, city, platform, restore):
        published(city.app, body())
        city.do(ledger.seal)
        restored = restore()
        with restored:
            reconcile("platform")
        restored.do(ledger.seal)
        assert findings(restored) == []

    def test_says_in_the_audit_trail_what_came_back(self, city, platform, restore):
        [lost] = published(city.app, body())
        with city:
            push("platform")
        restored = restore()
        with restored:
            reconcile("platform")
            events = runtime.open_session().query(AuditEvent).filter_by(act="exchange.recovered").all()
            assert [(event.reference, event.detail) for event in events] == [(lost["record"], "platform")]
            runtime.close_session()


class TestTakingBack:
    def test_takes_nothing_while_nothing_was_lost(self, city, platform):
        one = body()
        published(city.app, one, removed(one))
        with city:
            push("platform")
            assert reconcile("platform")["recovered"] == 0
        assert len(city.publications()) == 2

    def test_refuses_what_this_node_never_signed(self, city, platform, restore):
        published(city.app, body())
        with city:
            push("platform")
        platform.do(lambda work: work.session.execute(update(Publication).values(signature=_forged(platform))))
        restored = restore()
        with restored:
            report = reconcile("platform")
        assert (report["recovered"], len(report["different"])) == (0, 1)
        assert restored.publications() == {}

    def test_is_vouched_for_by_a_key_of_this_node(self, city, platform, restore):
        published(city.app, body())
        with city:
            push("platform")
        restored = restore()
        with restored:
            reconcile("platform")
        restored.do(lambda work: work.session.execute(update(Publication).values(signature=_forged(restored))))
        assert any("another node's signature" in line for line in findings(restored))

    def test_gives_a_peer_its_own_records_only(self, node, city, platform):
        county = node("county")
        county.befriend(platform)
        platform.befriend(county)
        [own] = published(city.app, body())
        with city:
            push("platform")
        assert _kept(platform, city, own["record"]) == [own["record"]]
        assert _kept(platform, county, own["record"]) == []


def _forged(node: Node) -> str:
    return '{"kid":"' + node.signer.key_id + '","value":"' + "0" * 128 + '"}'


def _kept(node: Node, asker: Node, record: str) -> list[str]:
    prepared = requests.Request("GET", f"{node.url}/exchange/v1/kept?record={record}").prepare()
    sign_request(prepared, asker.signer, asker.signer.key_id, runtime.clock())
    with requests.Session() as session:
        answer = session.send(prepared, timeout=10)
    assert answer.status_code == 200, answer.text
    return [kept["record"] for kept in answer.json()["records"]]


class TestOwnFilings:
    def test_stand_beside_what_came_back(self, city, platform, restore):
        """The rows behind a version that came back are lost; a new decision of the same office is not in its way."""
        published(city.app, body())
        with city:
            push("platform")
        restored = restore()
        with restored:
            reconcile("platform")
            desk = Desk(restored.app.test_client(), hire())
            desk.published(filing())
        assert findings(restored) == []
