"""What a verifier should look at in a filing, rows of a file that are on file already, and history loaded later.

The same decision may be filed anew, with a reason, after its record was withdrawn or repaired; so only standing ones
are unique. That is looked for by subject, because a document number has many spellings.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

GONE = sa.text("state NOT IN ('withdrawn', 'repaired')")
WITHDRAWN = sa.text("state <> 'withdrawn'")
DECISION = ["authority_code", "document_number", "subject_key"]


def upgrade() -> None:
    """Add the columns, and make the indexes beside running writers."""
    op.add_column("penalty_filings", sa.Column("notes", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("penalty_filings", sa.Column("attention", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("penalty_imports", sa.Column("unchanged", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("penalties", sa.Column("first_published_on", sa.Date(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index(
            "uq_penalties_standing_decision",
            "penalties",
            DECISION,
            unique=True,
            postgresql_concurrently=True,
            if_not_exists=True,
            sqlite_where=GONE,
            postgresql_where=GONE,
        )
        op.create_index(
            op.f("ix_penalties_subject_key_authority_code"),
            "penalties",
            ["subject_key", "authority_code"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("uq_penalties_decision", table_name="penalties", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    """Drop them again."""
    op.create_index(
        "uq_penalties_decision",
        "penalties",
        DECISION,
        unique=True,
        sqlite_where=WITHDRAWN,
        postgresql_where=WITHDRAWN,
    )
    op.drop_index(op.f("ix_penalties_subject_key_authority_code"), table_name="penalties")
    op.drop_index("uq_penalties_standing_decision", table_name="penalties")
    op.drop_column("penalties", "first_published_on")
    op.drop_column("penalty_imports", "unchanged")
    op.drop_column("penalty_filings", "attention")
    op.drop_column("penalty_filings", "notes")
