"""Pages of the exchange: peers, records that wait in quarantine, members of the exchange."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry import runtime
from registry.domain.exchange import envelope
from registry.domain.permissions import Permission
from registry.errors import Fault, Refusal
from registry.queries.exchange import member_statements, peer_messages, peer_status
from registry.refusals.acts import BodyRefused
from registry.services import proposed_acts
from registry.services.exchange import bulk_release, inbox, peers
from registry.unit_of_work import day_of
from registry.web import forms
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private, require_recent_sign_in

_SEE_OTHER = 303
ITEMS_SHOWN_MAX = 50
_PEER_FIELDS = ("code", "name", "url", "public_key")


@private.get("/admin/peers", endpoint="peers")
@desk_page(Permission.EXCHANGE_OPERATE, Permission.PEER_CONFIRM)
def list_peers() -> ResponseReturnValue:
    """Every peer: what waits for it, what of it waits here, and removals that it has not acknowledged."""
    return _render_peers()


@private.post("/admin/peers")
@desk_page(Permission.EXCHANGE_OPERATE)
def propose_peer() -> ResponseReturnValue:
    """Propose a peer; a security administrator confirms it."""
    require_recent_sign_in()
    typed = {name: request.form.get(name, "").strip() for name in _PEER_FIELDS}
    try:
        if empty := [name for name in _PEER_FIELDS if not typed[name]]:
            raise BodyRefused(faults=tuple(Fault(f"/{name}", "field-empty", "请填写此项") for name in empty))
        number = runtime.perform(
            current_account(), lambda work: proposed_acts.propose_peer(work, **typed, owners=()).id
        )
    except Refusal as error:
        return _render_peers(typed, error)
    return _to_proposal(number)


@private.post("/admin/peers/<code>/remove")
@desk_page(Permission.EXCHANGE_OPERATE)
def propose_removal_of_peer(code: str) -> ResponseReturnValue:
    """Propose to remove a peer."""
    require_recent_sign_in()
    return _to_proposal(
        runtime.perform(current_account(), lambda work: proposed_acts.propose_removal_of_peer(work, code).id)
    )


@private.post("/admin/peers/<code>/release")
@desk_page(Permission.EXCHANGE_OPERATE)
def release_peer(code: str) -> ResponseReturnValue:
    """Release a peer from the pause that was shown: take its batches again."""
    require_recent_sign_in()
    seen = request.form.get("seen", "")
    runtime.perform(current_account(), lambda work: peers.release(work, code, seen))
    flash("已恢复接收。")
    return redirect(url_for("private.exchange_status"), _SEE_OTHER)


@private.get("/admin/quarantine", endpoint="quarantine")
@desk_page(Permission.EXCHANGE_OPERATE)
def list_quarantine() -> ResponseReturnValue:
    """The records that wait for a person, each with the reason; of many with one reason, what two persons release."""
    return _render_quarantine()


@private.post("/admin/quarantine/<int:number>/release")
@desk_page(Permission.EXCHANGE_OPERATE)
def release_item(number: int) -> ResponseReturnValue:
    """Judge a record again, and publish it if it passes."""
    require_recent_sign_in()
    outcome = runtime.perform(current_account(), lambda work: inbox.release(work, number))
    flash("已放行。" if outcome.outcome in envelope.DELIVERED else f"仍不符合要求：{outcome.code}。")
    return redirect(url_for("private.quarantine"), _SEE_OTHER)


@private.post("/admin/quarantine/<int:number>/drop")
@desk_page(Permission.EXCHANGE_OPERATE)
def drop_item(number: int) -> ResponseReturnValue:
    """Put a record away for good, with the reason."""
    require_recent_sign_in()
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _render_quarantine(BodyRefused(faults=(Fault(f"/reason-{number}", "field-empty", "请写明放弃的理由"),)))
    runtime.perform(current_account(), lambda work: inbox.drop(work, number, reason))
    flash("已放弃。")
    return redirect(url_for("private.quarantine"), _SEE_OTHER)


@private.post("/admin/quarantine/bulk")
@desk_page(Permission.EXCHANGE_OPERATE)
def propose_bulk_release() -> ResponseReturnValue:
    """Propose to judge all records of a peer with one reason again; another system administrator confirms."""
    require_recent_sign_in()
    peer, code = request.form.get("peer", ""), request.form.get("code", "")
    runtime.perform(current_account(), lambda work: bulk_release.propose(work, peer, code).id)
    flash("已提出，待另一名系统管理员确认。")
    return redirect(url_for("private.quarantine"), _SEE_OTHER)


@private.post("/admin/quarantine/bulk/<int:number>/confirm")
@desk_page(Permission.EXCHANGE_OPERATE)
def confirm_bulk_release(number: int) -> ResponseReturnValue:
    """Confirm what another person proposed, and judge the records again."""
    require_recent_sign_in()
    account = current_account()
    runtime.perform(account, lambda work: bulk_release.confirm(work, number))
    released, after = 0, 0
    while True:
        start = after
        passed, last = runtime.perform(account, lambda work: bulk_release.release_next(work, number, start))  # noqa: B023
        released += passed
        if last is None:
            break
        after = last
    flash(f"已放行 {released} 条。")
    return redirect(url_for("private.quarantine"), _SEE_OTHER)


@private.get("/admin/members", endpoint="members")
@desk_page(Permission.EXCHANGE_OPERATE, Permission.PEER_CONFIRM)
def list_members() -> ResponseReturnValue:
    """Who may speak for which authority: the newest statement about each node, in force or not."""
    with runtime.reading() as session:
        statements = member_statements.newest_members(session)
        administrators = member_statements.administrators(session)
    today = day_of(runtime.clock())
    rows = [(statement, statement.is_effective(today)) for _, statement in sorted(statements.items())]
    return render_private("admin/members.html", rows=rows, administrators=administrators)


def _render_peers(typed: dict[str, str] | None = None, error: Refusal | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        rows = peer_status.status(session, runtime.clock())
        return render_private(
            "admin/peers.html",
            error.status if error else 200,
            rows=rows,
            typed=typed or {},
            error=error,
            faults=forms.faults_by_field(error) if error else {},
            may_propose=current_account().may(Permission.EXCHANGE_OPERATE),
        )


def _render_quarantine(error: Refusal | None = None) -> ResponseReturnValue:
    with runtime.reading() as session:
        items = peer_messages.quarantined(session)
        counts: dict[tuple[str, str], int] = {}
        for row in items:
            key = (row.peer, row.item.code or "")
            counts[key] = counts.get(key, 0) + 1
        return render_private(
            "admin/quarantine.html",
            error.status if error else 200,
            items=items[:ITEMS_SHOWN_MAX],
            more=max(0, len(items) - ITEMS_SHOWN_MAX),
            groups=[(peer, code, count) for (peer, code), count in sorted(counts.items()) if count > 1 and code],
            waiting=peer_messages.open_bulk_releases(session),
            error=error,
            faults=forms.faults_by_field(error) if error else {},
            own=current_account().account_id,
        )


def _to_proposal(number: int) -> ResponseReturnValue:
    flash("已提出，待安全管理员确认。")
    return redirect(url_for("private.proposal", number=number), _SEE_OTHER)


add_navigation("private.peers", "交换节点")
add_navigation("private.quarantine", "待处理来文")
add_navigation("private.members", "成员")
