"""Suspend and resume published records, note that decisions no longer stand; remove and revoke listings."""

import datetime as dt
from dataclasses import replace
from typing import TypeVar

from registry.domain.cases import revision
from registry.domain.cases.case_file import StepInput
from registry.models import AdoptedListing, Listing, Penalty
from registry.queries.cases import procedure_records
from registry.refusals.acts import ChangeInFuture, RecordUnknown
from registry.refusals.procedure import ChangeDayMissing, TermRefused
from registry.services.cases import revisions, steps
from registry.services.cases.removal import RemovalCause, remove_record, start_removal_clock
from registry.services.law import clocks
from registry.services.law.clocks import DeadlineSubject
from registry.unit_of_work import UnitOfWork

Suspendable = Penalty | Listing | AdoptedListing
Case = TypeVar("Case", bound=Suspendable)
CAUSES = ("court_order", "authority_decision")
"""Documents by whose day a decision no longer stands."""


def suspend(
    work: UnitOfWork, record: str, since: dt.date, until: dt.date | None, reason: str, step_input: StepInput
) -> Suspendable:
    """Suspend a published record by order of a court or an authority, or for a reorganisation.

    It is not shown, and its measures rest from ``since``. ``until`` starts a clock and ends nothing by itself.

    Source: 行政复议法 42; 行政诉讼法 56; 信用修复管理办法 (破产重整). Refuses ``ChangeInFuture``, ``TermRefused``.
    """
    case = _require_own(work, procedure_records.suspendable(work.session, record))
    step = steps.admit_step(work, case, "suspend", if_version=step_input.if_version)
    if since > work.today:
        raise ChangeInFuture()
    if until is not None and until <= since:
        raise TermRefused("中止的截止日应晚于起始日")
    stated = {"since": since.isoformat(), "until": until.isoformat() if until else None}
    days = {"suspended_until": until} if until else {}
    steps.take_step(work, case, step, replace(step_input, statements=stated, days=days))
    revisions.revise(work, record, lambda body: revision.suspended_body(body, since, until, reason))
    start_removal_clock(work, case)
    return case


def resume(work: UnitOfWork, record: str, on: dt.date, step_input: StepInput) -> Suspendable:
    """Resume a suspended record: it is shown again; its measures hold from ``on``.

    Refuses ``ChangeInFuture``, and ``TermRefused`` when the listing's term is over meanwhile.
    """
    case = _require_own(work, procedure_records.suspendable(work.session, record))
    step = steps.admit_step(work, case, "resume", if_version=step_input.if_version)
    if on > work.today:
        raise ChangeInFuture()
    ends_on = _find_end(case)
    if ends_on is not None and ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    steps.take_step(work, case, step, replace(step_input, statements={"on": on.isoformat()}))
    disputed = revisions.disputed_on(work, record)  # a dispute may have begun, or been over, in the meantime
    revisions.revise(work, record, lambda body: revision.resumed_body(body, on, disputed))
    return case


def _require_own(work: UnitOfWork, case: Case) -> Case:
    """The case itself; of another department's nothing more is said than of a record that does not exist."""
    work.actor.require_own(case.department_id, RecordUnknown)
    return case


def _find_end(case: Suspendable) -> dt.date | None:
    """The first day after the term of a place on a list; None where it has none, and of a penalty."""
    if isinstance(case, AdoptedListing):
        return dt.date.fromisoformat(case.facts["ends_on"]) if case.facts["ends_on"] else None
    return case.ends_on if isinstance(case, Listing) else None


def note_change(
    work: UnitOfWork, record: str, reason: str, changed_on: dt.date | None, step_input: StepInput
) -> Penalty | Listing:
    """Note that a decision was changed, revoked, held illegal or void: the limit of taking it back starts.

    It counts from ``changed_on``, else from the day of the court's or the authority's document (行政处罚法 48, 85).
    Noted again, the running limit follows the day stated last. Nothing public changes. Refuses
    ``ChangeDayMissing``, ``ChangeInFuture``.
    """
    case = _require_own(work, procedure_records.holder(work.session, record))
    step = steps.admit_step(work, case, "note_change", if_version=step_input.if_version)
    issued = (document.issued_on for document in step_input.documents if document.kind in CAUSES)
    since = changed_on or next((day for day in issued if day), None)
    if since is None:
        raise ChangeDayMissing()
    if since > work.today:
        raise ChangeInFuture()
    stated = {"reason": reason, "changed_on": since.isoformat()}
    steps.take_step(work, case, step, replace(step_input, statements=stated, days={"changed_on": since}))
    sectors, district = case.scope
    subject = DeadlineSubject(record, case.department_id, sorted(sectors), district, {"changed_on": since})
    clocks.follow_facts(work, subject)
    return case


def clear_change(work: UnitOfWork, record: str, reason: str, step_input: StepInput) -> Penalty | Listing:
    """Clear what ``note_change`` noted by mistake: the limit ends. For the second officer, with the reason."""
    case = _require_own(work, procedure_records.holder(work.session, record))
    step = steps.admit_step(work, case, "clear_change", if_version=step_input.if_version)
    steps.take_step(work, case, step, replace(step_input, statements={"reason": reason}))
    return case


def remove(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, step_input: StepInput) -> Listing:
    """Remove a listing before its term is over, because the law or the scheme says so."""
    case = procedure_records.by_record(work.session, Listing, record, lock=True)
    step = steps.admit_step(work, case, "remove", if_version=step_input.if_version)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    remove_record(
        work, case, step, replace(step_input, statements=stated), RemovalCause("removed", "remove", reason, changed_on)
    )
    return case


def revoke(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, step_input: StepInput) -> Listing:
    """Revoke a listing that was wrong: from now on it reads as never listed, and every receiver is told."""
    case = procedure_records.by_record(work.session, Listing, record, lock=True)
    step = steps.admit_step(work, case, "revoke", if_version=step_input.if_version)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    revocation = replace(step_input, statements=stated, days={"changed_on": changed_on})
    if step.state in ("decided", "in_force"):  # it was never public
        if changed_on > work.today:
            raise ChangeInFuture()
        steps.take_step(work, case, step, revocation)
    else:
        remove_record(work, case, step, revocation, RemovalCause("revoked", "revoke", reason, changed_on))
    return case
