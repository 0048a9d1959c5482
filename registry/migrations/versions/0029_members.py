"""Statements about members of the exchange, signed by administrators."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; who may speak for which authority is loaded by command."""
    op.create_table(
        "member_statements",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("received_from", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_statements")),
        sa.UniqueConstraint("kind", "node", "revision", name=op.f("uq_member_statements_kind_node_revision")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("member_statements")
