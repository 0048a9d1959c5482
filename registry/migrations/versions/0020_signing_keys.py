"""The keys this node has signed with, and those that peers had before."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the table; no peer has had another key."""
    op.create_table(
        "signing_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("endorsed", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signing_keys")),
        sa.UniqueConstraint("public", name=op.f("uq_signing_keys_public")),
    )
    op.add_column("peers", sa.Column("former_keys", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop both."""
    op.drop_column("peers", "former_keys")
    op.drop_table("signing_keys")
