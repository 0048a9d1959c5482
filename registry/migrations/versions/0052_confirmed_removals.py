"""Which places a security administrator confirmed to have left an adopted list."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """Add the column, empty: what was confirmed before and not verified yet is confirmed again."""
    op.add_column("list_adoptions", sa.Column("confirmed_removals", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("list_adoptions", "confirmed_removals")
