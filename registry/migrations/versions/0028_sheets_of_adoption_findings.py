"""Which sheet of a workbook a finding about a list file is of."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the column."""
    op.add_column("adoption_findings", sa.Column("sheet", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("adoption_findings", "sheet")
