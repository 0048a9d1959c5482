"""The role of the application, by connecting as it: acts work, and what was appended stays as it is."""

from dataclasses import replace

import psycopg
import pytest

from registry import runtime
from registry.app import create_app
from registry.maintenance import database_roles
from registry.queries import row_integrity
from registry.services.publication import row_state
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
    "UPDATE publications SET body = 'x'",
    "UPDATE publications SET until_entry = 77 WHERE until_entry IS NOT NULL",
    "ALTER TABLE audit_events ADD COLUMN x integer",
    "ALTER TABLE publications DISABLE TRIGGER set_once",
]


@pytest.fixture
def narrowed(store, settings):
    """A node whose application connects under the narrow role, with a published and withdrawn record."""
    if not store.startswith("postgresql"):
        pytest.skip("roles are those of PostgreSQL")
    with psycopg.connect(store, autocommit=True) as owner:
        for statement in database_roles.statements(APPLICATION, ERASURE):
            owner.execute(statement.encode())
    app = create_app(replace(settings, database_url=store.replace("tester@", f"{APPLICATION}@")))
    with app.app_context():
        people = hire()
        desk = Desk(app.test_client(), people)
        desk.withdraw(desk.published(BanFactory()), days_ago(0))
        with runtime.begin() as work:
            row_state.seal(work)
        yield store
        runtime.db.session.remove()
        runtime.db.engine.dispose()
    with psycopg.connect(store, autocommit=True) as owner:  # the server keeps roles, the next store begins without
        for role in (ERASURE, APPLICATION):
            owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())
        owner.execute(b"DROP FUNCTION refuse_second_until_entry() CASCADE")


class TestApplication:
    def test_can_act_but_not_rewrite(self, narrowed, subtests):
        with runtime.reading(one_state=True) as session:
            assert list(row_integrity.findings(session, runtime.keys().vault)) == []
        with psycopg.connect(narrowed.replace("tester@", f"{APPLICATION}@"), autocommit=True) as connection:
            for statement in REFUSED:
                with subtests.test(statement), pytest.raises(psycopg.Error) as refused:
                    connection.execute(statement.encode())
                assert isinstance(refused.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.RaiseException)

    def test_of_erasure_may_empty_content_but_no_ledger(self, narrowed):
        with psycopg.connect(narrowed.replace("tester@", f"{ERASURE}@"), autocommit=True) as connection:
            connection.execute("UPDATE publications SET salt = ''::bytea")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("UPDATE ledger_entries SET act = 'x'")
