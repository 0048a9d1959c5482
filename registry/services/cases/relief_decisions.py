"""Decide disputes and repairs, and carry the decision out on the record in the same transaction."""

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
    """The decision of a dispute: the outcome, its reason, and the day since which the record was wrong.

    ``confirmation``: why what was found about a filed correction is confirmed, where something was found.
    """

    outcome: str
    reason: str
    changed_on: dt.date
    confirmation: str = ""


def decide(work: UnitOfWork, number: str, ruling: Ruling, step_input: StepInput) -> Relief:
    """Decide a dispute and carry the outcome out (浙江省公共信用信息管理条例 30).

    A factual error deletes, an error of the text corrects, an omission supplements, over time stops disclosure, a
    wrong listing is taken off its list.

    Refuses ``OutcomeUnfit`` for an outcome that the record's state does not allow, and what the acts refuse.
    """
    relief, step = relief_applications.admit_relief_step(work, number, "decide", step_input)
    carry_out = OUTCOMES.get((relief.about_noun, ruling.outcome))
    if carry_out is None:
        raise OutcomeUnfit()
    relief_applications.end_relief(work, relief, step, {"outcome": ruling.outcome, "reason": ruling.reason}, step_input)
    carry_out(work, relief.about, ruling, replace(step_input, if_version=None))
    return relief


def grant(work: UnitOfWork, number: str, reason: str, step_input: StepInput) -> Relief:
    """Grant a repair: publication, sharing and measures of the record end together (信用修复管理办法).

    Refuses ``RepairTooEarly``. The documents of the application show that the duties are performed and the promise
    made; the officer states in the decision that the other conditions are met.
    """
    relief, step = relief_applications.admit_relief_step(work, number, "grant", step_input)
    relief_applications.require_repairable(work, revisions.newest(work, relief.about))
    case = procedure_records.holder(work.session, relief.about)
    relief_applications.require_corrected(work, case, relief_applications.corrected_on_of(relief))
    relief_applications.end_relief(work, relief, step, {"outcome": "granted", "reason": reason}, step_input)
    act = "repair" if isinstance(case, Penalty) else "remove"
    step_input = replace(step_input, if_version=None, statements={"relief": number})
    remove_record(
        work,
        case,
        steps.admit_step(work, case, act, if_version=None),
        step_input,
        RemovalCause("repaired", "repair", "信用修复", work.today),
    )
    return relief


def reject(work: UnitOfWork, number: str, reason: str, step_input: StepInput) -> Relief:
    """Reject a repair, with the reason."""
    relief, step = relief_applications.admit_relief_step(work, number, "reject", step_input)
    relief_applications.end_relief(work, relief, step, {"outcome": "rejected", "reason": reason}, step_input)
    return relief


def _keep_record(_work: UnitOfWork, _record: str, _ruling: Ruling, _step_input: StepInput) -> None:
    """The record was right: only its mark is taken off."""


def _withdraw_penalty(work: UnitOfWork, record: str, ruling: Ruling, _step_input: StepInput) -> None:
    penalty_verification.withdraw(work, record, ruling.reason, ruling.changed_on, if_version=None)


def _revoke_listing(work: UnitOfWork, record: str, ruling: Ruling, step_input: StepInput) -> None:
    suspension.revoke(work, record, ruling.reason, ruling.changed_on, step_input)


def _remove_listing(work: UnitOfWork, record: str, ruling: Ruling, step_input: StepInput) -> None:
    suspension.remove(work, record, ruling.reason, ruling.changed_on, step_input)


def _verify_correction(work: UnitOfWork, record: str, ruling: Ruling, _step_input: StepInput) -> None:
    """The correction must have been filed by a clerk before: it is verified with the decision."""
    if procedure_records.holder(work.session, record).state != "amended":
        raise OutcomeUnfit("应先报送更正后的内容")
    outcome = penalty_verification.verify(work, [record], confirmation=ruling.confirmation)[0]
    if isinstance(outcome, Refusal):
        raise outcome


def _publish_correction(work: UnitOfWork, record: str, _ruling: Ruling, step_input: StepInput) -> None:
    case = procedure_records.holder(work.session, record)
    if not isinstance(case, Listing) or case.state != "amended":
        raise OutcomeUnfit("应先提出更正后的内容")
    listing_publication.correct(work, record, step_input)


def _stop_disclosure(work: UnitOfWork, record: str, ruling: Ruling, _step_input: StepInput) -> None:
    """Over time: the publication ends; the penalty itself stands, and its measures run to their own end."""
    if revisions.newest(work, record).state != "published":  # what was taken back must not come to bear again
        raise OutcomeUnfit()
    if ruling.changed_on > work.today:
        raise ChangeInFuture()
    due = limit(reference_data.current(work.session), "D03", ruling.changed_on).day
    removal = revision.Removal("expire", "expired", ruling.reason, ruling.changed_on, due)
    revisions.revise(work, record, lambda body: revision.stopped_body(body, removal, work.today))
    start_removal_clock(work, procedure_records.holder(work.session, record))


Carry = Callable[[UnitOfWork, str, Ruling, StepInput], None]
OUTCOMES: dict[tuple[str, str], Carry] = {
    (procedures.PENALTY.noun, "keep"): _keep_record,
    (procedures.PENALTY.noun, "delete"): _withdraw_penalty,
    (procedures.PENALTY.noun, "correct"): _verify_correction,
    (procedures.PENALTY.noun, "supplement"): _verify_correction,
    (procedures.PENALTY.noun, "stop_disclosure"): _stop_disclosure,
    (procedures.LISTING.noun, "keep"): _keep_record,
    (procedures.LISTING.noun, "delete"): _revoke_listing,
    (procedures.LISTING.noun, "correct"): _publish_correction,
    (procedures.LISTING.noun, "supplement"): _publish_correction,
    (procedures.LISTING.noun, "delist"): _remove_listing,
}
"""What each outcome does to each kind of record."""
