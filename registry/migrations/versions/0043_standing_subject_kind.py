"""What kind of subject each record that stands is about: natural persons are in no sitemap."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Add the column to the table that 0042 emptied."""
    op.add_column("standing", sa.Column("subject_kind", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("standing", "subject_kind")
