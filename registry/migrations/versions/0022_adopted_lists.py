"""Adopted lists: files of other authorities' lists, the places taken from them, and the states of each list."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_adoptions()
    op.create_table(
        "adoption_findings",
        sa.Column("id", KEY, nullable=False),
        sa.Column("adoption_id", KEY, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["list_adoptions.id"], name=op.f("fk_adoption_findings_adoption_id_list_adoptions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_findings")),
    )
    op.create_index(op.f("ix_adoption_findings_adoption_id"), "adoption_findings", ["adoption_id"], unique=False)
    _create_places()
    op.create_table(
        "list_states",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("from_entry", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_entry"], ["publications.from_entry"], name=op.f("fk_list_states_from_entry_publications")
        ),
        sa.PrimaryKeyConstraint("scheme", "as_of", name=op.f("pk_list_states")),
    )


def _create_adoptions() -> None:
    counts = ("total", "next_row", "came", "changed", "renewed", "unchanged", "off_list", "refused", "removed")
    op.create_table(
        "list_adoptions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sectors", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", KEY, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_list_adoptions_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_list_adoptions_confirmed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_list_adoptions_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_adoptions")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_list_adoptions_account_id_digest")),
    )
    op.create_index(
        op.f("ix_list_adoptions_department_id_scheme_id"),
        "list_adoptions",
        ["department_id", "scheme", "id"],
        unique=False,
    )


def _create_places() -> None:
    op.create_table(
        "adopted_listings",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("document_key", sa.Text(), nullable=False),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("adoption_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("department_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["list_adoptions.id"], name=op.f("fk_adopted_listings_adoption_id_list_adoptions")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_adopted_listings_department_id_departments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adopted_listings")),
        sa.UniqueConstraint("record", name=op.f("uq_adopted_listings_record")),
    )
    op.create_index(op.f("ix_adopted_listings_department_id"), "adopted_listings", ["department_id"], unique=False)
    op.create_index(
        op.f("ix_adopted_listings_adoption_id_state_id"),
        "adopted_listings",
        ["adoption_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "uq_adopted_listings_place",
        "adopted_listings",
        ["scheme", "subject_key", "document_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'removed'"),
        postgresql_where=sa.text("state <> 'removed'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("list_states")
    op.drop_table("adopted_listings")
    op.drop_table("adoption_findings")
    op.drop_table("list_adoptions")
