"""Subscriptions to what is newly published, by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "subscriptions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("subject_hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_upto", KEY, nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("mail_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_subscriptions_token_hash")),
        sa.UniqueConstraint("subject_hash", name=op.f("uq_subscriptions_subject_hash")),
    )
    op.create_index(op.f("ix_subscriptions_told_upto"), "subscriptions", ["told_upto"], unique=False)
    op.create_index(op.f("ix_subscriptions_asked_at"), "subscriptions", ["asked_at"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("subscriptions")
