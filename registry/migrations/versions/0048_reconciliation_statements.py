"""Signed statements of the outcomes of reconciliations; how often the rows of a batch were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, empty, and add the column."""
    op.add_column("row_batches", sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "reconciliation_statements",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name="fk_reconciliation_statements_peer_id_peers"),
        sa.PrimaryKeyConstraint("id", name="pk_reconciliation_statements"),
    )
    op.create_index("ix_reconciliation_statements_peer_id_id", "reconciliation_statements", ["peer_id", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("reconciliation_statements")
    op.drop_column("row_batches", "refusals")
