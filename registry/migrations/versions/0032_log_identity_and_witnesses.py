"""Epochs of the ledger, witnesses, their cosignatures, and the heads seen at peers."""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

LINT_ACCEPTS = {"data-and-schema": "the first epoch begins with its table: without one nothing is signed"}
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables; the epoch that peers know goes on, a node without one gets its first."""
    epochs = op.create_table(
        "log_epochs",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_epochs")),
        sa.UniqueConstraint("epoch", name=op.f("uq_log_epochs_epoch")),
    )
    op.create_table(
        "witnesses",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_witnesses")),
    )
    op.create_table(
        "cosignatures",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", KEY, autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "witness", name=op.f("pk_cosignatures")),
    )
    op.create_table(
        "peer_heads",
        sa.Column("peer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", KEY, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conflict", sa.Text(), nullable=True),
        sa.Column("conflict_code", sa.Text(), nullable=True),
        sa.Column("conflict_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_peer_heads_peer_id_peers")),
        sa.PrimaryKeyConstraint("peer_id", name=op.f("pk_peer_heads")),
    )
    counters = sa.table("counters", sa.column("name", sa.Text), sa.column("value", sa.BigInteger))
    known = op.get_bind().execute(sa.select(counters.c.value).where(counters.c.name == "epoch")).scalar()
    epoch = f"{known:x}" if known is not None else secrets.token_hex(8)
    op.bulk_insert(epochs, [{"number": 1, "epoch": epoch, "size": 0, "began_at": datetime.now(UTC)}])
    op.execute(counters.delete().where(counters.c.name == "epoch"))


def downgrade() -> None:
    """Drop them; peers then see a new epoch and read this node again."""
    op.drop_table("peer_heads")
    op.drop_table("cosignatures")
    op.drop_table("witnesses")
    op.drop_table("log_epochs")
