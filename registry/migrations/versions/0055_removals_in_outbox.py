"""Which messages to peers tell of a removal, so that the ones to send first are found without reading all that wait."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

_STOPPED = "the node is stopped while it is upgraded, and the index takes seconds"
LINT_ACCEPTS = {
    "require-concurrent-index-creation": _STOPPED,
    "require-concurrent-index-deletion": _STOPPED,
    "data-and-schema": "what waits at the upgrade keeps its place: removals go first",
}


def upgrade() -> None:
    """Add the column, true of versions that take a record away, and an index in the order of sending."""
    op.add_column("outbox_messages", sa.Column("is_removal", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE outbox_messages SET is_removal = true"
        " WHERE entry IN (SELECT from_entry FROM publications WHERE state <> 'published')"
    )
    op.drop_index(op.f("ix_outbox_messages_peer_id_state_entry"), table_name="outbox_messages")
    op.create_index(
        op.f("ix_outbox_messages_peer_id_state_is_removal_entry"),
        "outbox_messages",
        ["peer_id", "state", "is_removal", "entry"],
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_outbox_messages_peer_id_state_is_removal_entry"), table_name="outbox_messages")
    op.create_index(op.f("ix_outbox_messages_peer_id_state_entry"), "outbox_messages", ["peer_id", "state", "entry"])
    op.drop_column("outbox_messages", "is_removal")
