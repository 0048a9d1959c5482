"""What headings mean in the files of a department, and where in a workbook a finding of an import is."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, add the columns."""
    op.create_table(
        "column_mappings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("heading_key", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("stated_by", KEY, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_column_mappings_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["stated_by"], ["accounts.id"], name=op.f("fk_column_mappings_stated_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_mappings")),
        sa.UniqueConstraint("department_id", "heading_key", name=op.f("uq_column_mappings_department_id_heading_key")),
    )
    for name in ("sheet", "cell"):
        op.add_column("import_findings", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    for name in ("sheet", "cell"):
        op.drop_column("import_findings", name)
    op.drop_table("column_mappings")
