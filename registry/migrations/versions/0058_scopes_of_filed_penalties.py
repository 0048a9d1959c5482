"""The scope of the penalties filed before it had columns: what the newest filing of each states."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

CHUNK = 500
NEWEST = sa.text("""
    SELECT p.id, f.content FROM penalties p
    JOIN penalty_filings f ON f.id = (SELECT max(n.id) FROM penalty_filings n WHERE n.penalty_id = p.id)
    WHERE p.id > :after ORDER BY p.id LIMIT :chunk
""")
UPDATE = sa.text("UPDATE penalties SET sectors = :sectors, district = :district WHERE id = :id")


def upgrade() -> None:
    """Take sectors and district of each."""
    connection, after = op.get_bind(), 0
    while rows := connection.execute(NEWEST, {"after": after, "chunk": CHUNK}).all():
        connection.execute(UPDATE, [_scope(row) for row in rows])
        after = rows[-1].id


def _scope(row: sa.Row) -> dict[str, object]:
    facts = json.loads(row.content)
    return {"id": row.id, "sectors": ",".join(sorted(facts["sectors"])), "district": facts["district"]}


def downgrade() -> None:
    """Nothing: the columns go with the migration before."""
