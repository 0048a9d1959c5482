"""Whatever column of whatever row an act wrote is changed, added or removed: the verification of rows names it."""

import datetime as dt
import secrets

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, LargeBinary, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from registry import runtime
from registry.app import create_app
from registry.demo.furnish import furnish
from registry.models import Account, AuditEvent, Base, Counter, RowCommitment
from registry.models.base import Instant
from registry.models.row_commitment import UNCOMMITTED, committed_tables
from registry.queries import row_integrity
from registry.queries.publication import ledger_state
from registry.services.node.row_commitments import adopt_rows
from registry.services.publication import row_state
from registry.settings import Settings
from tests.support import stores

TABLES = [Base.metadata.tables[name] for name in committed_tables()]


def findings(*statements):
    """What is named after raw statements that are rolled back again."""
    with runtime.db.engine.connect() as connection:
        _loosen(connection)
        for statement in statements:
            connection.execute(statement)
        with Session(connection) as session:
            found = list(row_integrity.findings(session, runtime.keys().vault))
        connection.rollback()
    return found


def _loosen(connection):
    """Foreign keys and NOT NULL do not stop who owns the database."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("PRAGMA defer_foreign_keys=ON" if is_sqlite else "SET session_replication_role = replica"))


def other_value(column, value):
    """A value of the column's type that is not the one it has."""
    if isinstance(column.type, JSON):
        return [*value, "别"] if isinstance(value, list) else {**(value or {}), "别": len(value or {}) + 1}
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Instant):
        return (value or runtime.clock()) + dt.timedelta(seconds=1)
    if isinstance(column.type, Date):
        return (value or runtime.clock().date()) + dt.timedelta(days=1)
    if isinstance(column.type, LargeBinary):
        return (value or b"") + b"x"
    return (value or 0) + 1_000_003 if isinstance(column.type, Integer) else (value or "") + "别"


def _fill(work, table):
    """A row of any table, written within an act, that refers to rows which are there."""
    values = {}
    for column in table.columns:
        if column.foreign_keys:
            [key] = column.foreign_keys
            values[column.name] = work.session.execute(select(key.column).limit(1)).scalar()
        elif not column.nullable and not (column.primary_key and column.autoincrement is not False and _is_int(column)):
            values[column.name] = other_value(column, None)
    work.session.execute(insert(table).values(**values))


def _is_int(column):
    return isinstance(column.type, Integer) and len(column.table.primary_key) == 1


@pytest.fixture(scope="module", params=stores.STORES)
def whole_store(request, templates, tmp_path_factory):
    """A node with at least one row in every committed table: those of the demo, and one more where it has none."""
    folder = tmp_path_factory.mktemp("whole")
    with templates.copy(request.param, folder) as url:
        settings = Settings(home=str(folder), database_url=url, node="city")
        app = create_app(settings)
        with app.app_context():
            furnish({"city": app}, [settings])
            with runtime.begin() as work:
                for table in Base.metadata.sorted_tables:
                    if table.name not in UNCOMMITTED and not _count(work.session, table):
                        _fill(work, table)
            yield app
            runtime.db.session.remove()
            runtime.db.engine.dispose()


def _count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def first_row(table):
    """The first row of a table by its key."""
    with runtime.reading() as session:
        return session.execute(select(table).order_by(*table.primary_key.columns).limit(1)).mappings().one()


def is_row(table, row):
    """The condition that meets this row alone."""
    return [column == row[column.name] for column in table.primary_key.columns]


def key_of(table, row):
    """The key of a row as a finding shows it."""
    return ", ".join(str(row[column.name]) for column in table.primary_key.columns)


class TestRows:
    def test_of_a_node_at_work_are_as_its_acts_left_them(self, whole_store):
        assert findings() == []

    def test_are_named_whatever_column_is_changed(self, whole_store, subtests):
        rows = {table: first_row(table) for table in TABLES}
        kinds = 0
        for place in range(max(len(table.columns) for table in TABLES)):
            changed = [(table, list(table.columns)[place]) for table in TABLES if place < len(table.columns)]
            found = findings(
                *(
                    update(table)
                    .where(*is_row(table, rows[table]))
                    .values({column.name: other_value(column, rows[table][column.name])})
                    for table, column in changed
                )
            )
            for table, column in changed:
                kinds += 1
                what = "removed" if column.primary_key else "changed"
                with subtests.test(f"{table.name}.{column.name}"):
                    line = f"table {table.name}, row {key_of(table, rows[table])}: {what} outside an act"
                    assert line in found
        assert kinds >= 66

    def test_are_named_when_they_are_gone(self, whole_store):
        rows = {table: first_row(table) for table in TABLES}
        found = findings(*(delete(table).where(*is_row(table, row)) for table, row in rows.items()))
        missing = {f"table {t.name}, row {key_of(t, row)}: removed outside an act" for t, row in rows.items()}
        assert missing <= set(found)

    def test_are_named_when_no_act_wrote_them(self, whole_store, subtests):
        rows = {}
        for table in TABLES:
            row = dict(first_row(table))
            rows[table] = row | {
                column.name: other_value(column, row[column.name])
                for column in table.columns
                if column.primary_key or column.unique or _is_in_unique(column)
            }
        found = findings(*(insert(table).values(**row) for table, row in rows.items()))
        for table, row in rows.items():
            with subtests.test(str(table.name)):
                assert f"table {table.name}, row {key_of(table, row)}: added outside an act" in found

    def test_that_cannot_be_read_any_more_are_named(self, whole_store):
        if runtime.db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL keeps to its types")
        row = first_row(Base.metadata.tables["clocks"])
        assert findings(text(f"UPDATE clocks SET due = 'x' WHERE id = {row['id']}")) == [
            f"table clocks, row {row['id']}: changed outside an act"
        ]

    def test_show_nothing_of_their_content(self, whole_store):
        secret = secrets.token_hex(16)
        table = Base.metadata.tables["audit_events"]
        row = first_row(table)
        [line] = findings(update(table).where(*is_row(table, row)).values(detail=secret))
        assert secret not in line


def _is_in_unique(column):
    return any(column.name in index.columns and index.unique for index in column.table.indexes) or any(
        type(constraint).__name__ == "UniqueConstraint" and column.name in constraint.columns
        for constraint in column.table.constraints
    )


class TestActs:
    def test_may_change_a_row_again_and_erase_it(self, app, people):
        with runtime.begin() as work:
            work.session.execute(update(Counter).where(Counter.name == "check").values(value=Counter.value + 1))
            work.session.execute(delete(AuditEvent).where(AuditEvent.id == 1))
            account = work.session.scalars(select(Account).limit(1)).one()
            account.name = "another"
        assert findings() == []

    def test_may_read_what_a_change_returns(self, app, people):
        with runtime.begin() as work:
            changed = update(AuditEvent).values(actor="x").returning(AuditEvent.actor, AuditEvent.id)
            rows = work.session.execute(changed).all()
            assert len(rows) == _count(work.session, AuditEvent) > 1
            with pytest.raises(TypeError):
                work.session.execute(update(AuditEvent).values(actor="x").returning(AuditEvent.actor))
        assert findings() == []

    def test_that_are_rolled_back_leave_no_commitment(self, app, people):
        with runtime.reading() as session:
            before = _count(session, RowCommitment)
        with pytest.raises(ZeroDivisionError), runtime.begin() as work:
            work.session.execute(update(Counter).values(value=7))
            _ = 1 / 0
        with runtime.reading() as session:
            assert _count(session, RowCommitment) == before
        assert findings() == []

    def test_whose_savepoint_is_rolled_back_commit_to_what_stayed(self, app, people):
        with runtime.begin() as work:
            work.session.execute(insert(Counter).values(name="kept", value=1))
            with pytest.raises(ZeroDivisionError), work.session.begin_nested():
                work.session.execute(insert(Counter).values(name="lost", value=1))
                work.session.execute(update(Counter).where(Counter.name == "kept").values(value=2))
                _ = 1 / 0
        assert findings() == []


class TestChain:
    def test_names_a_changed_commitment(self, whole_store, subtests):
        table = RowCommitment.__table__
        with runtime.reading() as session:
            row = session.execute(select(table).where(table.c.number == 5)).mappings().one()
        for column in table.columns:
            with subtests.test(str(column.name)):
                changed = update(table).where(table.c.number == 5)
                found = findings(changed.values({column.name: other_value(column, row[column.name])}))
                assert any(line.startswith("row commitment") for line in found)

    def test_names_a_commitment_that_is_gone(self, whole_store):
        assert "row commitments 5 to 5: missing" in findings(delete(RowCommitment).where(RowCommitment.number == 5))

    def test_cut_off_below_what_the_ledger_commits_to_is_named(self, whole_store):
        with runtime.reading() as session:
            last = ledger_state.committed_rows(session)
        found = findings(delete(RowCommitment).where(RowCommitment.number >= last))
        assert any("of the ledger commits to it" in line for line in found)


class TestAdoptRows:
    def test_takes_in_what_was_there_before_the_first_commitment(self, app, people):
        with runtime.db.engine.begin() as connection:
            connection.execute(delete(RowCommitment))
        assert findings()
        with runtime.begin() as work:
            assert adopt_rows(work)["accounts"] == len(people)
        assert findings() == []

    def test_a_second_time_hides_nothing(self, app, people):
        with runtime.db.engine.begin() as connection:
            connection.execute(text("UPDATE accounts SET role = 'x' WHERE id = 1"))
        with runtime.begin() as work:
            assert adopt_rows(work) == {}
        assert findings() == ["table accounts, row 1: changed outside an act"]

    def test_in_place_of_a_chain_that_the_ledger_commits_to_is_named(self, app, people):
        """Who has database and key empties the chain and lets the rows be taken in again, as found."""
        with runtime.begin() as work:
            row_state.seal(work)
        with runtime.begin() as work:
            work.session.execute(delete(RowCommitment))
        with runtime.begin() as work:
            adopt_rows(work)
        assert [line for line in findings() if "of the ledger commits to" in line]


class TestExceptions:
    def test_are_tables_with_a_reason(self):
        assert set(UNCOMMITTED) <= set(Base.metadata.tables)
        assert all(len(reason) > 20 for reason in UNCOMMITTED.values())
