"""Exchange."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "job_runs",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", KEY, autoincrement=False, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "peers",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("owners", sa.JSON(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("cursor", KEY, nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_records", sa.Integer(), nullable=False),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.Column("removals_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peers")),
        sa.UniqueConstraint("code", name=op.f("uq_peers_code")),
    )
    op.create_table(
        "inbox_batches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_inbox_batches_peer_id_peers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_batches")),
        sa.UniqueConstraint("peer_id", "digest", name=op.f("uq_inbox_batches_peer_id_digest")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("entry", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_outbox_messages_peer_id_peers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("peer_id", "entry", name=op.f("uq_outbox_messages_peer_id_entry")),
    )
    op.create_index(
        op.f("ix_outbox_messages_peer_id_state_entry"),
        "outbox_messages",
        ["peer_id", "state", "entry"],
        unique=False,
    )
    op.create_table(
        "inbox_items",
        sa.Column("id", KEY, nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["inbox_batches.id"], name=op.f("fk_inbox_items_batch_id_inbox_batches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_items")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_inbox_items_batch_id_position")),
    )
    op.create_index(op.f("ix_inbox_items_state_id"), "inbox_items", ["state", "id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_inbox_items_state_id"), table_name="inbox_items")
    op.drop_table("inbox_items")
    op.drop_index(op.f("ix_outbox_messages_peer_id_state_entry"), table_name="outbox_messages")
    op.drop_table("outbox_messages")
    op.drop_table("inbox_batches")
    op.drop_table("peers")
    op.drop_table("job_runs")
