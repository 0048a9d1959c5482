"""Verify and publish, return and withdraw penalties: the acts of the second officer."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import update

from registry.domain.cases import procedures
from registry.domain.cases.case_file import StepInput
from registry.domain.cases.penalty import content_digest, findings_of
from registry.domain.cases.workflow import Step
from registry.domain.filing.model import Note
from registry.domain.permissions import Permission
from registry.errors import Fault, Refusal
from registry.models import Penalty, PenaltyFiling
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.refusals.acts import ConfirmationMissing, SelfVerification, VersionStale
from registry.services.cases import penalty_version, steps
from registry.services.cases.penalty_filing import admit_penalty_step, require_scope
from registry.services.cases.removal import RemovalCause, remove_record
from registry.services.law.clocks import DeadlineSubject
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork


def verify(
    work: UnitOfWork,
    records: Sequence[str],
    *,
    if_version: int | None = None,
    seen_versions: Mapping[str, int] | None = None,
    confirmation: str = "",
) -> list[int | Refusal]:
    """Verify filings of other officers and publish them; for each the entry number or the refusal.

    ``if_version``, or ``seen_versions`` by record: what the verifier saw. ``confirmation`` is the reason for which the
    findings of a filing are confirmed, such as a term beyond its statute; it is kept in the step. Refusals:
    ``OutOfRole`` (whole call), ``NotFound``, ``OutOfScope``, ``SelfVerification``, ``VersionStale``,
    ``TransitionRefused``, ``ConfirmationMissing`` with every finding, ``NoPolicy``, ``FilingRefused``.
    Decision, publication, ledger entry and deliveries are one transaction.
    """
    work.actor.require(Permission.PENALTY_VERIFY)
    rows = penalties.by_records(work.session, records, lock=True)
    reference = reference_data.current(work.session)
    revisions = penalty_version.newest_revisions(work, records)
    outcomes: dict[str, int | Refusal] = {}
    verified: list[Penalty] = []
    record_steps: list[steps.RecordStep] = []
    versions: list[Version] = []
    for record in dict.fromkeys(records):  # a record named twice is published once
        try:
            seen = if_version if seen_versions is None else seen_versions.get(record)
            penalty, step = _require_verifiable(work, rows.get(record), seen)
            findings = _require_confirmed(penalty, confirmation)
            versions.append(penalty_version.next_version(work, reference, penalty, revisions.get(record, 0) + 1))
            verified.append(penalty)
            record_steps.append(_build_record_step(penalty, step, confirmation if findings else ""))
        except Refusal as refusal:
            outcomes[record] = refusal
    _mark_verified(work, verified)
    steps.take_steps(work, Penalty.noun, "verify", record_steps)
    outcomes.update(zip([penalty.record for penalty in verified], publish(work, versions), strict=True))
    return [outcomes[record] for record in records]


def send_back(work: UnitOfWork, record: str, reason: str, *, if_version: int | None) -> Penalty:
    """Return a filing to its officer with the reason; a published record stays as it was."""
    penalty, step = admit_penalty_step(work, record, "return", if_version)
    penalty.filing.returned_because = reason
    steps.take_step(work, penalty, step, StepInput(statements={"reason": reason}))
    return penalty


def withdraw(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, *, if_version: int | None) -> Penalty:
    """Withdraw a published penalty because the decision was changed, revoked, held illegal or void.

    The reason is public; due within 3 working days of ``changed_on`` (行政处罚法 48, 85). It takes another
    officer than the one who filed.
    """
    penalty, step = admit_penalty_step(work, record, "withdraw", if_version)
    step_input = StepInput(statements={"changed_on": changed_on.isoformat()}, days={"changed_on": changed_on})
    remove_record(work, penalty, step, step_input, RemovalCause("withdrawn", "withdraw", reason, changed_on))
    return penalty


def _require_verifiable(work: UnitOfWork, row: Penalty | None, if_version: int | None) -> tuple[Penalty, Step]:
    penalty = require_scope(work.actor, row)
    if if_version not in (None, penalty.version):
        raise VersionStale()
    if work.actor.account_id in penalty.filers:
        raise SelfVerification()
    return penalty, procedures.PENALTY.step(penalty.state, "verify")


def _require_confirmed(penalty: Penalty, confirmation: str) -> list[Note]:
    """The findings of the newest filing; refuses ``ConfirmationMissing`` when there are some and no reason."""
    findings = findings_of(json.loads(penalty.filing.content))
    if findings and not confirmation.strip():
        raise ConfirmationMissing(
            faults=tuple(Fault(finding.pointer, finding.code, finding.detail) for finding in findings)
        )
    return findings


def _build_record_step(penalty: Penalty, step: Step, confirmation: str) -> steps.RecordStep:
    subject = DeadlineSubject(penalty.record, penalty.department_id, (), None, {})
    confirmed = {"confirmation": confirmation} if confirmation else {}
    return steps.RecordStep(subject, step, {"filing": content_digest(penalty.filing.content), **confirmed})


def _mark_verified(work: UnitOfWork, verified: Sequence[Penalty]) -> None:
    ids = [penalty.id for penalty in verified]
    filing_ids = [penalty.filing.id for penalty in verified]
    if not ids:
        return
    work.session.execute(
        update(Penalty)
        .where(Penalty.id.in_(ids))
        .values(state="published", version=Penalty.version + 1)
        .execution_options(synchronize_session=False)
    )
    work.session.execute(
        update(PenaltyFiling)
        .where(PenaltyFiling.id.in_(filing_ids))
        .values(verified_by=work.actor.account_id, verified_at=work.now)
        .execution_options(synchronize_session=False)
    )
