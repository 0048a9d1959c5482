"""Whatever a check depends on may break: the answer is then 503 and recorded, never ``no_record``."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from registry import head_record, runtime
from registry.app import create_app
from registry.keys.signing import VAULT_FILE
from registry.models import AuditEvent, Check
from registry.refusals.content import KeysDamaged
from tests.support.desk import Desk, bidder, seal, stranger
from tests.support.filings import PERSON_NUMBER, BanFactory, BannedPersonFactory, FilingFactory
from tests.support.relations import PERSON, firm, related

EXPERT = {"name": "卞子墨", "role": "evaluation_expert", "id_type": "111", "id_number": PERSON_NUMBER}


def broken_off():
    """Why checks broke off, oldest first."""
    with runtime.reading() as session:
        question = select(AuditEvent).where(AuditEvent.act == "check.fail").order_by(AuditEvent.id)
        return [(event.actor, event.detail) for event in session.scalars(question)]


def made():
    """How many checks are stored."""
    with runtime.reading() as session:
        return len(session.scalars(select(Check.id)).all())


@pytest.fixture
def without_record(settings):
    """Take away what the node recorded of its head outside the database: the database alone must show the fault."""
    return lambda: (Path(settings.home) / head_record.FILE).unlink(missing_ok=True)


def plant(*statements):
    """Raw statements behind the back of the acts."""
    with runtime.db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def lost_at(place):
    """The connection is gone before the statement of this number; tells how many there were."""
    seen = []

    def cut(connection, _cursor, statement, _parameters, _context, _many):
        seen.append(statement)
        if len(seen) == place:
            connection.connection.dbapi_connection.close()

    event.listen(runtime.db.engine, "before_cursor_execute", cut)
    try:
        yield seen
    finally:
        event.remove(runtime.db.engine, "before_cursor_execute", cut)


def is_of_the_check(statement):
    """Not of the look-up of the key, which comes before anybody asks anything."""
    return "api_keys" not in statement and not statement.startswith(("BEGIN", "PRAGMA"))


class TestDatabase:
    def test_lost_at_any_statement_of_a_check_is_told_and_recorded(self, desk, subtests):
        ban, branch = BanFactory(), FilingFactory()
        desk.published(ban)
        desk.published(BannedPersonFactory())
        related(desk, "branch", ban, firm(branch))
        seal()
        parties = [bidder(ban), bidder(branch), EXPERT, stranger()]
        with lost_at(0) as statements:
            assert desk.check(*parties).status_code == 201
        first = next(place for place, one in enumerate(statements, 1) if is_of_the_check(one))
        assert len(statements) - first > 10
        for place in range(first, len(statements) + 1):
            with subtests.test(f"{place}: {statements[place - 1][:60]}"):
                before = broken_off()
                with lost_at(place):
                    answer = desk.check(*parties)
                assert (answer.status_code, answer.get_json()["code"]) == (503, "store-unavailable")
                assert broken_off() == [*before, ("centre", "store-unavailable")]
        assert made() == 1

    @pytest.mark.parametrize(
        ("table", "column"),
        [
            pytest.param("publications", "name_key", id="name index"),
            pytest.param("publications", "id_index", id="number index"),
            pytest.param("relation_ends", "key", id="relations"),
            pytest.param("checks", "receipt_sealed", id="where answers are kept"),
        ],
    )
    def test_without_what_it_is_searched_by_answers_nobody(self, desk, table, column):
        desk.published(BanFactory())
        plant(f"ALTER TABLE {table} RENAME COLUMN {column} TO lost")
        answer = desk.check(stranger(), EXPERT)
        plant(f"ALTER TABLE {table} RENAME COLUMN lost TO {column}")
        assert (answer.status_code, answer.get_json()["code"]) == (503, "store-unavailable")
        assert broken_off() == [("centre", "store-unavailable")]

    def test_keyed_by_other_names_answers_nobody(self, desk):
        ban = BanFactory()
        desk.published(ban)
        plant("UPDATE publications SET name_key = 'x' || name_key")
        answer = desk.check({"name": ban["subject_name"]})
        assert (answer.status_code, answer.get_json()["code"]) == (503, "store-unavailable")
        assert broken_off() == [("centre", "store-unavailable")]

    def test_with_a_body_that_cannot_be_read_answers_nobody(self, desk):
        ban = BanFactory()
        desk.published(ban)
        plant("UPDATE publications SET body = '{}'")
        answer = desk.check(bidder(ban), stranger())
        assert (answer.status_code, answer.get_json()["code"]) == (503, "check-failed")
        assert answer.headers["Retry-After"]
        assert broken_off() == [("centre", "check-failed KeyError")]

    def test_without_an_audit_trail_answers_nobody(self, desk):
        plant("ALTER TABLE audit_events RENAME TO lost")
        assert desk.check(stranger()).status_code == 503
        plant("ALTER TABLE lost RENAME TO audit_events")
        assert (broken_off(), made()) == ([], 0)


class TestLedgerHead:
    @pytest.mark.parametrize(
        "statement",
        [
            pytest.param("DELETE FROM counters WHERE name = 'ledger'", id="no counter"),
            pytest.param("DELETE FROM counters WHERE name = 'check'", id="no counter of checks"),
            pytest.param("UPDATE counters SET value = 1 WHERE name = 'ledger'", id="set back"),
            pytest.param("UPDATE counters SET value = 3 WHERE name = 'ledger'", id="set ahead"),
            pytest.param("DELETE FROM publications WHERE from_entry = 2", id="list cut off"),
        ],
    )
    def test_that_is_wrong_answers_nobody(self, desk, without_record, statement):
        desk.published(FilingFactory())
        ban = BanFactory()
        desk.published(ban)
        without_record()
        plant("DELETE FROM publication_sectors", statement)
        answer = desk.check(bidder(ban))
        assert (answer.status_code, answer.get_json()["code"]) == (503, "ledger-broken")
        assert broken_off() == [("centre", "ledger-broken")]

    def test_before_the_signed_one_answers_nobody(self, desk, without_record):
        desk.published(FilingFactory())
        desk.published(BanFactory())
        seal()
        without_record()
        plant(
            "DELETE FROM publication_sectors",
            "DELETE FROM publications WHERE from_entry = 2",
            "UPDATE counters SET value = 1 WHERE name = 'ledger'",
        )
        assert desk.check(stranger()).get_json()["code"] == "ledger-broken"
        assert broken_off() == [("centre", "ledger-broken")]

    @pytest.mark.parametrize("change", ["size = 2", "root = '00'"])
    def test_other_than_the_signed_one_answers_nobody(self, desk, without_record, change):
        desk.published(FilingFactory())
        seal()
        desk.published(BanFactory())
        without_record()
        plant(f"UPDATE checkpoints SET {change}")
        assert desk.check(stranger()).get_json()["code"] == "ledger-broken"
        assert broken_off() == [("centre", "ledger-broken")]


class TestKeys:
    @pytest.fixture
    def elsewhere(self, desk, settings, tmp_path, people):
        """The door of the same store with one of its keys exchanged for a strange one."""

        def start(file):
            desk.published(BannedPersonFactory())
            seal()
            strange = create_app(settings.__class__(home=str(tmp_path / "strange"), database_url=settings.url))
            place = settings.keys_path / file
            place.write_bytes((strange.extensions["registry_settings"].keys_path / file).read_bytes())
            return create_app(settings)

        return start

    @pytest.mark.parametrize("file", ["signing.pem", VAULT_FILE])
    def test_that_are_foreign_answer_nobody(self, app, elsewhere, people, file):
        other = elsewhere(file)
        with other.app_context():
            answer = Desk(other.test_client(), people).check(EXPERT, tender={"sector": "construction"})
            runtime.db.session.remove()
            runtime.db.engine.dispose()
        assert (answer.status_code, answer.get_json()["code"]) == (503, "keys-foreign")
        assert broken_off() == [("centre", "keys-foreign")]

    @pytest.mark.parametrize("file", ["signing.pem", VAULT_FILE])
    def test_that_cannot_be_read_let_no_door_open(self, app, settings, file):
        (settings.keys_path / file).write_bytes(b"no key")
        with pytest.raises(KeysDamaged):
            create_app(settings)


class TestAskers:
    def test_who_ask_wrongly_are_no_failure(self, desk):
        desk.check(stranger(), tender={"sector": "fishing"})
        desk.check(stranger(), known_at=9)
        desk.check(stranger(), by="clerk")
        assert broken_off() == []

    def test_are_answered_again_once_all_is_well(self, desk):
        ban = BanFactory()
        desk.published(ban)
        related(desk, "controller", ban, PERSON)
        with runtime.db.engine.begin() as connection:
            connection.execute(text("UPDATE counters SET value = value - 1 WHERE name = 'ledger'"))
        assert desk.check(bidder(ban)).status_code == 503
        with runtime.db.engine.begin() as connection:
            connection.execute(text("UPDATE counters SET value = value + 1 WHERE name = 'ledger'"))
        assert desk.verdicts(bidder(ban)) == ["barred"]
