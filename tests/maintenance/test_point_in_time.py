"""PostgreSQL's continuous archiving: a node is set back to an instant, knows it, and a peer notices."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from registry import runtime
from registry.app import create_app
from registry.commands.node import prepare
from registry.queries import integrity
from registry.queries.publication import log_identity
from registry.services.exchange import peers
from registry.services.publication import ledger
from registry.settings import Settings
from sync.push import push
from sync.reconcile import reconcile
from sync.schedule import pull_and_reconcile
from tests.support import stores
from tests.support.desk import Desk
from tests.support.filings import filing
from tests.support.membership import entitle
from tests.support.people import AUTHORITY, hire
from tests.sync.conftest import Node, served

pytestmark = pytest.mark.skipif("postgresql" not in stores.STORES, reason="continuous archiving is PostgreSQL's")
_OPTIONS = "-c listen_addresses=127.0.0.1 -c fsync=off -c max_wal_senders=4"


class Cluster:
    """A server of its own that archives its log, its base backup, and a second server recovered from both."""

    def __init__(self) -> None:
        self.folder, self.user = stores.server_folder()
        self.archive, self.base = self.folder / "archive", self.folder / "base"
        self.run("mkdir", str(self.archive))
        data = self.folder / "data"
        self.run(stores.binary("initdb"), "-D", str(data), "-U", "tester", "--auth=trust", "-E", "UTF8", "--locale=C")
        self.url = self.start(data, f"-c archive_mode=on -c archive_command='cp %p {self.archive}/%f'")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE registry")
        self.url = self.url.replace("/postgres", "/registry")

    def run(self, *command: str) -> None:
        """As the user of the server."""
        stores.run_as(self.user, *command)

    def start(self, data: Path, more: str = "") -> str:
        """Start a server; the address of its database ``postgres``."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = f"-p {port} -c unix_socket_directories={self.folder} {_OPTIONS} {more}"
        command = (stores.binary("pg_ctl"), "-D", str(data), "-l", str(data.with_suffix(".log")), "-w", "-o", options)
        self.run(*command, "start")
        return f"postgresql://tester@127.0.0.1:{port}/postgres"

    def stop(self, data: Path) -> None:
        """Stop a server at once."""
        self.run(stores.binary("pg_ctl"), "-D", str(data), "-m", "immediate", "stop")

    def ask(self, statement: str) -> str:
        """The one value of a statement."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return str(row[0])

    def back_up(self) -> None:
        """Take the base backup."""
        self.run(stores.binary("pg_basebackup"), "-d", self.url, "-D", str(self.base), "-c", "fast", "-X", "none")

    def finish_archive(self) -> None:
        """Close the present segment of the log and wait until it is archived."""
        name = self.ask("SELECT pg_walfile_name(pg_switch_wal())")
        deadline = time.monotonic() + 30
        while not (self.archive / name).exists():
            assert time.monotonic() < deadline, "the log was not archived"
            time.sleep(0.05)

    def recover(self, instant: str) -> str:
        """Recover the base backup to an instant; the address of its database ``registry``."""
        settings = (
            f"restore_command = 'cp {self.archive}/%f %p'\nrecovery_target_time = '{instant}'\n"
            "recovery_target_action = 'promote'\narchive_mode = off\n"
        )
        with (self.base / "postgresql.auto.conf").open("a") as file:
            file.write(settings)
        self.run("touch", str(self.base / "recovery.signal"))
        self.url = self.start(self.base).replace("/postgres", "/registry")
        deadline = time.monotonic() + 30
        while self.ask("SELECT pg_is_in_recovery()") != "False":
            assert time.monotonic() < deadline, "recovery did not end"
            time.sleep(0.05)
        return self.url


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    try:
        yield made
    finally:
        for data in (made.folder / "data", made.base):
            if (data / "postmaster.pid").exists():
                made.stop(data)
        shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture
def nodes(cluster: Cluster, templates: stores.Templates, tmp_path: Path) -> Iterator[tuple[Settings, Node, Node]]:
    """The city on the cluster and the platform on SQLite; both know each other."""
    (tmp_path / "city").mkdir()
    (tmp_path / "platform").mkdir()
    with ExitStack() as running:
        settings = Settings(home=str(tmp_path / "city"), node="city", database_url=cluster.url)
        app = create_app(settings)
        with app.app_context():
            prepare()
        city = Node(app, running.enter_context(served(app)))
        url = running.enter_context(templates.copy("sqlite", tmp_path / "platform"))
        app = create_app(Settings(home=str(tmp_path / "platform"), node="platform", database_url=url))
        platform = Node(app, running.enter_context(served(app)))
        city.befriend(platform)
        platform.befriend(city)
        platform.do(lambda work: entitle(work, "city", {AUTHORITY[1]: [AUTHORITY[0]]}))
        yield settings, city, platform


def test_a_node_is_set_back_to_an_instant(cluster: Cluster, nodes: tuple[Settings, Node, Node]) -> None:
    settings, city, platform = nodes
    with city:
        desk = Desk(city.app.test_client(), hire())
        cluster.back_up()
        kept = desk.published(filing())
        instant = cluster.ask("SELECT clock_timestamp()")
        lost = desk.published(filing(document_number="盐财罚〔2026〕77号"))
        assert push("platform").failed is None
        runtime.db.engine.dispose()
    assert {record for record, _ in platform.publications()} == {kept, lost}
    with platform:
        pull_and_reconcile("city")
    cluster.finish_archive()
    cluster.stop(cluster.folder / "data")

    app = create_app(replace(settings, database_url=cluster.recover(instant)))
    with ExitStack() as running:
        restored = Node(app, running.enter_context(served(app)))
        assert {record for record, _ in restored.publications()} == {kept}
        assert _findings(restored) == []
        epoch = restored.do(ledger.renew_epoch).epoch
        platform.do(lambda work: peers.change(work, "city", url=restored.url))
        with platform:
            assert pull_and_reconcile("city").is_restarted
        assert platform.peer("city").epoch == epoch == restored.ask(log_identity.epoch)
        with restored:
            assert reconcile("platform")["recovered"] == 1
        assert {record for record, _ in restored.publications()} == {kept, lost}
        assert _findings(restored) == []


def _findings(node: Node) -> list[str]:
    return node.ask(lambda session: list(integrity.findings(session, runtime.keys(), node.code, lambda _: None)))
