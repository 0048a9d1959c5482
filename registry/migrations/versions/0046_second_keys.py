"""SM2 keys that sign receipts and checkpoints beside the signing key."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "second_keys",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_second_keys"),
        sa.UniqueConstraint("public", name="uq_second_keys_public"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("second_keys")
