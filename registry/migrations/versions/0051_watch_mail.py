"""The mail address to which a centre is told of the events of a watch."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("watches", sa.Column("mail_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("watches", "mail_sealed")
