"""Records that stand published, and the postings of what the public search finds them by.

The command ``init`` fills them from the publications, as it does the index of names.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "standing",
        sa.Column("entry", KEY, autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "state", "sectors")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("behaviour", "district")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("authority_code", "authority", "year")),
        sa.Column("uscc", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("document", "names")),
        sa.Column("visible_from", sa.Date(), nullable=False),
        sa.Column("visible_until", sa.Date(), nullable=False),
        sa.Column("has_left", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_standing")),
    )
    op.create_index(op.f("ix_standing_record"), "standing", ["record"], unique=False)
    for name, condition in (("revised", "revision > 1"), ("left", "has_left")):
        op.create_index(
            op.f(f"ix_standing_{name}"),
            "standing",
            ["entry"],
            unique=False,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_table(
        "postings",
        sa.Column("segment", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "term", name=op.f("pk_postings")),
    )
    op.create_index(
        op.f("ix_postings_dimension"),
        "postings",
        ["dimension", "term"],
        unique=False,
        sqlite_where=sa.text("dimension IS NOT NULL"),
        postgresql_where=sa.text("dimension IS NOT NULL"),
    )
    op.create_table(
        "posting_folds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("upto", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_folds")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("posting_folds")
    op.drop_table("postings")
    op.drop_table("standing")
