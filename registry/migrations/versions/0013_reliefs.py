"""Disputes and credit repairs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reliefs",
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_noun", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_reliefs_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliefs")),
        sa.UniqueConstraint("record", name=op.f("uq_reliefs_record")),
    )
    op.create_index(op.f("ix_reliefs_about_noun_state"), "reliefs", ["about", "noun", "state"], unique=False)
    op.create_index(op.f("ix_reliefs_department_id"), "reliefs", ["department_id"], unique=False)
    op.create_index(op.f("ix_reliefs_received_at"), "reliefs", ["received_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_reliefs_received_at"), table_name="reliefs")
    op.drop_index(op.f("ix_reliefs_department_id"), table_name="reliefs")
    op.drop_index(op.f("ix_reliefs_about_noun_state"), table_name="reliefs")
    op.drop_table("reliefs")
