"""Clocks of the penalties filed before there were clocks: what they were counted to stands in their own columns."""

import datetime as dt
import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

CHUNK = 500
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
PENALTIES = sa.text("""
    SELECT p.id, p.record, p.department_id, p.decided_on, p.publish_by, p.publish_by_provisional,
           f.content, f.filed_at, (SELECT min(v.verified_at) FROM penalty_filings v WHERE v.penalty_id = p.id) AS met_at
    FROM penalties p
    JOIN penalty_filings f ON f.id = (SELECT max(n.id) FROM penalty_filings n WHERE n.penalty_id = p.id)
    WHERE p.id > :after ORDER BY p.id LIMIT :chunk
""").columns(
    decided_on=sa.Date(), publish_by=sa.Date(), publish_by_provisional=sa.Boolean(),
    filed_at=sa.DateTime(timezone=True), met_at=sa.DateTime(timezone=True),
)  # fmt: skip
CLOCKS = sa.table(
    "clocks",
    *(sa.column(name) for name in ("code", "noun", "record", "department_id", "district", "deadline", "calendar")),
    sa.column("sectors", sa.JSON()), sa.column("starts_on", sa.Date()), sa.column("due", sa.Date()),
    sa.column("provisional", sa.Boolean()), sa.column("opened_at", sa.DateTime(timezone=True)),
    sa.column("met_on", sa.Date()),
)  # fmt: skip


def upgrade() -> None:
    """One clock per penalty, met on the day of its first verification."""
    connection, after = op.get_bind(), 0
    while rows := connection.execute(PENALTIES, {"after": after, "chunk": CHUNK}).all():
        connection.execute(sa.insert(CLOCKS), [_clock(row) for row in rows])
        after = rows[-1].id


def _clock(row: sa.Row) -> dict[str, object]:
    facts = json.loads(row.content)
    met_at = row.met_at.replace(tzinfo=row.met_at.tzinfo or dt.UTC) if row.met_at else None
    return {
        "code": "penalty.publish", "noun": "penalty", "record": row.record, "department_id": row.department_id,
        "sectors": facts["sectors"], "district": facts["district"], "deadline": "D01", "calendar": "",
        "starts_on": row.decided_on, "due": row.publish_by, "provisional": row.publish_by_provisional,
        "opened_at": row.filed_at, "met_on": met_at.astimezone(SHANGHAI).date() if met_at else None,
    }  # fmt: skip


def downgrade() -> None:
    """Forget them."""
    op.execute("DELETE FROM clocks")
