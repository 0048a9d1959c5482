"""The acts that lead to a listing: draft, legal review, notice, statement, decision. None of them is public."""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from registry.domain.cases import listing, procedures, proposal
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.listing import Decision, Ground, Proposal
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.law.reference_kinds import Scheme
from registry.domain.publication import canonical
from registry.models import Department, Listing
from registry.queries.cases import penalties, procedure_records
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import AuthorityNotOwn, ChangeInFuture
from registry.refusals.procedure import (
    DefenceWindowOpen,
    GroundUnfit,
    ListedAlready,
    ListingRefused,
    SchemeUnknown,
    SchemeWithoutBasis,
)
from registry.services.cases import steps
from registry.services.cases.identity import identify
from registry.unit_of_work import UnitOfWork

OVER = ("removed", "revoked", "closed", "archived")
"""States after which the subject may be proposed for the same list again."""


def draft(work: UnitOfWork, given_draft: Mapping[str, Any], given: StepInput) -> Listing:
    """Propose a subject for a list.

    Refuses ``OutOfRole``, ``OutOfScope``, ``SchemeUnknown``, ``ListingRefused``, ``MeasureOutsideScheme``,
    ``GroundUnfit``, ``AuthorityNotOwn``, ``ListedAlready``.
    """
    work.actor.require(procedures.LISTING.permission("draft"))
    proposed = _read(work, given_draft)
    subject = identify(work, proposed.subject)
    reference_data.hold_scheme(work.session, proposed.scheme)  # two proposals of one subject at once: the second waits
    _require_unlisted(work, proposed.scheme, subject.key)
    department = penalties.department(work.session, work.actor.department_id)
    _require_authority(department, proposed)
    held = Listing(
        record=secrets.token_hex(16),
        department_id=department.id,
        state=INITIAL,
        version=0,
        content=_content(proposed),
        scheme=proposed.scheme,
        subject_key=subject.key,
        id_index=subject.index,
        id_sealed=subject.sealed,
    )
    work.session.add(held)
    steps.take_step(work, held, procedures.LISTING.step(INITIAL, "draft"), given)
    return held


def redraft(work: UnitOfWork, record: str, given_draft: Mapping[str, Any], given: StepInput) -> Listing:
    """State the proposal anew, for the same subject and scheme."""
    held, step = admit(work, record, "redraft", given)
    proposed = _read(work, given_draft)
    if (proposed.scheme, identify(work, proposed.subject).key) != (held.scheme, held.subject_key):
        raise ListingRefused("更改名单或者主体的，应另行提出")
    _require_authority(held.department, proposed)
    held.content = _content(proposed)
    steps.take_step(work, held, step, given)
    return held


def simple(work: UnitOfWork, record: str, act: str, given: StepInput) -> Listing:
    """An act that only moves the listing on: watch, review, return, statement, close, archive."""
    held, step = admit(work, record, act, given)
    steps.take_step(work, held, step, given)
    return held


def notice(work: UnitOfWork, record: str, served_on: dt.date, reply_until: dt.date | None, given: StepInput) -> Listing:
    """Serve the notice of facts, basis, measures, the way off the list and the right to reply.

    Opens the defence window, counted from service. Refuses ``SchemeWithoutBasis`` and ``ChangeInFuture``.
    """
    held, step = admit(work, record, "notice", given)
    require_basis(work, held)
    require_past(work, served_on)
    reference = reference_data.current(work.session)
    days = reference.threshold("listing_reply_days", served_on) or 0
    held.reply_until = max(reference.calendar.add(served_on, days).day, reply_until or served_on)
    told = {"served_on": served_on.isoformat(), "reply_until": held.reply_until.isoformat()}
    state(held, notice=told)
    steps.take_step(work, held, step, replace(given, stated=told))
    return held


def decide(work: UnitOfWork, record: str, decision: Decision, given: StepInput) -> Listing:
    """Decide to list, over the signature of the head of the authority.

    Refuses ``DefenceWindowOpen``, ``SchemeWithoutBasis``, ``GroundUnfit``, ``TermRefused``, and ``ListingRefused``
    when a statement was made and the decision does not answer it.
    """
    held, step = admit(work, record, "decide", given)
    scheme = require_basis(work, held)
    require_past(work, decision.decided_on)
    if held.reply_until is None or decision.decided_on <= held.reply_until:
        raise DefenceWindowOpen()
    if held.state == "heard" and not decision.answer:
        raise ListingRefused("决定应写明对陈述申辩的答复")
    require_grounds(work, held)
    facts = held.facts
    named = [
        one
        for one in reference_data.current(work.session).measures(decision.decided_on)
        if one.code in facts["measures"]
    ]
    listing.require_term(scheme, named, decision)
    stated = listing.plain(decision)
    state(held, decision=stated)
    days = {"decided_on": decision.decided_on}
    steps.take_step(work, held, step, replace(given, stated=stated, days=days))
    return held


def admit(work: UnitOfWork, record: str, act: str, given: StepInput) -> tuple[Listing, Step]:
    """The listing, locked, and the step that ``act`` is now; refusals of ``proceedings.admit``."""
    held = procedure_records.by_record(work.session, Listing, record, lock=True)
    return held, steps.admit_step(work, held, act, if_version=given.if_version)


def require_basis(work: UnitOfWork, held: Listing) -> Scheme:
    """The scheme in force; refuses ``SchemeUnknown``, and ``SchemeWithoutBasis`` where it may only be kept inside."""
    scheme = _scheme(work, held.scheme)
    if not scheme.may_publish:
        raise SchemeWithoutBasis()
    return scheme


def require_grounds(work: UnitOfWork, held: Listing) -> None:
    """Refuse ``GroundUnfit`` when a penalty that a listing rests on does not stand any more."""
    grounds = tuple(Ground(**_typed(one)) for one in held.facts["grounds"])
    _require_grounds(work, grounds, held.subject_key)


def require_past(work: UnitOfWork, day: dt.date) -> None:
    """Refuse ``ChangeInFuture`` for a day that has not come."""
    if day > work.today:
        raise ChangeInFuture()


def state(held: Listing, **facts: Any) -> None:
    """Set facts of a listing."""
    held.content = canonical.dumps(held.facts | facts).decode()


def _scheme(work: UnitOfWork, code: str) -> Scheme:
    found = reference_data.current(work.session).scheme(code, work.today)
    if found is None:
        raise SchemeUnknown()
    return found


def _read(work: UnitOfWork, given_draft: Mapping[str, Any]) -> Proposal:
    scheme = _scheme(work, given_draft["scheme"])
    read = proposal.parse_proposal(given_draft, scheme, reference_data.current(work.session).filing_rules)
    work.actor.require_scope(frozenset(read.sectors), read.district)
    return replace(read, grounds=_require_grounds(work, read.grounds, identify(work, read.subject).key))


def _require_grounds(work: UnitOfWork, grounds: tuple[Ground, ...], subject_key: str) -> tuple[Ground, ...]:
    """The grounds with what the records say of themselves; each penalty must stand, and be the subject's own."""
    return tuple(
        _penalty_ground(work, one.record, subject_key) if one.kind == "penalty" and one.record else one
        for one in grounds
    )


def _penalty_ground(work: UnitOfWork, record: str, subject_key: str) -> Ground:
    held = publications.bearing(work.session, record)
    if held is None or held.kind != "penalty" or publications.subject_key(held) != subject_key:
        raise GroundUnfit()
    body = json.loads(held.body)
    return Ground(
        "penalty",
        body["document_number"],
        record,
        body["authority"]["name"],
        dt.date.fromisoformat(body["decided_on"]),
    )


def _require_authority(department: Department, proposed: Proposal) -> None:
    if department.authority_code not in (None, proposed.authority_code):
        raise AuthorityNotOwn()


def _typed(ground: dict[str, Any]) -> dict[str, Any]:
    decided_on = ground["decided_on"]
    return ground | {"decided_on": dt.date.fromisoformat(decided_on) if decided_on else None}


def _content(proposed: Proposal) -> str:
    return canonical.dumps(listing.content(proposed) | {"notice": None, "decision": None, "served_on": None}).decode()


def _require_unlisted(work: UnitOfWork, scheme: str, subject_key: str) -> None:
    question = select(Listing.id).where(
        Listing.scheme == scheme, Listing.subject_key == subject_key, Listing.state.not_in(OVER)
    )
    if work.session.scalars(question.limit(1)).first() is not None:
        raise ListedAlready()
