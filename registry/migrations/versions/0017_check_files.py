"""Files of many parties to check."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "check_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("failed_because", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("unchecked", sa.Integer(), nullable=False),
        sa.Column("entry", KEY, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_check_files_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_check_files_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_files")),
    )
    op.create_index(op.f("ix_check_files_department_id"), "check_files", ["department_id"], unique=False)
    op.create_index(op.f("ix_check_files_state"), "check_files", ["state"], unique=False)
    op.create_index(
        "uq_check_files_running",
        "check_files",
        ["account_id", "digest"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "check_file_parts",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.Text(), nullable=True),
        sa.Column("rows_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name=op.f("fk_check_file_parts_check_id_checks")),
        sa.ForeignKeyConstraint(["file_id"], ["check_files.id"], name=op.f("fk_check_file_parts_file_id_check_files")),
        sa.PrimaryKeyConstraint("file_id", "start", name=op.f("pk_check_file_parts")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("check_file_parts")
    op.drop_table("check_files")
