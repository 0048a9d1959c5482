"""Clocks: every statutory time limit that runs or ran."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "clocks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_clocks_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index(
        op.f("ix_clocks_department_id_met_on_due"), "clocks", ["department_id", "met_on", "due"], unique=False
    )
    op.create_index(op.f("ix_clocks_record_code"), "clocks", ["record", "code"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_clocks_record_code"), table_name="clocks")
    op.drop_index(op.f("ix_clocks_department_id_met_on_due"), table_name="clocks")
    op.drop_table("clocks")
