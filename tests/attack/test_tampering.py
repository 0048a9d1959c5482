"""Every column of every row that an act wrote is changed, rows are added and removed: the verification names each."""

import random
import secrets

import pytest
from sqlalchemy import Integer, delete, func, insert, select, text, update

from registry import runtime
from registry.app import create_app
from registry.demo.furnish import furnish
from registry.models import Base, RowCommitment
from registry.models.row_commitment import UNCOMMITTED, committed_tables
from registry.queries.publication import ledger_state
from registry.settings import Settings
from tests.support import stores
from tests.support.attacks import count
from tests.support.tampering import findings, other_value

pytestmark = pytest.mark.attack
TABLES = [Base.metadata.tables[name] for name in committed_tables()]
KINDS_AT_LEAST = 66
SHORT_PLACES = 3
LONG_ROWS = 3


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


def some_rows(table, wanted, chance):
    """The first row of a table by its key, and others."""
    with runtime.reading() as session:
        keys = list(session.execute(select(*table.primary_key.columns).order_by(*table.primary_key.columns)))
        chosen = [keys[0], *chance.sample(keys[1:], min(wanted - 1, len(keys) - 1))]
        conditions = [
            [column == value for column, value in zip(table.primary_key.columns, key, strict=True)] for key in chosen
        ]
        return [session.execute(select(table).where(*condition)).mappings().one() for condition in conditions]


def first_row(table):
    """The first row of a table by its key."""
    return some_rows(table, 1, random.Random(1))[0]


def is_row(table, row):
    """The condition that meets this row alone."""
    return [column == row[column.name] for column in table.primary_key.columns]


def key_of(table, row):
    """The key of a row as a finding shows it."""
    return ", ".join(str(row[column.name]) for column in table.primary_key.columns)


def _is_in_unique(column):
    return any(column.name in index.columns and index.unique for index in column.table.indexes) or any(
        type(constraint).__name__ == "UniqueConstraint" and column.name in constraint.columns
        for constraint in column.table.constraints
    )


def changes(chance):
    """Rounds of changes, in each of which a table has one: (table, row, column). The short form changes some columns of
    the first row of each table, the long one every column of several rows."""
    of_tables = []
    for table in TABLES:
        rows = some_rows(table, count(1, LONG_ROWS), chance)
        columns = list(table.columns)
        chosen = chance.sample(columns, min(count(SHORT_PLACES, len(columns)), len(columns)))
        of_tables.append([(table, row, column) for row in rows for column in chosen])
    for place in range(max(map(len, of_tables))):
        yield [made[place] for made in of_tables if place < len(made)]


class TestRows:
    def test_of_a_node_at_work_are_as_its_acts_left_them(self, whole_store):
        assert findings() == []

    def test_are_named_whatever_is_changed(self, whole_store, attack):
        kinds = set()
        for changed in changes(random.Random(66)):
            found = findings(
                *(
                    update(table)
                    .where(*is_row(table, row))
                    .values({column.name: other_value(column, row[column.name])})
                    for table, row, column in changed
                )
            )
            for table, row, column in changed:
                attack.tried += 1
                kinds.add(column)
                what = "removed" if column.primary_key else "changed"
                line = f"table {table.name}, row {key_of(table, row)}: {what} outside an act"
                attack.require(line in found, f"{column} changed, and not named")
        attack.notes["kinds"] = attack.notes.get("kinds", 0) + len(kinds)
        attack.require(len(kinds) >= KINDS_AT_LEAST, f"only {len(kinds)} kinds")
        attack.assert_nothing_found()

    def test_are_named_when_they_are_gone(self, whole_store, attack):
        rows = {table: first_row(table) for table in TABLES}
        found = findings(*(delete(table).where(*is_row(table, row)) for table, row in rows.items()))
        for table, row in rows.items():
            attack.tried += 1
            line = f"table {table.name}, row {key_of(table, row)}: removed outside an act"
            attack.require(line in found, f"a row of {table.name} removed, and not named")
        attack.assert_nothing_found()

    def test_are_named_when_no_act_wrote_them(self, whole_store, attack):
        new = {}
        for table in TABLES:
            row = dict(first_row(table))
            new[table] = row | {
                column.name: other_value(column, row[column.name])
                for column in table.columns
                if column.primary_key or column.unique or _is_in_unique(column)
            }
        found = findings(*(insert(table).values(**row) for table, row in new.items()))
        for table, row in new.items():
            attack.tried += 1
            line = f"table {table.name}, row {key_of(table, row)}: added outside an act"
            attack.require(line in found, f"a row of {table.name} added, and not named")
        attack.assert_nothing_found()

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


class TestChain:
    def test_names_a_changed_commitment(self, whole_store, attack):
        table = RowCommitment.__table__
        with runtime.reading() as session:
            row = session.execute(select(table).where(table.c.number == 5)).mappings().one()
        for column in table.columns:
            changed = update(table).where(table.c.number == 5)
            found = findings(changed.values({column.name: other_value(column, row[column.name])}))
            attack.tried += 1
            attack.require(any(line.startswith("row commitment") for line in found), f"{column} changed, and not named")
        attack.assert_nothing_found()

    def test_names_a_commitment_that_is_gone(self, whole_store):
        assert "row commitments 5 to 5: missing" in findings(delete(RowCommitment).where(RowCommitment.number == 5))

    def test_cut_off_below_what_the_ledger_commits_to_is_named(self, whole_store):
        with runtime.reading() as session:
            last = ledger_state.committed_rows(session)
        found = findings(delete(RowCommitment).where(RowCommitment.number >= last))
        assert any("of the ledger commits to it" in line for line in found)
