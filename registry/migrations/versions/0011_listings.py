"""Listings."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "listings",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reply_until", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_listings_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("record", name=op.f("uq_listings_record")),
    )
    op.create_index(op.f("ix_listings_department_id"), "listings", ["department_id"], unique=False)
    op.create_index(op.f("ix_listings_subject_key"), "listings", ["subject_key"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_listings_subject_key"), table_name="listings")
    op.drop_index(op.f("ix_listings_department_id"), table_name="listings")
    op.drop_table("listings")
