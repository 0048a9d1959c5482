"""Further keys of publications: other codes, cores of documents, names as former matchers keyed them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table; the command init fills it in batches."""
    op.create_table(
        "further_keys",
        sa.Column("from_entry", KEY, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_entry", "key", name=op.f("pk_further_keys")),
    )
    op.create_index(op.f("ix_further_keys_key"), "further_keys", ["key"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("further_keys")
