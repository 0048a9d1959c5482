"""Empty the index of records that stand, which knows more of each record from now on.

The command ``init`` fills it from the publications, as after 0035.
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Empty the tables."""
    _empty()


def downgrade() -> None:
    """Empty them again: the program before would find terms that it does not know."""
    _empty()


def _empty() -> None:
    for name in ("postings", "standing", "posting_folds"):
        op.execute(sa.delete(sa.table(name)))
