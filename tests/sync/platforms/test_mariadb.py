"""A front-end database on a real MariaDB server, with the defaults that make it hard: latin1, letters that count as
equal, texts that end at 64 KiB."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from registry.domain.exchange.formats.penalties import CF_2018
from registry.settings import child_environment
from sync.front_end import FrontEnd
from tests.support import mariadb, stores
from tests.sync.bodies import body
from tests.sync.planting import published
from tests.sync.platforms.conftest import CF, CODE, register
from tests.sync.platforms.rows import decided, firm
from tests.sync.platforms.test_front_end import IN, Database

pytestmark = [
    pytest.mark.skipif(not mariadb.is_installed(), reason="MariaDB is not installed; `make needs` installs it"),
    pytest.mark.parametrize("store", stores.STORES[:1], indirect=True),
]


@pytest.fixture(scope="session")
def server():
    """One server for the session."""
    with mariadb.running() as started:
        yield started


@pytest.fixture
def database(server, request):
    """An empty database of the platform's."""
    name = f"front_{abs(hash(request.node.name)) % 10**9}"
    with create_engine(server.url("mysql"), poolclass=NullPool).begin() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return Database(server.url(name))


@pytest.fixture
def side(app, people, database, typed):
    """The node, registered with the database and its tables made."""
    side = register(app, database.url, "municipal-credit", formats=list(CF), formats_in=list(IN))
    assert typed("exchange", "frontdb", "create", CODE)[0] == 0
    return side


class TestExchange:
    def test_goes_both_ways_and_agrees_on_every_character(self, app, side, database):
        long = "与他人串通投标，𠮷祥𬭚材料㊣" * 3000
        published(app, body(subject=firm(1), facts=long), body(subject=firm(2)))
        assert side.run().sent == 2
        rows = database.rows(database.table("out", "cf-2018"))
        assert next(row["CF_SY"] for row in rows) == long
        assert len(side.messages("sent")) == 2  # sent, not answered
        database.put(CF_2018, decided(1, facts="𠮷祥公司与他人串通投标"))
        database.put(CF_2018, decided(2), CF_NR="别的内容")
        assert side.run().received == 2
        assert [row["STATUS"] for row in database.rows(database.table("in", "cf-2018"))] == [2, 3]
        database.answer("accepted", MESSAGE="已入库 𠮷")
        side.run()
        assert len(side.messages("delivered")) == 2
        assert {row["STATUS"] for row in database.rows(database.feedback) if row["ANSWERS"] == "out"} == {1}
        database.hold()
        outcome = side.reconcile()
        assert (outcome["equal"], outcome["missing"], outcome["different"]) == (2, [], [])

    def test_keeps_two_records_apart_that_differ_in_a_letter_only(self, app, side, database):
        [penalty] = published(app, body(subject=firm(1)))
        side.run()
        for number in ("a", "A"):
            database.put_report(number, penalty["record"], firm(1))
        assert side.run().received == 2
        assert [row["OUTCOME"] for row in database.rows(database.feedback)] == ["accepted", "accepted"]


WORKER = """
import os, signal
from registry.app import create_node
from sync import front_end, row_exchange

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

front_end._set_status = die
with create_node().app_context():
    row_exchange.exchange("platform")
"""


class TestFaults:
    def test_killed_between_the_insert_and_its_commit_sends_once(self, app, side, database):
        published(app, body())
        environment = child_environment(app.extensions["registry_settings"])
        assert subprocess.run([sys.executable, "-c", WORKER], env=environment, check=False).returncode == -9
        assert database.rows(database.table("out", "cf-2018")) == []
        side.run()
        assert len(database.rows(database.table("out", "cf-2018"))) == 1
        assert [batch.sequence for batch in side.batches()] == [1]

    def test_that_does_not_answer_is_given_up(self, app, side, database):
        front_end = FrontEnd(database.url, "city", CODE, seconds=1)
        with database.engine.connect() as other:
            other.execute(text("LOCK TABLES exchange_holdings WRITE"))
            started = time.monotonic()
            with pytest.raises(Exception, match="OperationalError"):
                front_end.write_holdings(CODE, [("r", 1, "0" * 64)])
            assert time.monotonic() - started < 10

    def test_without_its_password_says_no_more_than_that(self, app, side, server, database):
        published(app, body())
        side.change(url=database.url.partition("?")[0])
        assert side.run().failed == "OperationalError"
        assert len(side.messages("pending")) == 1
