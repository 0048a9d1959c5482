"""Propose, confirm and refuse acts that take two persons: the one mechanism for all of them.

What one person proposes is tried at once and rolled back, so that a proposal nobody could confirm is refused with the
reason; another person confirms it, and only then it is done, in the transaction of the confirmation.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from registry.domain.permissions import Actor, Permission
from registry.domain.publication import canonical
from registry.models import Account, Proposal
from registry.queries.node import account_lookup, proposals
from registry.refusals.acts import (
    OutOfRole,
    OwnRights,
    ProposalDecided,
    ProposalExpired,
    ProposalOpen,
    ProposalUnknown,
    ProposerUnfit,
    SelfVerification,
)
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

EXPIRES_DAYS = 10
"""A proposal that nobody confirms within so many days is void (本登记簿规则)."""
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Holder:
    """To whom the record of a proposal belongs: department, sectors, district, and the record's version."""

    department_id: int
    sectors: frozenset[str]
    district: str | None
    version: int


@dataclass(frozen=True)
class ProposedAct:
    """An act that takes two persons: who proposes it, who confirms it, and how it is done.

    ``run`` does it and returns what the answer tells; it gets the reference, the arguments and the version of the
    record that the proposer saw. ``holder`` finds to whom a record belongs; without it the act is the node's.
    ``examine`` judges a proposal where the act cannot be tried. ``about_account``: the reference is an account whose
    rights it widens.
    """

    name: str
    proposed_by: Permission
    confirmed_by: Permission
    run: Callable[[UnitOfWork, str, Arguments, int | None], dict[str, Any]]
    holder: Callable[[Session, str], Holder] | None = None
    examine: Callable[[UnitOfWork, str, Arguments], None] | None = None
    about_account: bool = False


Acts = Mapping[str, ProposedAct]
"""All acts that take two persons, by name."""


def propose(
    work: UnitOfWork, act: ProposedAct, reference: str, arguments: Arguments, version: int | None = None
) -> Proposal:
    """Propose an act; it is done when another person confirms it within ``EXPIRES_DAYS``.

    ``arguments`` are kept sealed. ``version`` is the version of the record that the caller saw. Refuses what the act
    refuses, and ``ProposalOpen`` while the same act about the same thing waits.
    """
    work.actor.require(act.proposed_by)
    if work.actor.account_id is None:
        raise OutOfRole(permission=act.proposed_by)
    _try(work, act, reference, arguments, version)
    earlier = proposals.open_one(work.session, act.name, reference)
    if earlier is not None:
        if proposals.state_of(earlier, work.now) == "proposed":
            raise ProposalOpen(proposal=earlier.id)
        earlier.state = "expired"
        work.session.flush()
    holder = act.holder(work.session, reference) if act.holder else None
    proposal = Proposal(
        act=act.name,
        reference=reference,
        department_id=holder.department_id if holder else None,
        version=holder.version if holder else None,
        state="proposed",
        sealed=work.keys.vault.seal(canonical.dumps(dict(arguments))),
        proposed_by=work.actor.account_id,
        proposed_at=work.now,
        expires_at=work.now + dt.timedelta(days=EXPIRES_DAYS),
    )
    work.session.add(proposal)
    work.session.flush()
    audit.note(work, "proposal.propose", reference, f"{act.name}, proposal {proposal.id}")
    return proposal


def confirm(work: UnitOfWork, acts: Acts, number: int) -> tuple[Proposal, dict[str, Any]]:
    """Confirm another person's proposal and do the act; returns the proposal and what the act tells.

    Refuses ``ProposalUnknown``, ``ProposalDecided``, ``ProposalExpired``, ``SelfVerification``, ``OwnRights`` for what
    widens the rights of the own account, ``ProposerUnfit``, ``VersionStale`` when the record has changed since, and
    what the act refuses.
    """
    proposal, act = _admit_decision(work, acts, number)
    work.actor.require(act.confirmed_by)
    if proposal.proposed_by == work.actor.account_id:
        raise SelfVerification()
    if act.about_account and proposal.reference == work.actor.name:
        raise OwnRights()
    proposer = require_fit_proposer(work, proposal.proposed_by, act.proposed_by)
    if not is_visible(work.session, proposer, act, proposal):
        raise ProposerUnfit()
    work.session.flush()
    outcome = act.run(
        replace(work, proposer=proposer), proposal.reference, open_arguments(work, proposal), proposal.version
    )
    _decide(work, proposal, "confirmed", None)
    detail = f"{act.name}, proposal {proposal.id}, proposed by {proposer.name}"
    audit.note(work, "proposal.confirm", proposal.reference, detail)
    return proposal, outcome


def refuse(work: UnitOfWork, acts: Acts, number: int, reason: str) -> Proposal:
    """Refuse a proposal, or take the own one back, with the reason. Refuses as ``confirm`` does."""
    proposal, act = _admit_decision(work, acts, number)
    if proposal.proposed_by != work.actor.account_id:
        work.actor.require(act.confirmed_by)
    _decide(work, proposal, "refused", reason)
    audit.note(work, "proposal.refuse", proposal.reference, f"{act.name}, proposal {proposal.id}")
    return proposal


def is_visible(session: Session, reader: Actor, act: ProposedAct | None, proposal: Proposal) -> bool:
    """Whether somebody may see a proposal: who may propose or confirm such acts, for the own department and scope."""
    if act is None or not (reader.may(act.proposed_by) or reader.may(act.confirmed_by)):
        return False
    if act.holder is None:
        return True
    holder = act.holder(session, proposal.reference)
    return reader.department_id == holder.department_id and reader.covers(holder.sectors, holder.district)


def open_arguments(work: UnitOfWork, proposal: Proposal) -> dict[str, Any]:
    """The arguments of a proposal, opened."""
    arguments: dict[str, Any] = json.loads(work.keys.vault.open(proposal.sealed))
    return arguments


def _try(work: UnitOfWork, act: ProposedAct, reference: str, arguments: Arguments, version: int | None) -> None:
    """Do the act as if it were confirmed, and undo it: what it would refuse is refused now."""
    if act.examine is not None:
        act.examine(work, reference, arguments)
        return
    savepoint = work.session.begin_nested()
    try:
        act.run(replace(work, proposer=work.actor), reference, arguments, version)
    finally:
        savepoint.rollback()
        work.session.expire_all()


def _admit_decision(work: UnitOfWork, acts: Acts, number: int) -> tuple[Proposal, ProposedAct]:
    proposal = proposals.by_number(work.session, number, lock=True)
    act = acts.get(proposal.act)
    if act is None or not is_visible(work.session, work.actor, act, proposal):
        raise ProposalUnknown()
    state = proposals.state_of(proposal, work.now)
    if state == "expired":
        raise ProposalExpired()
    if state != "proposed":
        raise ProposalDecided()
    return proposal, act


def require_fit_proposer(work: UnitOfWork, account_id: int | None, permission: Permission) -> Actor:
    """Who proposed an act, if that account may still propose it on the day of the confirmation: one that has ended
    since is no second person. Refuses ``ProposerUnfit``."""
    account = work.session.get(Account, account_id) if account_id is not None else None
    if account is None or not account_lookup.is_valid(account, work.today):
        raise ProposerUnfit()
    proposer = account_lookup.actor_of(account)
    if not proposer.may(permission):
        raise ProposerUnfit()
    return proposer


def _decide(work: UnitOfWork, proposal: Proposal, state: str, reason: str | None) -> None:
    proposal.state, proposal.reason = state, reason
    proposal.decided_by, proposal.decided_at = work.actor.account_id, work.now
    work.session.flush()
