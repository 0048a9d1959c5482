"""How many removals of a peer a person saw and allowed, and within how many days a platform answers a batch."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Add the columns: nothing is allowed that nobody saw."""
    op.add_column("peers", sa.Column("removals_seen", sa.Integer(), server_default="0", nullable=False))
    op.add_column("peers", sa.Column("removals_left", sa.Integer(), server_default="0", nullable=False))
    op.add_column("peers", sa.Column("answer_days", sa.Integer(), server_default="5", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("peers", "answer_days")
    op.drop_column("peers", "removals_left")
    op.drop_column("peers", "removals_seen")
