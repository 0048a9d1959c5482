"""Relations of parties, and the keys by which their published versions are found."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "relations",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_uscc", sa.Text(), nullable=False),
        sa.Column("other_key", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_relations_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
        sa.UniqueConstraint("record", name=op.f("uq_relations_record")),
    )
    op.create_index(op.f("ix_relations_department_id"), "relations", ["department_id"], unique=False)
    op.create_index(
        "uq_relations_ends",
        "relations",
        ["kind", "subject_uscc", "other_key", "since"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "relation_ends",
        sa.Column("from_entry", KEY, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_entry"], ["publications.from_entry"], name=op.f("fk_relation_ends_from_entry_publications")
        ),
        sa.PrimaryKeyConstraint("from_entry", "side", "by", name=op.f("pk_relation_ends")),
    )
    op.create_index(op.f("ix_relation_ends_key"), "relation_ends", ["key"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_relation_ends_key"), table_name="relation_ends")
    op.drop_table("relation_ends")
    op.drop_index("uq_relations_ends", table_name="relations")
    op.drop_index(op.f("ix_relations_department_id"), table_name="relations")
    op.drop_table("relations")
