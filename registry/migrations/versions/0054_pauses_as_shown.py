"""Which removals of a peer a person saw and allowed, when it was paused, and no time to answer where none is agreed."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

_STOPPED = "peers has a handful of rows, and the node is down for its upgrade"
LINT_ACCEPTS = {
    "ban-drop-column": _STOPPED,
    "renaming-column": _STOPPED,
    "data-and-schema": "the days that were agreed are kept; SQLite cannot make a column nullable",
}


def upgrade() -> None:
    """Add the columns: of removals that were shown as a number alone nobody knows which they were."""
    op.add_column("peers", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("peers", sa.Column("removals_shown", sa.Text(), nullable=True))
    op.add_column("peers", sa.Column("removals_allowed", sa.Text(), nullable=True))
    op.drop_column("peers", "removals_seen")
    op.drop_column("peers", "removals_left")
    op.add_column("peers", sa.Column("days_agreed", sa.Integer(), nullable=True))
    op.execute("UPDATE peers SET days_agreed = answer_days WHERE transport <> 'service'")
    op.drop_column("peers", "answer_days")
    op.execute("ALTER TABLE peers RENAME COLUMN days_agreed TO answer_days")


def downgrade() -> None:
    """Back to numbers; nothing is allowed."""
    op.add_column("peers", sa.Column("days_agreed", sa.Integer(), server_default="5", nullable=False))
    op.execute("UPDATE peers SET days_agreed = answer_days WHERE answer_days IS NOT NULL")
    op.drop_column("peers", "answer_days")
    op.execute("ALTER TABLE peers RENAME COLUMN days_agreed TO answer_days")
    op.add_column("peers", sa.Column("removals_left", sa.Integer(), server_default="0", nullable=False))
    op.add_column("peers", sa.Column("removals_seen", sa.Integer(), server_default="0", nullable=False))
    op.drop_column("peers", "removals_allowed")
    op.drop_column("peers", "removals_shown")
    op.drop_column("peers", "paused_at")
