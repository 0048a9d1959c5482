"""The acts of the second officer: verify and publish, send back, withdraw."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import update

from registry.domain.cases import procedures
from registry.domain.cases.case_file import StepInput
from registry.domain.permissions import Permission
from registry.errors import Refusal
from registry.models import Penalty, PenaltyFiling
from registry.queries.cases import penalties
from registry.queries.law import reference_data
from registry.refusals.acts import SelfVerification, VersionStale
from registry.services.cases import penalty_version
from registry.services.cases.penalty_filing import own, require_scope
from registry.services.cases.removal import RemovalCause, remove_record
from registry.services.law import clocks
from registry.services.law.clocks import DeadlineSubject
from registry.services.node import audit
from registry.services.publication.publishing import Version, publish
from registry.unit_of_work import UnitOfWork


def verify(work: UnitOfWork, records: Sequence[str], *, if_version: int | None = None) -> list[int | Refusal]:
    """Verify filings of other officers and publish them; for each the entry number or the refusal.

    Refusals: ``OutOfRole`` (whole call), ``NotFound``, ``OutOfScope``, ``SelfVerification``,
    ``TransitionRefused``, ``NoPolicy``, ``FilingRefused``.
    Decision, publication, ledger entry and promises are one transaction.
    """
    work.actor.require(Permission.PENALTY_VERIFY)
    held = penalties.by_records(work.session, records, lock=True)
    reference, revisions = (
        reference_data.current(work.session),
        penalty_version.newest_revisions(work, records),
    )
    outcomes: dict[str, int | Refusal] = {}
    accepted: list[Penalty] = []
    versions: list[Version] = []
    for record in dict.fromkeys(records):  # a record named twice is published once
        try:
            penalty = _verifiable(work, held.get(record), if_version)
            versions.append(penalty_version.next_version(work, reference, penalty, revisions.get(record, 0) + 1))
            accepted.append(penalty)
        except Refusal as refusal:
            outcomes[record] = refusal
    names = [penalty.record for penalty in accepted]
    outcomes.update(zip(names, publish(work, versions), strict=True))
    _mark_verified(work, accepted)
    timed = [DeadlineSubject(held.record, held.department_id, (), None, {}) for held in accepted]
    clocks.apply_act(work, procedures.PENALTY.noun, "verify", timed)
    audit.note(work, "penalty.verify", names)
    return [outcomes[record] for record in records]


def send_back(work: UnitOfWork, record: str, reason: str, *, if_version: int | None) -> Penalty:
    """Return a filing to its officer with the reason; a published record stays as it was."""
    held, step = own(work, record, "return", if_version)
    held.state = step.to
    held.version += 1
    held.filing.returned_because = reason
    work.session.flush()
    audit.note(work, "penalty.return", record)
    return held


def withdraw(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, *, if_version: int | None) -> Penalty:
    """Take a published penalty back because the decision was changed, revoked, held illegal or void.

    The reason is public; due within 3 working days of ``changed_on`` (行政处罚法 48, 85). It takes another
    officer than the one who filed.
    """
    held, step = own(work, record, "withdraw", if_version)
    given = StepInput(stated={"changed_on": changed_on.isoformat()}, days={"changed_on": changed_on})
    remove_record(work, held, step, given, RemovalCause("withdrawn", "withdraw", reason, changed_on))
    return held


def _verifiable(work: UnitOfWork, held: Penalty | None, if_version: int | None) -> Penalty:
    held = require_scope(work.actor, held)
    if if_version not in (None, held.version):
        raise VersionStale()
    if held.filing.filed_by == work.actor.account_id:
        raise SelfVerification()
    procedures.PENALTY.step(held.state, "verify")
    return held


def _mark_verified(work: UnitOfWork, accepted: Sequence[Penalty]) -> None:
    ids = [held.id for held in accepted]
    filing_ids = [held.filing.id for held in accepted]
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
