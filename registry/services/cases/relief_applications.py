"""Apply for disputes and repairs without an account; accept, refuse, extend or cancel an application."""

import base64
import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from registry import photographs
from registry.domain.cases import procedures, revision
from registry.domain.cases.case_file import StepDocument, StepInput
from registry.domain.cases.relief import Application, without_filenames
from registry.domain.cases.workflow import INITIAL, Step
from registry.domain.law.publicity import NO_END, add_months
from registry.domain.naming import name_key
from registry.domain.publication import canonical
from registry.errors import Fault
from registry.models import Listing, Penalty, Publication, Relief
from registry.phrases import Phrase
from registry.queries.cases import procedure_records, relief_status
from registry.queries.cases.procedure_records import Proceeding
from registry.queries.law import reference_data
from registry.queries.publication import publications
from registry.refusals.acts import RecordUnknown
from registry.refusals.procedure import (
    ApplicantUnfit,
    ReliefRefused,
    RepairTooEarly,
    TooManyApplications,
)
from registry.services.cases import relief_confirmation, relief_notices, revisions, steps
from registry.services.node import audit, rate_limits
from registry.unit_of_work import UnitOfWork, day_of

_NUMBER_BYTES = 10
SECONDS_OF_A_DAY = 86_400
UNFIT = "applicant-unfit"
"""The reference of strangers' attempts in the audit trail."""


class ApplicantPapers(StepInput):
    """The documents of an applicant as they are kept. Made by ``read_papers``, before the transaction begins."""


def read_papers(documents: Sequence[StepDocument], if_version: int | None = None) -> ApplicantPapers:
    """The documents of an applicant, photographs written anew: one from a telephone tells where it was taken.

    Unpacking a picture takes long, so it is done outside of any transaction. Refuses ``DocumentRefused``.
    """
    kept = [
        replace(document, content=photographs.rewrite(document.content)) if document.content is not None else document
        for document in documents
    ]
    return ApplicantPapers(documents=kept, if_version=if_version)


def apply(work: UnitOfWork, application: Application, step_input: ApplicantPapers, code: str = "") -> Relief:
    """Receive an application of the subject or its agent. It counts as the subject's own only once it is confirmed: at
    once by a ``code``, else later.

    Refuses ``ApplicantUnfit``, also for a record that is not public or not there, ``NotDecidedHere``, ``CodeWrong``,
    ``ReliefOpen``, ``RepairTooEarly``, ``ReliefRefused`` (an agent without authorisation), ``DocumentMissing``,
    ``TooManyApplications`` without a code.
    """
    procedure = procedures.PROCEDURES[application.noun]
    work.actor.require(procedure.permission("apply"))
    case, publication = _find_own_record(work, application)
    if application.agent and "authorisation" not in step_input.kinds:
        raise ReliefRefused("代理人应提交授权委托书")
    if code:
        relief_confirmation.redeem_code(work, application.about, code)
    else:
        _require_capacity(work, application, publication)
    relief_confirmation.require_none_confirmed(work, application.about, application.noun)
    if application.noun == "repair":
        require_repairable(work, publication)
        require_corrected(work, case, application.corrected_on)
    relief = _build_relief(work, application, case)
    work.session.add(relief)
    application_input = replace(
        step_input,
        documents=without_filenames(step_input.documents),
        private=_build_private(application),
        days={"received_on": work.today},
    )
    steps.take_step(work, relief, procedure.step(INITIAL, "apply"), application_input)
    if code:
        steps.take_step(work, relief, procedure.step(relief.state, "confirm"), StepInput())
        relief_confirmation.set_confirmed(work, relief)
    else:
        relief_confirmation.mail_code(work, relief, publication)
    return relief


def _build_relief(work: UnitOfWork, application: Application, case: Penalty | Listing) -> Relief:
    sectors, district = case.scope
    return Relief(
        record=f"{work.today:%Y%m%d}-{base64.b32encode(secrets.token_bytes(_NUMBER_BYTES)).decode()}",
        noun=application.noun,
        about=application.about,
        about_noun=case.noun,
        department_id=case.department_id,
        state=INITIAL,
        version=0,
        content=canonical.dumps(
            {
                "sectors": sorted(sectors),
                "district": district,
                "outcome": None,
                "confirmed_on": None,
                "corrected_on": application.corrected_on.isoformat() if application.corrected_on else None,
            }
        ).decode(),
        received_at=work.now,
    )


def note_unfit(work: UnitOfWork, about: str) -> None:
    """Note in the audit trail that somebody applied who is not the subject, in an act of its own, because the refused
    one leaves nothing. How many may be tried is limited per address, at the door."""
    audit.note(work, "relief.unfit", UNFIT, about)


def accept(work: UnitOfWork, number: str, step_input: StepInput) -> Relief:
    """Accept an application for decision (受理); who accepts it has looked at the applicant, so it is confirmed.

    Refuses ``ReliefOpen`` while another confirmed application of the kind is open.
    """
    relief, step = admit_relief_step(work, number, "accept", step_input)
    relief_confirmation.set_confirmed(work, relief)
    relief.accepted_on = work.today
    steps.take_step(work, relief, step, replace(step_input, days={"accepted_on": work.today}))
    relief_notices.queue_notice(work, relief)
    return relief


def refuse(work: UnitOfWork, number: str, reason: str, step_input: StepInput) -> Relief:
    """Refuse to accept an application for decision (不予受理), with the reason."""
    return _end_relief(work, number, "refuse", {"outcome": "refused", "reason": reason}, step_input)


def cancel(work: UnitOfWork, number: str, step_input: StepInput) -> Relief:
    """Cancel an application: the applicant, known by the receipt number, takes it back."""
    return _end_relief(work, number, "cancel", {"outcome": "cancelled"}, step_input)


def extend(work: UnitOfWork, number: str, reason: str, step_input: StepInput) -> Relief:
    """Extend the time for the decision, once. Refuses ``ReliefRefused`` a second time."""
    relief, step = admit_relief_step(work, number, "extend", step_input)
    if any(earlier_step.act == "extend" for earlier_step in procedure_records.steps(work.session, number)):
        raise ReliefRefused("期限只能延长一次")
    days = {"accepted_on": relief.accepted_on or work.today, "extended_on": work.today}
    steps.take_step(work, relief, step, replace(step_input, statements={"reason": reason}, days=days))
    return relief


def admit_relief_step(work: UnitOfWork, number: str, act: str, step_input: StepInput) -> tuple[Relief, Step]:
    """Lock a relief and return it with the step that ``act`` is now; refuses what ``steps.admit_step`` refuses."""
    relief = procedure_records.by_record(work.session, Relief, number, lock=True)
    return relief, steps.admit_step(work, relief, act, if_version=step_input.if_version)


def end_relief(work: UnitOfWork, relief: Relief, step: Step, facts: Mapping[str, Any], step_input: StepInput) -> None:
    """Take the step that ends a relief, keep its outcome, and take its mark off the record."""
    relief.content = canonical.dumps({**relief.facts, **facts}).decode()
    steps.take_step(work, relief, step, replace(step_input, statements=facts))
    relief_notices.queue_notice(work, relief)
    if relief.noun == "dispute" and relief.confirmed_on is not None:
        _remove_mark(work, relief.about)


def require_repairable(work: UnitOfWork, publication: Publication) -> None:
    """Refuse ``RecordUnknown`` for what is no longer shown, ``RepairTooEarly`` before the minimum is over."""
    body = publications.body(publication)
    if publication.state != "published" or publication.visible_until <= work.today:
        raise RecordUnknown()
    if dt.date.fromisoformat(body["repairable_from"]) >= NO_END:
        raise RepairTooEarly("限制措施没有期限，期间不能修复")
    if work.today < dt.date.fromisoformat(body["repairable_from"]):
        raise RepairTooEarly(Phrase("自 %(day)s 起可以申请", day=body["repairable_from"]))


def require_corrected(work: UnitOfWork, case: Proceeding, corrected_on: dt.date | None) -> None:
    """Refuse ``RepairTooEarly`` before the months that a scheme counts from the correction are over (人社部令第45号),
    ``ReliefRefused`` when the day of the correction is missing or has not come."""
    if not isinstance(case, Listing):
        return
    scheme = reference_data.current(work.session).scheme(case.scheme, work.today)
    if scheme is None or scheme.early_exit_from != "correction":
        return
    if corrected_on is None or corrected_on > work.today:
        code = "required" if corrected_on is None else "correction-in-future"
        raise ReliefRefused(faults=(Fault("/corrected_on", code, "请填写违法行为改正之日，不得晚于今天"),))
    opens = add_months(corrected_on, scheme.early_exit_months or 0)
    if work.today < opens:
        months = scheme.early_exit_months
        raise RepairTooEarly(Phrase("自改正之日起满%(months)s个月，即自 %(day)s 起可以申请", months=months, day=opens))


def corrected_on_of(relief: Relief) -> dt.date:
    """The day of correction that an application states; at the latest the day on which it was received."""
    stated = relief.facts.get("corrected_on")
    return dt.date.fromisoformat(stated) if stated else day_of(relief.received_at)


def _end_relief(work: UnitOfWork, number: str, act: str, facts: Mapping[str, Any], step_input: StepInput) -> Relief:
    relief, step = admit_relief_step(work, number, act, step_input)
    end_relief(work, relief, step, facts, step_input)
    return relief


def _remove_mark(work: UnitOfWork, record: str) -> None:
    """Nothing to do for what is not shown, or carries no mark."""
    body = publications.body(revisions.newest(work, record))
    if body["state"] == "published" and "disputed_on" in body:
        revisions.revise(
            work, record, lambda newest_body: revision.changed_body(newest_body, "unmark", disputed_on=None)
        )


def _find_own_record(work: UnitOfWork, application: Application) -> tuple[Penalty | Listing, Publication]:
    """The record of an application and its newest version, when the applicant is its subject.

    Of what the public cannot see, the answer to a stranger is the same whether it is there or not.
    """
    try:
        publication = relief_status.subject_of(work.session, application.about, work.settings.node, work.today)
        if publication is None:
            raise ApplicantUnfit()
        case = procedure_records.holder(work.session, application.about)
    except RecordUnknown:
        raise ApplicantUnfit() from None
    _require_subject(work, application, publication)
    return case, publication


def _require_subject(work: UnitOfWork, application: Application, publication: Publication) -> None:
    """Name and number must both be the record's: a code alone is known to everybody."""
    index = None
    if application.id_number:
        index = work.keys.vault.index(application.id_type or "", application.id_number).hex()
    is_same = name_key.key(application.name) == publication.name_key
    if not is_same or application.uscc != publication.uscc or index != publication.id_index:
        raise ApplicantUnfit()


def _require_capacity(work: UnitOfWork, application: Application, publication: Publication) -> None:
    """Anybody may apply in a firm's name, so only so many wait for confirmation; who has a code is not concerned."""
    statement = select(Relief).where(Relief.about == application.about, Relief.state == "received")
    waiting = sum(other.confirmed_on is None for other in work.session.scalars(statement))
    key = f"relief:{work.keys.vault.index('relief-subject', publications.subject_key(publication)).hex()}"
    if (
        waiting >= work.settings.applications_per_record_max
        or rate_limits.hit(work, key, SECONDS_OF_A_DAY) > work.settings.applications_per_subject_max
    ):
        raise TooManyApplications("当事人可以凭办理机关发给的核验码提交，不受此限")


def _build_private(application: Application) -> dict[str, Any]:
    private = {name: getattr(application, name) for name in ("name", "uscc", "agent", "contact", "statement")}
    last4 = application.id_number[-4:] if application.id_number else None
    return private | {"id_last4": last4}
