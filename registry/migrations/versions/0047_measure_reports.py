"""Measures that platforms report as taken because of records that they were told of."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "measure_reports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("peer_id", KEY, nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_by_code", sa.Text(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_retracted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["peer_id"], ["peers.id"], name=op.f("fk_measure_reports_peer_id_peers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_reports")),
        sa.UniqueConstraint("peer_id", "report", "revision", name=op.f("uq_measure_reports_peer_id_report_revision")),
    )
    op.create_index(op.f("ix_measure_reports_record"), "measure_reports", ["record"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("measure_reports")
