"""How the file of a list is read: what a person said about its headings and doubts, and for which kind of file."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the columns; what was said before is about files of penalties."""
    op.add_column("list_adoptions", sa.Column("reading", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("column_mappings", sa.Column("kind", sa.Text(), nullable=False, server_default="penalty"))


def downgrade() -> None:
    """Drop them, with what was said about other files."""
    op.execute("DELETE FROM column_mappings WHERE kind <> 'penalty'")
    op.drop_column("column_mappings", "kind")
    op.drop_column("list_adoptions", "reading")
