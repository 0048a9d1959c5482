"""Database roles for PostgreSQL: whom the application connects as may append to ledger, audit and commitments only.

The owner of the tables migrates: ``registry init``, ``registry names rebuild`` and ``registry restore`` run as it.
"""

from collections.abc import Iterator

from sqlalchemy.dialects import postgresql

from registry.models import Base

APPEND_ONLY = frozenset({
    "audit_events", "case_steps", "checkpoints", "ledger_entries", "ledger_nodes", "list_states",
    "publication_sectors", "publications", "reconciliation_statements", "relation_ends", "review_decisions",
    "row_commitments", "whole_list_states",
})  # fmt: skip
"""Tables in which the application may insert and read, no more."""
SIGNED_AGAIN = ("checkpoints", ("note", "signed_at"))
"""Columns that the application sets anew when a key is rotated or an epoch begins: signatures over a size and a root
that no role of the application can change."""
SET_ONCE = ("publications", "until_entry")
"""The one column of these that the application sets afterwards, once."""
ERASABLE = {
    "publications": (
        "body", "salt", "name", "name_key", "uscc", "id_index", "id_sealed", "behaviour", "district", "visible_from",
        "visible_until", "erased_by",
    ),
    "case_steps": ("stated", "sealed", "documents"),
    "review_decisions": ("sealed", "evidence_sealed"),
}  # fmt: skip
"""Columns of these tables that the role for erasure may empty."""
DELETABLE = ("reconciliation_statements", "relation_ends")
"""Tables of which the role for erasure may delete rows."""

_QUOTE = postgresql.dialect().identifier_preparer.quote_identifier  # type: ignore[no-untyped-call]


def statements(application: str, erasure: str) -> Iterator[str]:
    """The SQL, run once by the owner and after every migration, that gives the roles what they need and nothing else.

    Roles that are not there are created with LOGIN and without a password.
    """
    for role in (application, erasure):
        literal = role.replace("'", "''")
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{literal}')"
            f" THEN CREATE ROLE {_QUOTE(role)} LOGIN; END IF; END $$"
        )
    app, eraser = _QUOTE(application), _QUOTE(erasure)
    yield f"GRANT USAGE ON SCHEMA public TO {app}"
    yield f"GRANT SELECT ON alembic_version TO {app}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}"
    for name in sorted(Base.metadata.tables):
        yield f"REVOKE ALL ON {name} FROM PUBLIC, {app}, {eraser}"
        yield f"GRANT SELECT, INSERT{'' if name in APPEND_ONLY else ', UPDATE, DELETE'} ON {name} TO {app}"
    signed, columns = SIGNED_AGAIN
    yield f"GRANT UPDATE ({', '.join(columns)}) ON {signed} TO {app}"
    table, column = SET_ONCE
    yield f"GRANT UPDATE ({column}) ON {table} TO {app}"
    yield (
        f"CREATE OR REPLACE FUNCTION refuse_second_{column}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}"
        f" THEN RAISE EXCEPTION '{table}.{column} is set once'; END IF; RETURN NEW; END $$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER set_once BEFORE UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_second_{column}()"
    )
    yield f"GRANT {app} TO {eraser}"
    for name, erased in ERASABLE.items():
        yield f"GRANT UPDATE ({', '.join(erased)}) ON {name} TO {eraser}"
    for name in DELETABLE:
        yield f"GRANT DELETE ON {name} TO {eraser}"
