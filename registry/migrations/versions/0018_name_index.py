"""Name index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GRAMS = postgresql.ARRAY(sa.Integer()).with_variant(sa.JSON(), "sqlite")


def upgrade() -> None:
    """Create the tables; on SQLite the index over arrays stays empty."""
    op.create_table(
        "subject_names",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("grams", GRAMS, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_names")),
        sa.UniqueConstraint("name_key", name=op.f("uq_subject_names_name_key")),
    )
    op.create_index(
        op.f("ix_subject_names_grams"),
        "subject_names",
        ["grams"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 512},
        sqlite_where=sa.text("grams IS NOT NULL"),
    )
    op.create_table(
        "name_grams",
        sa.Column("gram", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_id", KEY, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "name_id", name=op.f("pk_name_grams")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gram_counts",
        sa.Column("gram", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("names", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gram", name=op.f("pk_gram_counts")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("gram_counts")
    op.drop_table("name_grams")
    op.drop_table("subject_names")
