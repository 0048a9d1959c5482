"""First page of an administrator: what is broken, and what waits for a second person."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from registry import runtime
from registry.domain.permissions import Actor, Permission
from registry.queries.exchange import peer_messages
from registry.queries.law import law_proposals
from registry.queries.node import job_runs
from registry.queries.publication import ledger_state
from registry.serving import proposal_access
from registry.web.private import add_navigation, private
from registry.web.sessions import current_account, desk_page, render_private

PROPOSALS_COUNTED_MAX = 100


@dataclass(frozen=True)
class Item:
    """A line of the first page: what it is, how it stands in words and tone, and where it is dealt with."""

    title: str
    state: str
    tone: str
    href: str


@private.get("/admin", endpoint="admin")
@desk_page(Permission.ACCOUNT_MANAGE, Permission.EXCHANGE_OPERATE, Permission.AUDIT_READ)
def show_overview() -> ResponseReturnValue:
    """What is broken, and what waits for a second person, as far as it is the administrator's."""
    account = current_account()
    waiting = 0
    if account.may(Permission.PROPOSAL_READ):
        proposals, _ = proposal_access.list_visible(account, "proposed", 0, PROPOSALS_COUNTED_MAX)
        waiting = sum(proposal["proposed_by"] != account.name for proposal in proposals)
    with runtime.reading() as session:
        items = [*_operation(session, account), *_law(session, account)]
        sealed = ledger_state.last_checkpoint(session)
    if account.may(Permission.PROPOSAL_READ):
        items.append(_count("待另一人确认的事项", waiting, "warning", url_for("private.proposals")))
    return render_private("admin/overview.html", items=items, sealed=sealed)


def _operation(session: Session, account: Actor) -> Iterator[Item]:
    if not account.may(Permission.EXCHANGE_OPERATE):
        return
    failed = sum(bool(run.outcome) and run.outcome != "done" for run in job_runs.newest_runs(session))
    yield _count("最近一次失败的后台任务", failed, "bad", url_for("private.jobs"))
    paused = sum(peer.paused_because is not None for peer in peer_messages.peers(session))
    yield _count("暂停接收的交换节点", paused, "bad", url_for("private.peers"))
    yield _count("由人处理的来文", len(peer_messages.quarantined(session)), "warning", url_for("private.quarantine"))


def _law(session: Session, account: Actor) -> Iterator[Item]:
    if account.may(Permission.LAW_READ):
        is_open = sum(proposal.state == "proposed" for proposal in law_proposals.proposals(session))
        yield _count("待确认的法律依据变更", is_open, "warning", url_for("private.law"))


def _count(title: str, number: int, tone: str, href: str) -> Item:
    return Item(title, f"{number} 项" if number else "没有", tone if number else "good", href)


add_navigation("private.admin", "管理首页", is_first=True)
