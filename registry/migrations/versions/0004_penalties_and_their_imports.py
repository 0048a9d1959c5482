"""Penalties and their imports."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "penalties",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("authority_code", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("publish_by", sa.Date(), nullable=False),
        sa.Column("publish_by_provisional", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_penalties_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalties")),
        sa.UniqueConstraint("record", name=op.f("uq_penalties_record")),
    )
    op.create_index(
        op.f("ix_penalties_department_id_state_id"),
        "penalties",
        ["department_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "uq_penalties_decision",
        "penalties",
        ["authority_code", "document_number", "subject_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "penalty_imports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_penalty_imports_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_imports")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_penalty_imports_account_id_digest")),
    )
    op.create_table(
        "import_findings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["penalty_imports.id"], name=op.f("fk_import_findings_import_id_penalty_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_findings")),
    )
    op.create_index(op.f("ix_import_findings_import_id"), "import_findings", ["import_id"], unique=False)
    op.create_table(
        "penalty_filings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("penalty_id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=True),
        sa.Column("row_number", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("filed_by", KEY, nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_by", KEY, nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["filed_by"], ["accounts.id"], name=op.f("fk_penalty_filings_filed_by_accounts")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["penalty_imports.id"], name=op.f("fk_penalty_filings_import_id_penalty_imports")
        ),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalties.id"], name=op.f("fk_penalty_filings_penalty_id_penalties")),
        sa.ForeignKeyConstraint(["verified_by"], ["accounts.id"], name=op.f("fk_penalty_filings_verified_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_filings")),
    )
    op.create_index(
        op.f("ix_penalty_filings_import_id_penalty_id"),
        "penalty_filings",
        ["import_id", "penalty_id"],
        unique=False,
    )
    op.create_index(op.f("ix_penalty_filings_penalty_id"), "penalty_filings", ["penalty_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_penalty_filings_penalty_id"), table_name="penalty_filings")
    op.drop_index(op.f("ix_penalty_filings_import_id_penalty_id"), table_name="penalty_filings")
    op.drop_table("penalty_filings")
    op.drop_index(op.f("ix_import_findings_import_id"), table_name="import_findings")
    op.drop_table("import_findings")
    op.drop_table("penalty_imports")
    op.drop_index(
        "uq_penalties_decision",
        table_name="penalties",
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_index(op.f("ix_penalties_department_id_state_id"), table_name="penalties")
    op.drop_table("penalties")
