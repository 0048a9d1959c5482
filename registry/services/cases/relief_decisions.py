"""How disputes and repairs are decided, and what the decision does to the record, in the same transaction."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from registry.domain.cases import procedures, revision
from registry.domain.cases.case_file import StepInput
from registry.domain.law.deadlines import limit
from registry.errors import Refusal
from registry.models import Listing, Penalty, Relief
from registry.queries.cases import procedure_records
from registry.queries.law import reference_data
from registry.refusals.acts import ChangeInFuture
from registry.refusals.procedure import OutcomeUnfit
from registry.services.cases import (
    listing_publication,
    penalty_verification,
    relief_applications,
    revisions,
    steps,
    suspension,
)
from registry.services.cases.removal import RemovalCause, remove_record, start_removal_clock
from registry.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Ruling:
    """How a dispute is decided: the outcome, its reason, and since which day the record was wrong."""

    outcome: str
    reason: str
    changed_on: dt.date


def decide(work: UnitOfWork, number: str, ruling: Ruling, given: StepInput) -> Relief:
    """Decide a dispute and carry the outcome out (浙江省公共信用信息管理条例 30): a factual error deletes, an error of
    the text corrects, an omission supplements, over time stops disclosure, a wrong listing is taken off its list.

    Refuses ``OutcomeUnfit`` for an outcome that the record's state does not allow, and what the acts refuse.
    """
    held, step = relief_applications.admit(work, number, "decide", given)
    carry_out = OUTCOMES.get((held.about_noun, ruling.outcome))
    if carry_out is None:
        raise OutcomeUnfit()
    relief_applications.end(work, held, step, {"outcome": ruling.outcome, "reason": ruling.reason}, given)
    carry_out(work, held.about, ruling, replace(given, if_version=None))
    return held


def grant(work: UnitOfWork, number: str, reason: str, given: StepInput) -> Relief:
    """Grant a repair: publication, sharing and measures of the record end together (信用修复管理办法).

    Refuses ``RepairTooEarly``. That the duties are performed and the promise made, the documents given with the
    application show; that the other conditions are met, the officer states in the decision.
    """
    held, step = relief_applications.admit(work, number, "grant", given)
    relief_applications.require_repairable(work, revisions.newest(work, held.about))
    relief_applications.end(work, held, step, {"outcome": "granted", "reason": reason}, given)
    record = procedure_records.holder(work.session, held.about)
    act = "repair" if isinstance(record, Penalty) else "remove"
    given = replace(given, if_version=None, stated={"relief": number})
    remove_record(
        work,
        record,
        steps.admit_step(work, record, act, if_version=None),
        given,
        RemovalCause("repaired", "repair", "信用修复", work.today),
    )
    return held


def reject(work: UnitOfWork, number: str, reason: str, given: StepInput) -> Relief:
    """Reject a repair, with the reason."""
    held, step = relief_applications.admit(work, number, "reject", given)
    relief_applications.end(work, held, step, {"outcome": "rejected", "reason": reason}, given)
    return held


def _keep(_work: UnitOfWork, _record: str, _ruling: Ruling, _given: StepInput) -> None:
    """The record was right: only its mark is taken off."""


def _withdraw(work: UnitOfWork, record: str, ruling: Ruling, _given: StepInput) -> None:
    penalty_verification.withdraw(work, record, ruling.reason, ruling.changed_on, if_version=None)


def _revoke(work: UnitOfWork, record: str, ruling: Ruling, given: StepInput) -> None:
    suspension.revoke(work, record, ruling.reason, ruling.changed_on, given)


def _remove(work: UnitOfWork, record: str, ruling: Ruling, given: StepInput) -> None:
    suspension.remove(work, record, ruling.reason, ruling.changed_on, given)


def _verify_correction(work: UnitOfWork, record: str, _ruling: Ruling, _given: StepInput) -> None:
    """The correction must have been filed by a clerk before: it is verified with the decision."""
    if procedure_records.holder(work.session, record).state != "amended":
        raise OutcomeUnfit("应先报送更正后的内容")
    outcome = penalty_verification.verify(work, [record])[0]
    if isinstance(outcome, Refusal):
        raise outcome


def _publish_correction(work: UnitOfWork, record: str, _ruling: Ruling, given: StepInput) -> None:
    held = procedure_records.holder(work.session, record)
    if not isinstance(held, Listing) or held.state != "amended":
        raise OutcomeUnfit("应先提出更正后的内容")
    listing_publication.correct(work, record, given)


def _stop(work: UnitOfWork, record: str, ruling: Ruling, _given: StepInput) -> None:
    """Over time: the publication ends; the penalty itself stands, and its measures run to their own end."""
    if revisions.newest(work, record).state != "published":  # what was taken back must not come to bear again
        raise OutcomeUnfit()
    if ruling.changed_on > work.today:
        raise ChangeInFuture()
    due = limit(reference_data.current(work.session), "D03", ruling.changed_on).day
    removal = revision.Removal("expire", "expired", ruling.reason, ruling.changed_on, due)
    revisions.revise(work, record, lambda body: revision.stopped(body, removal, work.today))
    start_removal_clock(work, procedure_records.holder(work.session, record))


Carry = Callable[[UnitOfWork, str, Ruling, StepInput], None]
OUTCOMES: dict[tuple[str, str], Carry] = {
    (procedures.PENALTY.noun, "keep"): _keep,
    (procedures.PENALTY.noun, "delete"): _withdraw,
    (procedures.PENALTY.noun, "correct"): _verify_correction,
    (procedures.PENALTY.noun, "supplement"): _verify_correction,
    (procedures.PENALTY.noun, "stop_disclosure"): _stop,
    (procedures.LISTING.noun, "keep"): _keep,
    (procedures.LISTING.noun, "delete"): _revoke,
    (procedures.LISTING.noun, "correct"): _publish_correction,
    (procedures.LISTING.noun, "supplement"): _publish_correction,
    (procedures.LISTING.noun, "delist"): _remove,
}
"""What each outcome does to each kind of record."""
