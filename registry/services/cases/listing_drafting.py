"""Draft, review, notify and decide a listing before it is published. None of these steps is public."""

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


def draft(work: UnitOfWork, draft_fields: Mapping[str, Any], step_input: StepInput) -> Listing:
    """Propose a subject for a list.

    Refuses ``OutOfRole``, ``OutOfScope``, ``SchemeUnknown``, ``ListingRefused``, ``MeasureOutsideScheme``,
    ``GroundUnfit``, ``AuthorityNotOwn``, ``ListedAlready``.
    """
    work.actor.require(procedures.LISTING.permission("draft"))
    new_proposal = _parse_draft(work, draft_fields)
    subject = identify(work, new_proposal.subject)
    # Two proposals of one subject at once: the second waits.
    reference_data.hold_scheme(work.session, new_proposal.scheme)
    _require_unlisted(work, new_proposal.scheme, subject.key)
    department = penalties.department(work.session, work.actor.department_id)
    _require_authority(department, new_proposal)
    listing_row = Listing(
        record=secrets.token_hex(16),
        department_id=department.id,
        state=INITIAL,
        version=0,
        content=_build_content(new_proposal),
        scheme=new_proposal.scheme,
        subject_key=subject.key,
        id_index=subject.index,
        id_sealed=subject.sealed,
    )
    work.session.add(listing_row)
    steps.take_step(work, listing_row, procedures.LISTING.step(INITIAL, "draft"), step_input)
    return listing_row


def redraft(work: UnitOfWork, record: str, draft_fields: Mapping[str, Any], step_input: StepInput) -> Listing:
    """Redraft the proposal of a listing, for the same subject and scheme.

    Refuses ``ListingRefused`` for another subject or scheme.
    """
    listing_row, step = admit_listing_step(work, record, "redraft", step_input)
    new_proposal = _parse_draft(work, draft_fields)
    if (new_proposal.scheme, identify(work, new_proposal.subject).key) != (listing_row.scheme, listing_row.subject_key):
        raise ListingRefused("更改名单或者主体的，应另行提出")
    _require_authority(listing_row.department, new_proposal)
    listing_row.content = _build_content(new_proposal)
    steps.take_step(work, listing_row, step, step_input)
    return listing_row


def simple_step(work: UnitOfWork, record: str, act: str, step_input: StepInput) -> Listing:
    """Take a step that only changes the state of a listing: watch, review, return, statement, close, archive."""
    listing_row, step = admit_listing_step(work, record, act, step_input)
    steps.take_step(work, listing_row, step, step_input)
    return listing_row


def serve_notice(
    work: UnitOfWork, record: str, served_on: dt.date, reply_until: dt.date | None, step_input: StepInput
) -> Listing:
    """Serve the notice of a proposed listing: facts, basis, measures, the way off the list and the right to reply.

    Opens the defence window, counted from service. Refuses ``SchemeWithoutBasis`` and ``ChangeInFuture``.
    """
    listing_row, step = admit_listing_step(work, record, "notice", step_input)
    require_basis(work, listing_row)
    require_past(work, served_on)
    reference = reference_data.current(work.session)
    days = reference.threshold("listing_reply_days", served_on) or 0
    listing_row.reply_until = max(reference.calendar.add(served_on, days).day, reply_until or served_on)
    notice_facts = {"served_on": served_on.isoformat(), "reply_until": listing_row.reply_until.isoformat()}
    set_facts(listing_row, notice=notice_facts)
    steps.take_step(work, listing_row, step, replace(step_input, statements=notice_facts))
    return listing_row


def decide(work: UnitOfWork, record: str, decision: Decision, step_input: StepInput) -> Listing:
    """Decide to list a subject, over the signature of the head of the authority.

    Refuses ``DefenceWindowOpen``, ``SchemeWithoutBasis``, ``GroundUnfit``, ``TermRefused``, and ``ListingRefused``
    when a statement was made and the decision does not answer it.
    """
    listing_row, step = admit_listing_step(work, record, "decide", step_input)
    scheme = require_basis(work, listing_row)
    require_past(work, decision.decided_on)
    if listing_row.reply_until is None or decision.decided_on <= listing_row.reply_until:
        raise DefenceWindowOpen()
    if listing_row.state == "heard" and not decision.answer:
        raise ListingRefused("决定应写明对陈述申辩的答复")
    require_grounds(work, listing_row)
    facts = listing_row.facts
    scheme_measures = [
        measure
        for measure in reference_data.current(work.session).measures(decision.decided_on)
        if measure.code in facts["measures"]
    ]
    listing.require_term(scheme, scheme_measures, decision)
    decision_facts = listing.to_json_values(decision)
    set_facts(listing_row, decision=decision_facts)
    days = {"decided_on": decision.decided_on}
    steps.take_step(work, listing_row, step, replace(step_input, statements=decision_facts, days=days))
    return listing_row


def admit_listing_step(work: UnitOfWork, record: str, act: str, step_input: StepInput) -> tuple[Listing, Step]:
    """Lock a listing and return it with the step that ``act`` is now; refuses what ``steps.admit_step`` refuses."""
    listing_row = procedure_records.by_record(work.session, Listing, record, lock=True)
    return listing_row, steps.admit_step(work, listing_row, act, if_version=step_input.if_version)


def require_basis(work: UnitOfWork, listing_row: Listing) -> Scheme:
    """Require that the scheme of a listing may publish, and return the scheme in force.

    Refuses ``SchemeUnknown``, and ``SchemeWithoutBasis`` where the scheme may only be kept inside.
    """
    scheme = _require_scheme(work, listing_row.scheme)
    if not scheme.may_publish:
        raise SchemeWithoutBasis()
    return scheme


def require_grounds(work: UnitOfWork, listing_row: Listing) -> None:
    """Refuse ``GroundUnfit`` when a penalty that a listing rests on does not stand any more."""
    grounds = tuple(Ground(**_parse_ground(ground)) for ground in listing_row.facts["grounds"])
    _complete_grounds(work, grounds, listing_row.subject_key)


def require_past(work: UnitOfWork, day: dt.date) -> None:
    """Refuse ``ChangeInFuture`` for a day that has not come."""
    if day > work.today:
        raise ChangeInFuture()


def set_facts(listing_row: Listing, **facts: Any) -> None:
    """Set facts in the content of a listing."""
    listing_row.content = canonical.dumps(listing_row.facts | facts).decode()


def _require_scheme(work: UnitOfWork, code: str) -> Scheme:
    scheme = reference_data.current(work.session).scheme(code, work.today)
    if scheme is None:
        raise SchemeUnknown()
    return scheme


def _parse_draft(work: UnitOfWork, draft_fields: Mapping[str, Any]) -> Proposal:
    scheme = _require_scheme(work, draft_fields["scheme"])
    new_proposal = proposal.parse_proposal(draft_fields, scheme, reference_data.current(work.session).filing_rules)
    work.actor.require_scope(frozenset(new_proposal.sectors), new_proposal.district)
    return replace(
        new_proposal, grounds=_complete_grounds(work, new_proposal.grounds, identify(work, new_proposal.subject).key)
    )


def _complete_grounds(work: UnitOfWork, grounds: tuple[Ground, ...], subject_key: str) -> tuple[Ground, ...]:
    """The grounds, those of penalties filled from their records; each penalty must stand, and be the subject's own."""
    return tuple(
        _build_penalty_ground(work, ground.record, subject_key)
        if ground.kind == "penalty" and ground.record
        else ground
        for ground in grounds
    )


def _build_penalty_ground(work: UnitOfWork, record: str, subject_key: str) -> Ground:
    publication = publications.bearing(work.session, record)
    if publication is None or publication.kind != "penalty" or publications.subject_key(publication) != subject_key:
        raise GroundUnfit()
    body = json.loads(publication.body)
    return Ground(
        "penalty",
        body["document_number"],
        record,
        body["authority"]["name"],
        dt.date.fromisoformat(body["decided_on"]),
    )


def _require_authority(department: Department, new_proposal: Proposal) -> None:
    if department.authority_code not in (None, new_proposal.authority_code):
        raise AuthorityNotOwn()


def _parse_ground(ground: dict[str, Any]) -> dict[str, Any]:
    decided_on = ground["decided_on"]
    return ground | {"decided_on": dt.date.fromisoformat(decided_on) if decided_on else None}


def _build_content(new_proposal: Proposal) -> str:
    return canonical.dumps(
        listing.content(new_proposal) | {"notice": None, "decision": None, "served_on": None}
    ).decode()


def _require_unlisted(work: UnitOfWork, scheme: str, subject_key: str) -> None:
    statement = select(Listing.id).where(
        Listing.scheme == scheme, Listing.subject_key == subject_key, Listing.state.not_in(OVER)
    )
    if work.session.scalars(statement.limit(1)).first() is not None:
        raise ListedAlready()
