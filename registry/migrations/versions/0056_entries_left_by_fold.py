"""What left the postings with each fold, so that a process need not read again what it knows from an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Add the column; of folds before, nothing is told."""
    op.add_column("posting_folds", sa.Column("left_entries", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("posting_folds", "left_entries")
