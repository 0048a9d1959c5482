"""What versions took away, releases by two persons, and peers that were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables and the column."""
    op.create_table(
        "takeaways",
        sa.Column("id", KEY, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takeaways")),
    )
    op.create_index(op.f("ix_takeaways_origin_at"), "takeaways", ["origin", "at"], unique=False)
    op.create_table(
        "bulk_releases",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("last_item", KEY, nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", KEY, nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_bulk_releases_peer_id_peers")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_bulk_releases_proposed_by_accounts")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["accounts.id"], name=op.f("fk_bulk_releases_confirmed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_releases")),
    )
    op.add_column("peers", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("peers", "removed_at")
    op.drop_table("bulk_releases")
    op.drop_table("takeaways")
