"""Look up proposals of acts that take two persons."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.models import Account, Proposal
from registry.refusals.acts import ProposalUnknown

STATES = ("proposed", "confirmed", "refused", "expired")


@dataclass(frozen=True)
class Page:
    """A page of proposals: above number ``after``, at most ``limit``, as they stand ``now``."""

    after: int
    limit: int
    now: dt.datetime


def by_number(session: Session, number: int, *, lock: bool = False) -> Proposal:
    """A proposal; refuses ``ProposalUnknown``. ``lock`` keeps other decisions off it."""
    proposal = session.get(Proposal, number, with_for_update=lock, populate_existing=lock)
    if proposal is None:
        raise ProposalUnknown()
    return proposal


def open_one(session: Session, act: str, reference: str) -> Proposal | None:
    """The proposal of an act about something that is stored as waiting, also one whose time is over."""
    statement = select(Proposal).where(
        Proposal.act == act, Proposal.reference == reference, Proposal.state == STATES[0]
    )
    return session.scalars(statement.with_for_update()).first()


def state_of(proposal: Proposal, now: dt.datetime) -> str:
    """The state of a proposal now: one that waits is expired when its time is over, whether or not that is stored."""
    return "expired" if proposal.state == STATES[0] and proposal.expires_at <= now else proposal.state


def of_department(
    session: Session,
    acts: Collection[str],
    department_id: int | None,
    state: str,
    page: Page,
) -> Sequence[Proposal]:
    """Proposals of these acts in a state at an instant that belong to no department or to this one, oldest first."""
    is_over = Proposal.expires_at <= page.now
    in_state = Proposal.state == state
    if state == "proposed":
        in_state &= ~is_over
    if state == "expired":
        in_state |= (Proposal.state == "proposed") & is_over
    statement = select(Proposal).where(
        Proposal.act.in_(acts),
        in_state,
        Proposal.id > page.after,
        Proposal.department_id.is_(None) | (Proposal.department_id == department_id),
    )
    return session.scalars(statement.order_by(Proposal.id).limit(page.limit)).all()


def names(session: Session, proposals: Collection[Proposal]) -> dict[int, str]:
    """The names of the accounts that proposed and decided, by their numbers."""
    numbers = {number for row in proposals for number in (row.proposed_by, row.decided_by) if number is not None}
    rows = session.scalars(select(Account).where(Account.id.in_(numbers)))
    return {account.id: account.name for account in rows}
