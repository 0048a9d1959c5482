"""The tender of a check, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("checks", sa.Column("tender_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("checks", "tender_sealed")
