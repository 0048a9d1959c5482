"""Peers that take rows by files or a front-end database: how they are spoken with, and the batches sent to them."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_STOPPED = "the node is stopped while it is upgraded, and the index takes seconds"
LINT_ACCEPTS = {"require-concurrent-index-creation": _STOPPED}
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns and the table; the peers there were speak the protocol of the nodes."""
    op.add_column("peers", sa.Column("transport", sa.Text(), nullable=False, server_default="service"))
    for name in ("formats", "formats_in", "sectors"):
        op.add_column("peers", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("peers", sa.Column("file_type", sa.Text(), nullable=False, server_default="csv"))
    op.add_column("peers", sa.Column("platform_code", sa.Text(), nullable=False, server_default=""))
    op.add_column("peers", sa.Column("intake_account", sa.Text(), nullable=False, server_default=""))
    op.add_column("peers", sa.Column("intake_list", sa.Text(), nullable=False, server_default=""))
    op.add_column("peers", sa.Column("last_sequence", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "row_batches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_row_batches_peer_id_peers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_batches")),
        sa.UniqueConstraint("peer_id", "sequence", name=op.f("uq_row_batches_peer_id_sequence")),
    )
    op.add_column("outbox_messages", sa.Column("batch_id", KEY, nullable=True))
    op.create_index(op.f("ix_outbox_messages_batch_id"), "outbox_messages", ["batch_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_outbox_messages_batch_id"), table_name="outbox_messages")
    op.drop_column("outbox_messages", "batch_id")
    op.drop_table("row_batches")
    for name in (
        "last_sequence",
        "intake_list",
        "intake_account",
        "platform_code",
        "file_type",
        "sectors",
        "formats_in",
        "formats",
        "transport",
    ):
        op.drop_column("peers", name)
