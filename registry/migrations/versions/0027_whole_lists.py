"""Whole lists: of which day each is known, whose list a file and a place are of, and what each update changed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = "adopted_listings came with 0022, which no release has had"
LINT_ACCEPTS = {"require-concurrent-index-creation": _NEW, "require-concurrent-index-deletion": _NEW}
PLACE = "uq_adopted_listings_place"
_STANDING = sa.text("state <> 'removed'")


def upgrade() -> None:
    """Create the tables, and tell the lists of sources apart."""
    op.create_table(
        "whole_list_states",
        sa.Column("from_entry", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_entry"], ["publications.from_entry"], name=op.f("fk_whole_list_states_from_entry_publications")
        ),
        sa.PrimaryKeyConstraint("from_entry", name=op.f("pk_whole_list_states")),
    )
    op.create_index(op.f("ix_whole_list_states_record"), "whole_list_states", ["record"], unique=False)
    op.create_table(
        "list_changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("adoption_id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["list_adoptions.id"], name=op.f("fk_list_changes_adoption_id_list_adoptions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_changes")),
    )
    op.create_index(op.f("ix_list_changes_adoption_id_id"), "list_changes", ["adoption_id", "id"], unique=False)
    op.add_column("list_adoptions", sa.Column("source", sa.Text(), server_default="", nullable=False))
    op.add_column("list_adoptions", sa.Column("returned_because", sa.Text(), nullable=True))
    op.add_column("adopted_listings", sa.Column("source", sa.Text(), server_default="", nullable=False))
    op.add_column("adopted_listings", sa.Column("as_of", sa.Date(), nullable=True))
    _key_places("scheme", "source", "subject_key", "document_key")
    op.create_index(
        "ix_adopted_listings_list", "adopted_listings", ["scheme", "source", "state", "adoption_id"], unique=False
    )


def _key_places(*columns: str) -> None:
    op.drop_index(PLACE, table_name="adopted_listings")
    op.create_index(
        PLACE, "adopted_listings", list(columns), unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_adopted_listings_list", table_name="adopted_listings")
    _key_places("scheme", "subject_key", "document_key")
    for table, column in (
        ("adopted_listings", "as_of"),
        ("adopted_listings", "source"),
        ("list_adoptions", "returned_because"),
        ("list_adoptions", "source"),
    ):
        op.drop_column(table, column)
    op.drop_table("list_changes")
    op.drop_table("whole_list_states")
