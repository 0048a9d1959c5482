"""Publications."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "publications",
        sa.Column("id", KEY, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("authority_code", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("behaviour", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("id_index", sa.Text(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("visible_from", sa.Date(), nullable=False),
        sa.Column("visible_until", sa.Date(), nullable=False),
        sa.Column("from_entry", KEY, nullable=False),
        sa.Column("until_entry", KEY, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("from_entry", name=op.f("uq_publications_from_entry")),
        sa.UniqueConstraint("record", "revision", name=op.f("uq_publications_record_revision")),
    )
    op.create_index(op.f("ix_publications_id_index"), "publications", ["id_index"], unique=False)
    op.create_index(op.f("ix_publications_name_key"), "publications", ["name_key"], unique=False)
    op.create_index(op.f("ix_publications_uscc_from_entry"), "publications", ["uscc", "from_entry"], unique=False)
    op.create_index(
        op.f("ix_publications_visible_until_state"), "publications", ["visible_until", "state"], unique=False
    )
    op.create_index(
        "uq_publications_newest",
        "publications",
        ["record"],
        unique=True,
        sqlite_where=sa.text("until_entry IS NULL"),
        postgresql_where=sa.text("until_entry IS NULL"),
    )
    op.create_table(
        "publication_sectors",
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("from_entry", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["from_entry"],
            ["publications.from_entry"],
            name=op.f("fk_publication_sectors_from_entry_publications"),
        ),
        sa.PrimaryKeyConstraint("sector", "from_entry", name=op.f("pk_publication_sectors")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("publication_sectors")
    op.drop_index("uq_publications_newest", table_name="publications")
    op.drop_index(op.f("ix_publications_visible_until_state"), table_name="publications")
    op.drop_index(op.f("ix_publications_uscc_from_entry"), table_name="publications")
    op.drop_index(op.f("ix_publications_name_key"), table_name="publications")
    op.drop_index(op.f("ix_publications_id_index"), table_name="publications")
    op.drop_table("publications")
