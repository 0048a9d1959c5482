"""Contacts of subjects, confirmation codes, mails, and counters of limits."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables. Applications that are open stay as they are: they were marked when they came."""
    op.create_table(
        "subject_contacts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_subject_contacts_department_id_departments")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_subject_contacts_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_contacts")),
        sa.UniqueConstraint("subject_key", name=op.f("uq_subject_contacts_subject_key")),
    )
    op.create_table(
        "confirmation_codes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation_codes")),
        sa.UniqueConstraint("about", "code_hash", name=op.f("uq_confirmation_codes_about_code_hash")),
    )
    op.create_table(
        "mail_messages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_messages")),
    )
    op.create_index(op.f("ix_mail_messages_state_id"), "mail_messages", ["state", "id"], unique=False)
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("rate_limits")
    op.drop_table("mail_messages")
    op.drop_table("confirmation_codes")
    op.drop_table("subject_contacts")
