"""Passkeys with what the browser of a session is given to sign, and the rows of imported files as pages show them.

The worker fills the rows from the files that are kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty, and the columns of sessions."""
    _create_rows_of_imports()
    _create_passkeys()


def _create_rows_of_imports() -> None:
    op.create_table(
        "import_row_pages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["penalty_imports.id"], name=op.f("fk_import_row_pages_import_id_penalty_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row_pages")),
    )
    op.create_index(op.f("ix_import_row_pages_import_id"), "import_row_pages", ["import_id"], unique=False)


def _create_passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_account_id"), "passkeys", ["account_id"], unique=False)
    op.add_column("web_sessions", sa.Column("challenge", sa.LargeBinary(), nullable=True))
    op.add_column("web_sessions", sa.Column("challenge_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("web_sessions", "challenge_at")
    op.drop_column("web_sessions", "challenge")
    op.drop_table("passkeys")
    op.drop_table("import_row_pages")
