"""Standing watches."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = (
    ("watches", ("department_id",)),
    ("watches", ("state", "seen_entry")),
    ("watched_parties", ("watch_id",)),
    ("watched_parties", ("uscc_index",)),
    ("watched_parties", ("id_index",)),
    ("watched_parties", ("name_index",)),
    ("watch_events", ("state", "watch_id", "sequence")),
)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "watches",
        sa.Column("number", KEY, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("parties", sa.Integer(), nullable=False),
        sa.Column("from_entry", KEY, nullable=False),
        sa.Column("seen_entry", KEY, nullable=False),
        sa.Column("seen_day", sa.Date(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("webhook_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_watches_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_watches_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_watches")),
        sa.UniqueConstraint("id", name=op.f("uq_watches_id")),
    )
    op.create_table(
        "watched_parties",
        sa.Column("id", KEY, nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("uscc_index", sa.Text(), nullable=True),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("name_index", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_watched_parties_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_parties")),
    )
    op.create_table(
        "watch_events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("watch_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("entry", KEY, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], name=op.f("fk_watch_events_watch_id_watches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_events")),
        sa.UniqueConstraint("watch_id", "sequence", name=op.f("uq_watch_events_watch_id_sequence")),
    )
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("watch_events", "watched_parties", "watches"):
        op.drop_table(table)
