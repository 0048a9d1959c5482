"""Publishing many records takes few statements, whatever they leave empty."""

from sqlalchemy import event

from registry import runtime
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
