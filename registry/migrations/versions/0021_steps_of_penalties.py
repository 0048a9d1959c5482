"""Steps of the penalties that were filed before every act on a penalty took one."""

import datetime as dt
import hashlib
import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ACTS = ("file", "refile", "verify", "return")
"""Acts that left no step; the others (suspend, withdraw, repair …) did, but for withdrawals before 0010."""
AFTER = {
    ("", "file"): "filed",
    ("filed", "refile"): "filed",
    ("returned", "refile"): "filed",
    ("published", "refile"): "amended",
    ("amended", "refile"): "amended",
    ("filed", "verify"): "published",
    ("amended", "verify"): "published",
    ("filed", "return"): "returned",
    ("amended", "return"): "published",
    ("published", "withdraw"): "withdrawn",
    ("amended", "withdraw"): "withdrawn",
}
"""The procedure of a penalty as it was when these acts were done."""
CHUNK = 500

_penalties = sa.table("penalties", sa.column("id"), sa.column("record"))
_filings = sa.table(
    "penalty_filings",
    sa.column("id"),
    sa.column("penalty_id"),
    sa.column("content"),
    sa.column("returned_because"),
)
_events = sa.table(
    "audit_events",
    sa.column("id"),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("account_id"),
    sa.column("act"),
    sa.column("reference"),
)
_steps = sa.table(
    "case_steps",
    sa.column("id"),
    sa.column("noun"),
    sa.column("record"),
    sa.column("position"),
    sa.column("act"),
    sa.column("before"),
    sa.column("after"),
    sa.column("day", sa.Date()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("account_id"),
    sa.column("documents", sa.JSON()),
    sa.column("stated"),
    sa.column("sealed", sa.LargeBinary()),
    sa.column("digest"),
)


def upgrade() -> None:
    """Make the missing steps from the audit trail, and chain all steps of a penalty anew."""
    connection = op.get_bind()
    last = 0
    while True:
        rows = connection.execute(
            sa.select(_penalties).where(_penalties.c.id > last).order_by(_penalties.c.id).limit(CHUNK)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        _upgrade_chunk(connection, {row.record: row.id for row in rows})


def downgrade() -> None:
    """Take the steps out again; those that were there before keep their new places."""
    op.execute(_steps.delete().where(_steps.c.noun == "penalty", _steps.c.act.in_(ACTS)))


def _upgrade_chunk(connection: sa.Connection, ids: dict[str, int]) -> None:
    records = list(ids)
    filings: dict[int, list[sa.Row]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_filings).where(_filings.c.penalty_id.in_(list(ids.values()))).order_by(_filings.c.id)
    ):
        filings[row.penalty_id].append(row)
    steps: dict[str, list[sa.Row]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_steps).where(_steps.c.record.in_(records)).order_by(_steps.c.record, _steps.c.position)
    ):
        steps[row.record].append(row)
    events: dict[str, list[sa.Row]] = defaultdict(list)
    acts = [f"penalty.{act}" for act in (*ACTS, "suspend", "resume", "withdraw", "repair")]
    for row in connection.execute(
        sa.select(_events).where(_events.c.reference.in_(records), _events.c.act.in_(acts)).order_by(_events.c.id)
    ):
        events[row.reference].append(row)
    # Places move up, so the last is moved first: no two steps may share one meanwhile.
    made, moved = [], []
    for record, number in ids.items():
        new, old = _chained(record, events[record], filings[number], steps[record])
        made += new
        moved += old
    for values in sorted(moved, key=lambda values: -values["position"]):
        connection.execute(_steps.update().where(_steps.c.id == values.pop("id")).values(**values))
    if made:
        connection.execute(_steps.insert(), made)


def _chained(
    record: str, events: list[sa.Row], filings: list[sa.Row], steps: list[sa.Row]
) -> tuple[list[dict], list[dict]]:
    """New rows, and what changes of the steps that are there, in the order of the audit trail."""
    made: list[dict] = []
    moved: list[dict] = []
    waiting, state, digest, filed = list(steps), "", "", -1
    for position, event in enumerate(events, start=1):
        act = event.act.removeprefix("penalty.")
        if waiting and waiting[0].act == act:
            step = waiting.pop(0)
            content = _content(record, position, step.act, (step.before, step.after), step.account_id)
            content |= {"documents": step.documents, "stated": step.stated}
            digest = _link(digest, content, step.day)
            moved.append({"id": step.id, "position": position, "digest": digest})
            state = step.after
            continue
        filed += act in ("file", "refile")
        filing = filings[min(filed, len(filings) - 1)]
        stated = {"filing": hashlib.sha256(filing.content.encode()).hexdigest()}
        if act == "return":
            stated = {"reason": filing.returned_because or ""}
        elif act == "withdraw":
            stated = {}  # the day of its cause stands in the published version alone
        after = AFTER[state, act]
        content = _content(record, position, act, (state, after), event.account_id)
        content |= {"documents": [], "stated": _canonical(stated)}
        day = _day(event.at)
        digest = _link(digest, content, day)
        made.append(content | {"day": day, "at": event.at, "sealed": None, "digest": digest})
        state = after
    return made, moved


def _content(record: str, position: int, act: str, states: tuple[str, str], account_id: int | None) -> dict:
    return {
        "noun": "penalty",
        "record": record,
        "position": position,
        "act": act,
        "before": states[0],
        "after": states[1],
        "account_id": account_id,
    }


def _link(previous: str, content: dict, day: object) -> str:
    """As ``domain/cases/case_file.link`` chains steps; a migration keeps its own copy."""
    whole = {**content, "day": day.isoformat(), "previous": previous}
    return hashlib.sha256(_canonical(whole).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _day(instant: object) -> object:
    """The day of an instant in Asia/Shanghai; SQLite gives instants back without their zone."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
    return (aware + dt.timedelta(hours=8)).date()
