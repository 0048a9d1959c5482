"""Rows received from platforms: their hash; and the outcome of the newest reconciliation with each peer."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

_STOPPED = "the node is stopped while it is upgraded, and the index takes seconds"
LINT_ACCEPTS = {"require-concurrent-index-creation": _STOPPED}
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column, the index by record, and the table."""
    op.add_column("inbox_items", sa.Column("row_hash", sa.Text(), nullable=True))
    op.create_index(op.f("ix_inbox_items_record"), "inbox_items", ["record"], unique=False)
    op.create_table(
        "peer_reconciliations",
        sa.Column("peer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("different", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_peer_reconciliations_peer_id_peers")),
        sa.PrimaryKeyConstraint("peer_id", name=op.f("pk_peer_reconciliations")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("peer_reconciliations")
    op.drop_index(op.f("ix_inbox_items_record"), table_name="inbox_items")
    op.drop_column("inbox_items", "row_hash")
