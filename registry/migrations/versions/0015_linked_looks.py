"""Checks of one tender are linked; those made before stay alone, because nobody kept their tenders."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

INDEX = "ix_checks_department_id_tender_index_number"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("checks", sa.Column("tender_index", sa.Text(), nullable=True))
    op.add_column("checks", sa.Column("previous", sa.Text(), nullable=True))
    op.create_index(INDEX, "checks", ["department_id", "tender_index", "number"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(INDEX, table_name="checks")
    op.drop_column("checks", "previous")
    op.drop_column("checks", "tender_index")
