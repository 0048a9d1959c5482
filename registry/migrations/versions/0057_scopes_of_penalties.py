"""Sectors and district of each penalty in columns, so that a list need not read the facts of every decision."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Add the columns; the next migration fills them."""
    op.add_column("penalties", sa.Column("sectors", sa.Text(), server_default="", nullable=False))
    op.add_column("penalties", sa.Column("district", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("penalties", "district")
    op.drop_column("penalties", "sectors")
