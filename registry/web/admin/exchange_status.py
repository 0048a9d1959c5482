"""Status of the exchange for system administrators: lag and backlog per peer, open removals, statements of
reconciliations, pause."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain import case_labels
from registry.domain.exchange import reconciliation_statement
from registry.domain.permissions import Permission
from registry.errors import Fault, Refusal
from registry.models import ReconciliationStatement
from registry.queries.exchange import peer_messages, peer_status
from registry.queries.exchange.peer_status import PeerStatus
from registry.queries.law import reference_data
from registry.refusals.acts import BodyRefused
from registry.services.exchange import peers, requeueing
from registry.unit_of_work import day_of
from registry.web import forms
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
DELISTINGS_SHOWN_MAX = 200
STATEMENTS_SHOWN_MAX = 100


@dataclass(frozen=True)
class StatementRow:
    """A signed statement and what it says."""

    number: int
    at: dt.datetime
    facts: Mapping[str, Any]

    @property
    def is_equal(self) -> bool:
        """Whether both sides held the same."""
        return reconciliation_statement.is_equal(self.facts["counts"])


@dataclass(frozen=True)
class StatusRow:
    """The status of one peer, and the newest statement of a reconciliation with it: of all records, and by sector."""

    status: PeerStatus
    statement: StatementRow | None
    by_sector: Sequence[StatementRow]


@private.get("/admin/exchange", endpoint="exchange_status")
@desk_page(Permission.EXCHANGE_OPERATE)
def show_status() -> ResponseReturnValue:
    """Per peer and platform: lag, backlog, what is not answered, quarantine, the last reconciliation, receipts."""
    return _render_status()


@private.post("/admin/exchange/<code>/pause")
@desk_page(Permission.EXCHANGE_OPERATE)
def pause_peer(code: str) -> ResponseReturnValue:
    """Pause a peer by hand, with the reason."""
    require_recent_sign_in()
    reason = request.form.get("reason", "").strip()
    if not reason:
        fault = Fault(f"/reason-{code}", "field-empty", "请写明暂停的原因")
        return _render_status(BodyRefused(faults=(fault,)))
    runtime.perform(current_account(), lambda work: peers.suspend(work, code, reason))
    flash("已暂停。")
    return redirect(url_for("private.exchange_status"), _SEE_OTHER)


@private.post("/admin/exchange/<code>/requeue")
@desk_page(Permission.EXCHANGE_OPERATE)
def requeue_messages(code: str) -> ResponseReturnValue:
    """Queue again what was set aside, and what a platform has not answered in its time."""
    require_recent_sign_in()
    queued = runtime.perform(current_account(), lambda work: requeueing.requeue(work, code))
    flash(f"已重新排队 {queued} 条。")
    return redirect(url_for("private.exchange_status"), _SEE_OTHER)


@private.get("/admin/exchange/delistings", endpoint="delistings")
@desk_page(Permission.EXCHANGE_OPERATE)
def list_delistings() -> ResponseReturnValue:
    """The removals that are not complete, because a receiver has not acknowledged them, oldest first."""
    with runtime.reading() as session:
        rows, count = peer_status.open_delistings(session, DELISTINGS_SHOWN_MAX)
    today = day_of(runtime.clock())
    states = case_labels.CASE_STATES
    return render_private("admin/delistings.html", rows=rows, more=count - len(rows), today=today, states=states)


@private.get("/admin/exchange/<code>/statements", endpoint="statements")
@desk_page(Permission.EXCHANGE_OPERATE)
def list_statements(code: str) -> ResponseReturnValue:
    """The newest signed statements of reconciliations with a peer."""
    with runtime.reading() as session:
        peer = peer_messages.peer(session, code)
        found = peer_status.statements(session, peer.id, STATEMENTS_SHOWN_MAX)
        sectors = reference_data.current(session).names("sectors")
    rows = [_statement_row(row) for row in found]
    counts = reconciliation_statement.COUNTS
    return render_private("admin/statements.html", peer=peer, rows=rows, counts=counts, sectors=sectors)


@private.get("/admin/exchange/<code>/statements/<int:number>", endpoint="statement")
@desk_page(Permission.EXCHANGE_OPERATE)
def download_statement(code: str, number: int) -> ResponseReturnValue:
    """A signed statement as it is verified with the published keys."""
    with runtime.reading() as session:
        row = peer_status.statement_by_number(session, peer_messages.peer(session, code).id, number)
    answer = Response(row.document.encode(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="reconciliation-{code}-{number}.json"'
    return answer


def _statement_row(row: ReconciliationStatement) -> StatementRow:
    return StatementRow(row.id, row.at, reconciliation_statement.facts_of(row.document.encode()))


def _newest_by_sector(status: PeerStatus) -> list[StatementRow]:
    newest: dict[str, StatementRow] = {}
    for row in map(_statement_row, status.by_sector):
        newest.setdefault(row.facts["sector"], row)
    return [newest[sector] for sector in sorted(newest)]


def _render_status(error: Refusal | None = None) -> ResponseReturnValue:
    now = runtime.clock()
    with runtime.reading() as session:
        statuses = peer_status.status(session, now)
        sectors = reference_data.current(session).names("sectors")
    rows = [
        StatusRow(row, _statement_row(row.statement) if row.statement else None, _newest_by_sector(row))
        for row in statuses
    ]
    return render_private(
        "admin/exchange_status.html",
        error.status if error else 200,
        rows=rows,
        sectors=sectors,
        now=now,
        error=error,
        faults=forms.faults_by_field(error) if error else {},
    )


add_navigation("private.exchange_status", "交换状态")
add_navigation("private.delistings", "未确认的撤除")
