"""The entry by which a version of a record was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("publications", sa.Column("erased_by", KEY, nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("publications", "erased_by")
