"""Commendations."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "commendations",
        sa.Column("authority_code", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_commendations_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commendations")),
        sa.UniqueConstraint("record", name=op.f("uq_commendations_record")),
    )
    op.create_index(op.f("ix_commendations_department_id"), "commendations", ["department_id"], unique=False)
    op.create_index(
        "uq_commendations_decision",
        "commendations",
        ["authority_code", "document_number", "subject_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("uq_commendations_decision", table_name="commendations")
    op.drop_index(op.f("ix_commendations_department_id"), table_name="commendations")
    op.drop_table("commendations")
