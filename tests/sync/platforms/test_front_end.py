"""A front-end database on both kinds of store: rows out and in, feedback, holdings, sweeping and crashes."""

import pytest
from sqlalchemy import MetaData, create_engine, delete, insert, select, update
from sqlalchemy.pool import NullPool

from registry import runtime
from registry.domain.exchange import reconciliation_statement
from registry.domain.exchange.formats.model import RowMessage, message_of
from registry.domain.exchange.formats.penalties import CF_2018
from registry.domain.exchange.formats.trading import BLACK_LIST, WITHDRAW_BLACK_LIST
from registry.models import ReconciliationStatement
from registry.queries.exchange import measure_reports
from registry.services.exchange.platform_address import is_usable
from sync import front_end_tables, row_exchange
from sync.front_end import FrontEnd
from tests.support import stores
from tests.support.exchanged import write_context
from tests.sync.bodies import body, removed
from tests.sync.planting import published
from tests.sync.platforms.conftest import CF, CODE, TRADING, register
from tests.sync.platforms.rows import decided, firm, listed, report

IN = ("cf-2018", "measure-reports", *TRADING)


class Database:
    """The platform's own hands on the front-end database: plain SQL, nothing of the product but the tables' names."""

    def __init__(self, url):
        self.url = url
        self.engine = create_engine(url, poolclass=NullPool)

    def rows(self, table):
        with self.engine.begin() as connection:
            return connection.execute(select(table).order_by(table.c[0])).mappings().all()

    def run(self, statement, rows=None):
        with self.engine.begin() as connection:
            return connection.execute(statement, rows) if rows else connection.execute(statement)

    def table(self, direction, code):
        return front_end_tables.row_table(MetaData(), direction, code)

    @property
    def feedback(self):
        return front_end_tables.feedback_table(MetaData())

    @property
    def holdings(self):
        return front_end_tables.holdings_table(MetaData())

    def put(self, fmt, value, revision=1, operation="I", **changed):
        """A row of the platform; ``changed`` are cells and control columns changed after the hash was taken."""
        message = message_of(fmt, {**value, "revision": revision}, write_context())
        control = {"SOURCE_RECORD_ID": message.record, "M_VERSION": revision, "OP": message.operation}
        row = {"BATCH": 1, "STATUS": 0, **control, "ROW_HASH": message.hash, "PROVIDE_UNIT_NAME": "平台"}
        self.run(insert(self.table("in", fmt.code)), [row | message.row | changed])

    def put_report(self, number, record, subject, **changed):
        """A report of a measure, of which the platform says nothing but its hash."""
        name, revision, operation, cells = report(number, record, subject, **changed)
        stated = RowMessage(name, revision, operation, "measure-reports", cells)
        control = {"SOURCE_RECORD_ID": name, "M_VERSION": revision, "OP": operation, "ROW_HASH": stated.hash}
        self.run(insert(self.table("in", "measure-reports")), [{"BATCH": 1, "STATUS": 0} | control | cells])

    def answer(self, outcome, **changed):
        """Answer every row that is out."""
        for code in CF:
            for row in self.rows(self.table("out", code)):
                line = {"ANSWERS": "out", "SOURCE_RECORD_ID": row["SOURCE_RECORD_ID"], "M_VERSION": row["M_VERSION"]}
                self.run(insert(self.feedback), [line | {"OUTCOME": outcome, "STATUS": 0} | changed])

    def hold(self):
        """Say that everything that is out is held."""
        for code in CF:
            for row in self.rows(self.table("out", code)):
                names = ("SOURCE_RECORD_ID", "M_VERSION", "ROW_HASH")
                self.run(insert(self.holdings), [{"HOLDER": CODE} | {name: row[name] for name in names}])

    def lose(self, record):
        """Show a record no more among what is held."""
        held = self.holdings
        self.run(delete(held).where(held.c["SOURCE_RECORD_ID"] == record))


@pytest.fixture
def database(request, store, templates, tmp_path):
    """An empty database of the same kind as the node's store."""
    if store.startswith("sqlite"):
        yield Database(f"sqlite:///{tmp_path / 'front.db'}")
        return
    import os

    import psycopg

    name = f"front_{os.getpid()}_{abs(hash(str(tmp_path))) % 10**9}"
    with psycopg.connect(os.environ[stores.SERVER_VARIABLE], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield Database(stores.named(name).replace("postgresql://", "postgresql+psycopg://"))
    with psycopg.connect(os.environ[stores.SERVER_VARIABLE], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def side(app, people, database, typed):
    """The node, registered with the database and its tables made."""
    made = register(app, database.url, "municipal-credit", formats=list(CF), formats_in=list(IN))
    code, said = typed("exchange", "frontdb", "create", CODE)
    assert code == 0
    assert "out_cf_2018" in said
    return made


class TestSending:
    def test_puts_rows_out_and_settles_them_by_feedback(self, app, side, database):
        published(app, body(), listed(1))
        assert side.run().sent == 2
        assert len(side.messages("sent")) == 2
        database.answer("accepted")
        side.run()
        assert len(side.messages("delivered")) == 2
        assert {row["STATUS"] for row in database.rows(database.feedback)} == {1}
        assert [batch.state for batch in side.batches()] == ["answered"]

    def test_settles_rows_that_were_swept_away_since(self, app, side, database):
        published(app, body())
        side.run()
        database.answer("accepted")
        database.run(delete(database.table("out", "cf-2018")))
        side.run()
        assert len(side.messages("delivered")) == 1

    def test_keeps_the_platforms_own_code(self, app, side, database):
        published(app, body())
        side.run()
        database.answer("rejected", CODE="1001", MESSAGE="未查询到主体\n或不匹配")
        side.run()
        assert side.messages("rejected")[0].detail == "1001 未查询到主体 或不匹配"

    def test_ignores_feedback_that_says_nothing_or_is_about_nothing(self, app, side, database):
        published(app, body())
        side.run()
        database.answer("ok")
        line = {"ANSWERS": "out", "SOURCE_RECORD_ID": "x", "M_VERSION": 1, "OUTCOME": "accepted", "STATUS": 0}
        database.run(insert(database.feedback), [line])
        side.run()
        assert len(side.messages("sent")) == 1

    def test_writes_a_batch_once_when_it_was_killed_before_noting_it(self, app, side, database, monkeypatch):
        published(app, body())
        monkeypatch.setattr(row_exchange.row_outbox, "note_sent", _dies)
        with pytest.raises(KeyboardInterrupt):
            side.run()
        monkeypatch.undo()
        side.run()
        assert len(database.rows(database.table("out", "cf-2018"))) == 1
        assert [batch.state for batch in side.batches()] == ["sent"]

    def test_says_that_the_database_is_not_there_and_tries_later(self, app, side, database):
        published(app, body())
        side.change(url="sqlite:////nowhere/at/all.db")
        assert side.run().failed == "OperationalError"
        assert len(side.messages("pending")) == 1


def _dies(*_):
    raise KeyboardInterrupt


class TestTakingIn:
    def test_files_rows_and_answers_each(self, side, database):
        database.put(CF_2018, decided(1))
        database.put(BLACK_LIST, listed(1))
        assert side.run().received == 2
        assert len(side.penalties()) == 1
        assert [adoption.total for adoption in side.adoptions()] == [1]
        feedback = database.rows(database.feedback)
        assert {(row["ANSWERS"], row["OUTCOME"]) for row in feedback} == {("in", "accepted")}
        assert database.rows(database.table("in", "cf-2018"))[0]["STATUS"] == 2

    def test_returns_a_bad_row_and_takes_the_others(self, side, database):
        database.put(CF_2018, decided(1))
        database.put(CF_2018, decided(2), CF_NR="别的内容")
        database.put(CF_2018, decided(3), OP="X")
        database.put(CF_2018, decided(4), SOURCE_RECORD_ID="../x")
        side.run()
        rows = database.rows(database.table("in", "cf-2018"))
        assert [row["STATUS"] for row in rows] == [2, 3, 3, 3]
        codes = ["hash-wrong", "operation-unknown", "record-malformed"]
        assert [item.code for item in side.items("quarantined")] == codes
        assert side.run().received == 0

    def test_takes_again_what_was_claimed_and_not_answered(self, side, database):
        database.put(CF_2018, decided(1))
        database.run(update(database.table("in", "cf-2018")).values(STATUS=1))
        side.run()
        assert len(side.penalties()) == 1

    def test_files_nothing_twice_when_it_was_killed_before_the_answer(self, side, database, monkeypatch):
        database.put(CF_2018, decided(1))
        monkeypatch.setattr(FrontEnd, "answer", _dies)
        with pytest.raises(KeyboardInterrupt):
            side.run()
        monkeypatch.undo()
        side.run()
        assert len(side.penalties()) == 1
        assert [row["OUTCOME"] for row in database.rows(database.feedback)] == ["accepted"]

    def test_keeps_a_report_of_a_measure_and_returns_one_about_nothing_of_ours(self, app, side, database):
        [penalty] = published(app, body(subject=firm(1)))
        side.run()
        database.put_report(1, penalty["record"], firm(1))
        database.put_report(2, "0" * 32, firm(1))
        assert side.run().received == 2
        assert [row["STATUS"] for row in database.rows(database.table("in", "measure-reports"))] == [2, 3]
        assert [row["CODE"] for row in database.rows(database.feedback)] == ["", "report-record-unknown"]
        with runtime.reading() as session:
            [line] = measure_reports.of_record(session, penalty["record"])
        assert (line.report.kind, line.report.state) == ("procurement", "taken")

    def test_adopts_a_withdrawal(self, side, database):
        value = listed(1)
        database.put(BLACK_LIST, value)
        side.run()
        database.put(WITHDRAW_BLACK_LIST, removed(value, act="remove", state="removed"), revision=2)
        side.run()
        assert [adoption.total for adoption in side.adoptions()] == [1, 1]


class TestReconciling:
    def test_says_nothing_while_the_table_is_empty(self, app, side):
        published(app, body())
        side.run()
        assert side.reconcile() == {"waiting": "sheet"}

    def test_finds_both_sides_equal(self, app, side, database):
        published(app, body(), listed(1))
        side.run()
        database.hold()
        database.answer("accepted")
        side.run()
        report = side.reconcile()
        assert (report["equal"], report["missing"], report["different"]) == (2, [], [])
        [row] = side.ask(select(ReconciliationStatement))
        facts = reconciliation_statement.facts_of(row.document.encode())
        assert (facts["transport"], facts["counts"]["equal"], facts["own"]) == ("front_end", 2, facts["theirs"])

    def test_sends_again_what_the_platform_lost(self, app, side, database):
        lost, kept = body(), body()
        published(app, lost, kept)
        side.run()
        database.answer("accepted")
        side.run()
        database.hold()
        database.lose(lost["record"])
        database.run(update(database.table("out", "cf-2018")).values(STATUS=2))
        assert side.reconcile()["missing"] == [lost["record"]]
        side.run()
        status = {row["SOURCE_RECORD_ID"]: row["STATUS"] for row in database.rows(database.table("out", "cf-2018"))}
        assert status == {lost["record"]: 0, kept["record"]: 2}

    def test_compares_by_sector_what_names_no_sector(self, app, side, database):
        lost = body(sectors=["housing"])
        published(app, lost, body(sectors=["procurement"]), body(sectors=["procurement", "housing"]))
        side.run()
        database.answer("accepted")
        side.run()
        database.hold()
        database.lose(lost["record"])
        with app.app_context():
            reports = row_exchange.reconcile_sectors(CODE)
        assert {sector: (report["checked"], report["missing"]) for sector, report in reports.items()} == {
            "housing": (2, [lost["record"]]),
            "procurement": (2, []),
        }

    def test_shows_the_platform_what_the_node_holds(self, side, database):
        value = listed(1)
        database.put(BLACK_LIST, value)
        side.run()
        side.reconcile()
        [row] = [row for row in database.rows(database.holdings) if row["HOLDER"] == "city"]
        assert (row["SOURCE_RECORD_ID"], row["M_VERSION"]) == (value["record"], 1)


class TestAddress:
    @pytest.mark.parametrize(
        ("transport", "url", "expected"),
        [
            ("files", "file:///srv/exchange", True),
            ("files", "file:///srv/../etc", False),
            ("files", "file://host/srv", False),
            ("files", "file:///", False),
            ("files", "/srv/exchange", False),
            ("files", "https://platform.example", False),
            ("front_end", "sqlite:////srv/front.db", True),
            ("front_end", "postgresql+psycopg://reader@db.example/front?passfile=/etc/registry/pass", True),
            ("front_end", "postgresql+psycopg://reader:secret@db.example/front", False),
            ("front_end", "postgresql+psycopg://db.example/front?password=secret", False),
            ("front_end", "mysql+pymysql://reader@db.example/front?passwd=secret", False),
            ("front_end", "mysql+pymysql://reader@db.example/front?init_command=DROP+TABLE+x", False),
            ("front_end", "mysql+pymysql://reader@db.example/front?ssl_ca=/etc/registry/ca.pem", True),
            ("front_end", "oracle://db.example/front", False),
            ("front_end", "file:///srv", False),
            ("front_end", "sqlite://", False),
        ],
    )
    def test_takes_what_can_be_kept_and_shown_in_clear(self, transport, url, expected):
        assert is_usable(transport, url) is expected
