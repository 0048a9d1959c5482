"""What persons decided about the reviews of checks."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "review_decisions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("pair_index", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("reach_index", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_review_decisions_check_id_checks")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_review_decisions_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_review_decisions_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
        sa.UniqueConstraint("decision", name=op.f("uq_review_decisions_decision")),
    )
    op.create_index(op.f("ix_review_decisions_check_id"), "review_decisions", ["check_id"], unique=False)
    op.create_index(op.f("ix_review_decisions_pair_index"), "review_decisions", ["pair_index"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("review_decisions")
