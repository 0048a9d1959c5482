"""Publishing many records takes few statements, whatever they leave empty and replace."""

from sqlalchemy import event, select

from registry import runtime
from registry.models import Publication
from tests.web import samples


def test_inserts_records_of_different_shapes_by_one_statement(app):
    statements = []
    with app.app_context():
        event.listen(runtime.db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        samples.release(
            *(samples.body(number, behaviour=None, district=None) for number in range(0, 6, 2)),
            *(samples.listing_body(number) for number in range(1, 6, 2)),
            samples.body(9, subject={"kind": "natural_person", "name": "亓子墨", "uscc": None}),
        )
    assert sum(statement.startswith("INSERT INTO publications ") for statement in statements) == 1


def test_closes_each_version_at_the_entry_of_the_one_that_replaces_it(app):
    first = [samples.body(number) for number in range(3)]
    second = [made | {"revision": 2, "act": "correct"} for made in first]
    with app.app_context():
        samples.release(*first)
        entries = samples.release(second[2], samples.body(7), second[0])
        with runtime.reading() as session:
            rows = session.execute(select(Publication.record, Publication.revision, Publication.until_entry)).tuples()
            until = {(record, revision): entry for record, revision, entry in rows}
    assert until == {
        (first[0]["record"], 1): entries[2],
        (first[1]["record"], 1): None,
        (first[2]["record"], 1): entries[0],
        (second[0]["record"], 2): None,
        (second[2]["record"], 2): None,
        (samples.body(7)["record"], 1): None,
    }
