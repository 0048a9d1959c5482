"""Penalties as they lie on a verifier's desk: those that wait for this officer, what deserves a look first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from registry.domain.permissions import Actor
from registry.models import Account, Penalty, PenaltyFiling
from registry.queries.cases.penalties import AWAITING
from registry.refusals.acts import OutOfScope, PenaltyUnknown

Place = tuple[int, int]
"""Findings that deserve a look and row number of the last penalty of a page."""


@dataclass(frozen=True)
class Page:
    """A page of penalties; ``next`` is the place after which the next one begins, None on the last."""

    penalties: Sequence[Penalty]
    next: Place | None


def own(session: Session, actor: Actor, record: str) -> Penalty:
    """A penalty of the actor's department and scope; any other reads as absent: refuses ``PenaltyUnknown``."""
    statement = select(Penalty).where(Penalty.record == record).options(selectinload(Penalty.filings))
    row = session.scalars(statement).first()
    if row is None or row.department_id != actor.department_id:
        raise PenaltyUnknown()
    try:
        actor.require_scope(*row.scope)
    except OutOfScope:
        raise PenaltyUnknown() from None
    return row


def to_verify(session: Session, actor: Actor, import_id: int | None, after: Place | None, limit: int) -> Page:
    """The penalties that wait for verification by the actor, those with most findings that deserve a look first."""
    statement = _newest(actor).where(Penalty.state.in_(AWAITING), PenaltyFiling.filed_by != actor.account_id)
    if import_id is not None:
        statement = statement.where(PenaltyFiling.import_id == import_id)
    if after is not None:
        attention, number = after
        is_behind = (PenaltyFiling.attention == attention) & (Penalty.id > number)
        statement = statement.where((PenaltyFiling.attention < attention) | is_behind)
    return _read(session, actor, statement.order_by(PenaltyFiling.attention.desc(), Penalty.id), limit)


def filed(session: Session, actor: Actor, states: Sequence[str], after: Place | None, limit: int) -> Page:
    """The penalties of the actor's department in these states, the newest first; of any state when none is named."""
    statement = _newest(actor)
    if states:
        statement = statement.where(Penalty.state.in_(states))
    if after is not None:
        statement = statement.where(Penalty.id < after[1])
    return _read(session, actor, statement.order_by(Penalty.id.desc()), limit)


def account_names(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    """The names of accounts by their numbers."""
    return {row.id: row.name for row in session.scalars(select(Account).where(Account.id.in_(set(numbers))))}


def _newest(actor: Actor) -> Select[tuple[Penalty]]:
    """The penalties of a department, each with its newest filing."""
    newest = select(func.max(PenaltyFiling.id)).where(PenaltyFiling.penalty_id == Penalty.id)
    return (
        select(Penalty)
        .join(PenaltyFiling, PenaltyFiling.id == newest.correlate(Penalty).scalar_subquery())
        .where(Penalty.department_id == actor.department_id)
    )


def _read(session: Session, actor: Actor, statement: Select[tuple[Penalty]], limit: int) -> Page:
    rows = list(session.scalars(statement.options(selectinload(Penalty.filings)).limit(limit + 1)))
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return Page([row for row in shown if actor.covers(*row.scope)], (last.filing.attention, last.id) if last else None)
