"""Disputes and repairs until they are decided: applied for without an account, accepted or refused, extended."""

import base64
import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from registry.domain.cases import procedures, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.relief import Application, without_filenames
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.naming import name_key
from registry.domain.publication import canonical
from registry.models import AuditEvent, Listing, Penalty, Publication, Relief
from registry.queries.cases import procedure_records
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import (
    ApplicantUnfit,
    NotDecidedHere,
    ReliefOpen,
    ReliefRefused,
    RepairTooEarly,
    TooManyApplications,
)
from registry.services.cases import revisions, steps
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

_NUMBER_BYTES = 10
UNFIT = "applicant-unfit"
"""What the audit trail files strangers' attempts under."""


def apply(work: UnitOfWork, application: Application, given: StepInput) -> Relief:
    """Take in an application of the subject or its agent; a disputed record is marked at once.

    Refuses ``RecordUnknown``, ``NotDecidedHere``, ``ApplicantUnfit``, ``ReliefOpen``, ``RepairTooEarly``,
    ``ReliefRefused`` (an agent without authorisation), ``DocumentMissing``, ``TooManyApplications``.
    """
    procedure = procedures.PROCEDURES[application.noun]
    work.actor.require(procedure.permission("apply"))
    _require_capacity(work)
    holder = _holder(work, application.about)
    shown = revisions.newest(work, application.about)
    _require_subject(work, application, shown)
    if application.agent and "authorisation" not in given.kinds:
        raise ReliefRefused("代理人应提交授权委托书")
    _require_none_open(work, application)
    if application.noun == "repair":
        require_repairable(work, shown)
    sectors, district = holder.scope
    held = Relief(
        record=f"{work.today:%Y%m%d}-{base64.b32encode(secrets.token_bytes(_NUMBER_BYTES)).decode()}",
        noun=application.noun,
        about=application.about,
        about_noun=holder.noun,
        department_id=holder.department_id,
        state=INITIAL,
        version=0,
        content=canonical.dumps({"sectors": sorted(sectors), "district": district, "outcome": None}).decode(),
        received_at=work.now,
    )
    work.session.add(held)
    filled = replace(
        given,
        documents=without_filenames(given.documents),
        private=_private(application),
        days={"received_on": work.today},
    )
    steps.take_step(work, held, procedure.step(INITIAL, "apply"), filled)
    if application.noun == "dispute" and shown.state == "published":
        today = work.today.isoformat()
        revisions.revise(work, held.about, lambda body: revision.changed(body, "mark", disputed_on=today))
    return held


def note_unfit(work: UnitOfWork, about: str) -> None:
    """Note that somebody applied who is not the subject: attempts count like applications.

    Without that, whoever has a person's number could try it on every record until one takes it, and so learn
    what is not public. It is an act of its own, because the refused one leaves nothing.
    """
    audit.note(work, "relief.unfit", UNFIT, about)


def accept(work: UnitOfWork, number: str, given: StepInput) -> Relief:
    """Take an application into hand."""
    held, step = admit(work, number, "accept", given)
    held.accepted_on = work.today
    steps.take_step(work, held, step, replace(given, days={"accepted_on": work.today}))
    return held


def refuse(work: UnitOfWork, number: str, reason: str, given: StepInput) -> Relief:
    """Refuse to take an application into hand (不予受理), with the reason."""
    return _end(work, number, "refuse", {"outcome": "refused", "reason": reason}, given)


def cancel(work: UnitOfWork, number: str, given: StepInput) -> Relief:
    """The applicant, known by the receipt number, takes the application back."""
    return _end(work, number, "cancel", {"outcome": "cancelled"}, given)


def extend(work: UnitOfWork, number: str, reason: str, given: StepInput) -> Relief:
    """Extend the time for the decision, once. Refuses ``ReliefRefused`` a second time."""
    held, step = admit(work, number, "extend", given)
    if any(one.act == "extend" for one in procedure_records.steps(work.session, number)):
        raise ReliefRefused("期限只能延长一次")
    days = {"accepted_on": held.accepted_on or work.today, "extended_on": work.today}
    steps.take_step(work, held, step, replace(given, stated={"reason": reason}, days=days))
    return held


def admit(work: UnitOfWork, number: str, act: str, given: StepInput) -> tuple[Relief, Step]:
    """The relief, locked, and the step that ``act`` is now; refusals of ``proceedings.admit``."""
    held = procedure_records.by_record(work.session, Relief, number, lock=True)
    return held, steps.admit_step(work, held, act, if_version=given.if_version)


def end(work: UnitOfWork, held: Relief, step: Step, facts: Mapping[str, Any], given: StepInput) -> None:
    """Take the step that ends a relief, keep its outcome, and take the mark off the record."""
    held.content = canonical.dumps({**held.facts, **facts}).decode()
    steps.take_step(work, held, step, replace(given, stated=facts))
    if held.noun == "dispute":
        _unmark(work, held.about)


def require_repairable(work: UnitOfWork, shown: Publication) -> None:
    """Refuse ``RecordUnknown`` for what is no longer shown, ``RepairTooEarly`` before the minimum is over."""
    body = publications.body(shown)
    if shown.state != "published" or shown.visible_until <= work.today:
        raise RecordUnknown()
    if work.today < dt.date.fromisoformat(body["repairable_from"]):
        raise RepairTooEarly(f"自 {body['repairable_from']} 起可以申请")


def _end(work: UnitOfWork, number: str, act: str, facts: Mapping[str, Any], given: StepInput) -> Relief:
    held, step = admit(work, number, act, given)
    end(work, held, step, facts, given)
    return held


def _unmark(work: UnitOfWork, record: str) -> None:
    """Nothing to do for what is not shown, or carries no mark."""
    body = publications.body(revisions.newest(work, record))
    if body["state"] == "published" and "disputed_on" in body:
        revisions.revise(work, record, lambda held: revision.changed(held, "unmark", disputed_on=None))


def _holder(work: UnitOfWork, record: str) -> Penalty | Listing:
    try:
        return procedure_records.holder(work.session, record)
    except RecordUnknown:
        if revisions.newest(work, record).origin != work.settings.node:
            raise NotDecidedHere() from None
        raise


def _require_subject(work: UnitOfWork, application: Application, shown: Publication) -> None:
    """Name and number must both be the record's: a code alone is known to everybody."""
    index = None
    if application.id_number:
        index = work.keys.vault.index(application.id_type or "", application.id_number).hex()
    is_same = name_key.key(application.name) == shown.name_key
    if not is_same or application.uscc != shown.uscc or index != shown.id_index:
        raise ApplicantUnfit()


def _require_none_open(work: UnitOfWork, application: Application) -> None:
    question = select(Relief.id).where(
        Relief.about == application.about,
        Relief.noun == application.noun,
        Relief.state.in_(procedures.OPEN_RELIEF),
    )
    if work.session.scalars(question.limit(1)).first() is not None:
        raise ReliefOpen()


def _require_capacity(work: UnitOfWork) -> None:
    """Nobody needs an account to apply, so no more are taken within an hour than people can read.

    Strangers' attempts count too, see ``note_unfit``.
    """
    since = work.now - dt.timedelta(hours=1)
    taken = select(func.count()).select_from(Relief).where(Relief.received_at > since)
    refused = select(func.count()).where(AuditEvent.reference == UNFIT, AuditEvent.at > since)
    recent = sum(work.session.execute(question).scalar_one() for question in (taken, refused))
    if recent >= work.settings.applications_per_hour_max:
        raise TooManyApplications()


def _private(application: Application) -> dict[str, Any]:
    kept = {name: getattr(application, name) for name in ("name", "uscc", "agent", "contact", "statement")}
    last4 = application.id_number[-4:] if application.id_number else None
    return kept | {"id_last4": last4}
