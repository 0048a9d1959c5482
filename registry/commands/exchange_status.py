"""registry exchange status, delistings, statement: what waits for whom, and what reconciliations came to."""

import datetime as dt
from pathlib import Path
from typing import Any

import click

from registry import runtime
from registry.commands.common import WholeRange, in_app
from registry.commands.exchange import group
from registry.domain.exchange import reconciliation_statement
from registry.models import ReconciliationStatement
from registry.queries.exchange import peer_messages, peer_status
from registry.queries.exchange.peer_status import PeerStatus

LISTED_MAX = 1_000


@group.command("status")
@in_app
def status() -> None:
    """Messages per peer, what waits, and removals not yet acknowledged with their age."""
    with runtime.reading() as session:
        now = runtime.clock()
        statuses = peer_status.status(session, now)
    for row in statuses:
        _echo_status(row, now)


def _hours(since: dt.datetime, now: dt.datetime) -> str:
    return f"{(now - since).total_seconds() / 3600:.1f} h"


def _echo_status(row: PeerStatus, now: dt.datetime) -> None:
    counts, peer = row.messages, row.peer
    click.echo(
        f"{peer.code} {peer.name}: 待发 pending {counts['pending']}, 已发未答 sent {counts['sent']}, "
        f"已达 delivered {counts['delivered']}, 被拒 rejected {counts['rejected']}, "
        f"待处理 quarantined {row.quarantined}, 游标 cursor {peer.cursor}"
    )
    lag = _hours(row.oldest, now) if row.oldest else "-"
    click.echo(f"  {peer.transport}: 滞后 lag {lag}, 一小时内回执 receipts {row.receipts}")
    if row.reconciliation:
        known = row.reconciliation
        counted = f"缺少 missing {known.missing}, 不同 different {known.different}"
        click.echo(f"  对账 reconciled {_hours(known.at, now)} ago: {known.checked} checked, {counted}")
    if row.statement:
        click.echo(f"  对账声明 statement {row.statement.id}")
    newest = {_facts(found)["sector"]: found for found in reversed(row.by_sector)}
    for sector, found in sorted(newest.items()):
        counts = _facts(found)["counts"]
        outcome = "一致 equal" if reconciliation_statement.is_equal(counts) else "不一致 different"
        click.echo(f"  领域 sector {sector} {_hours(found.at, now)} ago: {counts['compared']} checked, {outcome}")
    for batch in row.unanswered:
        late = " 逾期 overdue" if batch in row.overdue else ""
        waited = _hours(batch.since, now)
        click.echo(f"  批次未答 batch {batch.sequence} not answered {waited}: {batch.records} rows{late}")
    for code, number in sorted(row.refusals.items()):
        click.echo(f"  被拒 rejected {code}: {number}")
    if peer.paused_because:
        removals = f", 撤除 removals {peer.removals_count}" if peer.removals_count else ""
        click.echo(f"  已暂停 paused: {peer.paused_because}{removals}, 核对 seen {peer.pause}")
    for record, promised in row.removals:
        click.echo(f"  撤除未确认 removal open {_hours(promised, now)}: {record}")


@group.command("delistings")
@in_app
def delistings() -> None:
    """The removals that are not complete: every receiver has to acknowledge them."""
    with runtime.reading() as session:
        now = runtime.clock()
        rows, count = peer_status.open_delistings(session, LISTED_MAX)
    for row in rows:
        receivers = ", ".join(f"{receiver.code} {receiver.state}" for receiver in row.receivers)
        due = f", 期限 due {row.due}" if row.due else ""
        click.echo(f"{row.record} {row.state} {_hours(row.since, now)}{due}: {receivers}")
    if count > len(rows):
        click.echo(f"另有 {count - len(rows)} 条 more")


@group.command("statement")
@click.argument("peer")
@click.option("--number", type=WholeRange(), help="Number of the statement; without it the newest.")
@click.option("--list", "is_list", is_flag=True, help="List the newest statements, and write none.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the signed statement here.")
@in_app
def statement(peer: str, number: int | None, is_list: bool, out: Path | None) -> None:
    """Explain the signed statement of a reconciliation with a peer; `registry verify` verifies the file of --out."""
    with runtime.reading() as session:
        peer_id = peer_messages.peer(session, peer).id
        if is_list:
            for row in peer_status.statements(session, peer_id, LISTED_MAX):
                click.echo(_summarise(row))
            return
        chosen = peer_status.statement_by_number(session, peer_id, number)
    for line in reconciliation_statement.explain(_facts(chosen)):
        click.echo(line)
    if out is not None:
        out.write_bytes(chosen.document.encode())
        click.echo(f"statement: {out}")


def _facts(row: ReconciliationStatement) -> dict[str, Any]:
    return reconciliation_statement.facts_of(row.document.encode())


def _summarise(row: ReconciliationStatement) -> str:
    facts = _facts(row)
    counts = ", ".join(f"{name} {facts['counts'][name]}" for name in reconciliation_statement.COUNTS)
    sector = f" {facts['sector']}" if "sector" in facts else ""
    return f"{row.id} {facts['instant']} entry {facts['entry']}{sector}: {counts}"
