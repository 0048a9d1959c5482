"""The cells of an imported file that its filer wrote anew, and forms that are not finished, both sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column, empty, and create the table."""
    op.add_column("penalty_imports", sa.Column("mended", sa.LargeBinary(), nullable=True))
    op.create_table(
        "drafts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_drafts_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_drafts_account_id_kind")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("drafts")
    op.drop_column("penalty_imports", "mended")
