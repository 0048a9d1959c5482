"""The role of the application, by connecting as it: acts work, and what was appended stays as it is."""

import datetime as dt
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from registry import runtime
from registry.app import create_app
from registry.commands.node import prepare
from registry.demo.furnish import furnish
from registry.domain.permissions import SHELL, SYSTEM
from registry.domain.publication import cosignatures
from registry.keys.signing import EXCHANGE, SIGNING, Signer
from registry.maintenance import backup, database_roles, store_checks
from registry.maintenance.installation import examine
from registry.models import ReconciliationStatement
from registry.queries import row_integrity
from registry.queries.publication import ledger_state
from registry.services.exchange import peers
from registry.services.publication import key_rotation, ledger, row_state, witnesses
from sync import schedule
from tests.support.desk import Desk
from tests.support.filings import BanFactory, days_ago
from tests.support.people import hire

APPLICATION, ERASURE = "tested_app", "tested_erasure"
REFUSED = [
    f"{verb} {table}" for table in sorted(database_roles.APPEND_ONLY) for verb in ("DELETE FROM", "TRUNCATE")
] + [
    "UPDATE audit_events SET actor = 'x'",
    "UPDATE ledger_entries SET act = 'x'",
    "UPDATE row_commitments SET digest = 'x'",
    "UPDATE checkpoints SET root = 'x'",
    "UPDATE checkpoints SET size = size + 1",
    "UPDATE publications SET body = 'x'",
    "UPDATE publications SET until_entry = 77 WHERE until_entry IS NOT NULL",
    "ALTER TABLE audit_events ADD COLUMN x integer",
    "ALTER TABLE publications DISABLE TRIGGER set_once",
]


@contextmanager
def narrowed_to(store):
    """The narrow roles, as long as it lasts."""
    with psycopg.connect(store, autocommit=True) as owner:
        for statement in database_roles.statements(APPLICATION, ERASURE):
            owner.execute(statement.encode())
    yield
    with psycopg.connect(store, autocommit=True) as owner:  # the server keeps roles, the next store begins without
        for role in (ERASURE, APPLICATION):
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
        owner.execute(b"DROP FUNCTION refuse_second_until_entry() CASCADE")


def owe_a_clearing(work):
    """A statement past its period, in a table of which the application deletes nothing: the job leaves it."""
    north = peers.add(work, "north", "平台", "", "ab" * 32, ())
    past = work.now - dt.timedelta(days=3650)
    work.session.add(ReconciliationStatement(peer_id=north.id, at=past, document='{"sector":"housing"}'))


@pytest.fixture
def narrowed(store, settings):
    """A node whose application connects under the narrow role, with a published and withdrawn record."""
    if not store.startswith("postgresql"):
        pytest.skip("roles are those of PostgreSQL")
    with narrowed_to(store):
        app = create_app(replace(settings, database_url=store.replace("tester@", f"{APPLICATION}@")))
        with app.app_context():
            people = hire()
            desk = Desk(app.test_client(), people)
            desk.withdraw(desk.published(BanFactory()), days_ago(0))
            with runtime.begin() as work:
                owe_a_clearing(work)
                row_state.seal(work)
            yield store
            runtime.db.session.remove()
            runtime.db.engine.dispose()


ROLE_CHECKS = {"role": store_checks.superuser, "role-rewrites": store_checks.rewriting}
WITNESS = "witness.example/1"


def cosign(work, signer):
    """Store a cosignature under the newest checkpoint."""
    checkpoint = ledger_state.last_checkpoint(work.session)
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    line = cosignatures.cosign(text, WITNESS, signer, int(work.now.timestamp()))
    witnesses.store(work, WITNESS, signer.public, (checkpoint.origin, checkpoint.size), line)


class TestApplication:
    def test_can_act_but_not_rewrite(self, narrowed, subtests):
        with runtime.reading(one_state=True) as session:
            assert list(row_integrity.findings(session, runtime.keys().vault)) == []
        with psycopg.connect(narrowed.replace("tester@", f"{APPLICATION}@"), autocommit=True) as connection:
            for statement in REFUSED:
                with subtests.test(statement), pytest.raises(psycopg.Error) as refused:
                    connection.execute(statement.encode())
                assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.RaiseException)

    def test_is_what_the_doctor_asks_for(self, narrowed):
        url = narrowed.replace("tester@", f"{APPLICATION}@")
        for address, is_narrow in ((narrowed, False), (url, True)):
            with examine(replace(runtime.settings(), database_url=address), runtime.clock()) as installation:
                wrong = {name for name, find in ROLE_CHECKS.items() if list(find(installation))}
            assert wrong == (set() if is_narrow else set(ROLE_CHECKS))

    def test_can_do_what_the_product_does(self, narrowed: str, subtests, tmp_path):
        for job in schedule.JOBS:
            with subtests.test(job.name):
                job.run()
        with subtests.test("rotate the signing key and sign again"):
            successor = runtime.keys().draft(SIGNING)
            runtime.perform(SHELL, lambda work: key_rotation.rotate(work, successor))
            runtime.keys().promote(SIGNING)
        with subtests.test("rotate the key of the exchange"):
            successor = runtime.keys().draft(EXCHANGE)
            runtime.perform(SHELL, lambda work: key_rotation.rotate_exchange(work, successor))
            runtime.keys().promote(EXCHANGE)
        with subtests.test("begin an epoch and sign the head again"):
            runtime.perform(SHELL, ledger.renew_epoch)
            runtime.perform(SYSTEM, row_state.seal)
        with subtests.test("take a witness's cosignature"):
            signer = Signer.generate()
            runtime.perform(SHELL, lambda work: bool(witnesses.add(work, WITNESS, signer.public.hex(), "")))
            runtime.perform(SYSTEM, lambda work: cosign(work, signer))
        with subtests.test("back up"):
            backup.create(tmp_path)
        with runtime.reading(one_state=True) as session:
            assert list(row_integrity.findings(session, runtime.keys().vault)) == []

    def test_can_furnish_the_demonstration(self, store, settings):
        if not store.startswith("postgresql"):
            pytest.skip("roles are those of PostgreSQL")
        city = replace(settings, node="city")
        owner = create_app(city)
        with owner.app_context():
            prepare()
            runtime.db.engine.dispose()
        with narrowed_to(store):
            app = create_app(replace(city, database_url=store.replace("tester@", f"{APPLICATION}@")))
            assert furnish({"city": app}, [city])
            with app.app_context():
                runtime.db.engine.dispose()

    def test_of_erasure_may_empty_content_but_no_ledger(self, narrowed):
        with psycopg.connect(narrowed.replace("tester@", f"{ERASURE}@"), autocommit=True) as connection:
            connection.execute("UPDATE publications SET salt = ''::bytea")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("UPDATE ledger_entries SET act = 'x'")
