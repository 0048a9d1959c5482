"""Filed records (judgments, decisions and what else is filed and verified), and proposals to change the law tables."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "filed_records",
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("authority_key", sa.Text(), nullable=False),
        sa.Column("document_key", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_filed_records_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filed_records")),
        sa.UniqueConstraint("record", name=op.f("uq_filed_records_record")),
    )
    op.create_index(op.f("ix_filed_records_department_id"), "filed_records", ["department_id"], unique=False)
    op.create_index(
        "uq_filed_records_document",
        "filed_records",
        ["noun", "authority_key", "document_key", "subject_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )

    op.create_table(
        "law_proposals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("law_before", sa.Text(), nullable=False),
        sa.Column("law_after", sa.Text(), nullable=False),
        sa.Column("proposed_by", KEY, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_law_proposals_proposed_by_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_law_proposals_decided_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_proposals")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("law_proposals")
    op.drop_index("uq_filed_records_document", table_name="filed_records")
    op.drop_index(op.f("ix_filed_records_department_id"), table_name="filed_records")
    op.drop_table("filed_records")
