"""What may befall a record that stands published, penalty or listing alike: suspended, resumed, removed, revoked."""

import datetime as dt
from dataclasses import replace

from registry.domain.cases import revision
from registry.domain.cases.case_file import StepInput
from registry.models import Listing, Penalty
from registry.queries.cases import procedure_records
from registry.refusals.acts import ChangeInFuture
from registry.refusals.procedure import TermRefused
from registry.services.cases import revisions, steps
from registry.services.cases.removal import RemovalCause, remove_record, start_removal_clock
from registry.unit_of_work import UnitOfWork


def suspend(
    work: UnitOfWork, record: str, since: dt.date, until: dt.date | None, reason: str, given: StepInput
) -> Penalty | Listing:
    """Stay a decision on the order of a court or an authority, or lift it for a reorganisation: it is not shown,
    and its measures rest from ``since``. ``until`` starts a clock and ends nothing by itself.

    Source: 行政复议法 42; 行政诉讼法 56; 信用修复管理办法 (破产重整). Refuses ``ChangeInFuture``, ``TermRefused``.
    """
    held = procedure_records.holder(work.session, record)
    step = steps.admit_step(work, held, "suspend", if_version=given.if_version)
    if since > work.today:
        raise ChangeInFuture()
    if until is not None and until <= since:
        raise TermRefused("中止的截止日应晚于起始日")
    stated = {"since": since.isoformat(), "until": until.isoformat() if until else None}
    days = {"suspended_until": until} if until else {}
    steps.take_step(work, held, step, replace(given, stated=stated, days=days))
    revisions.revise(work, record, lambda body: revision.suspended(body, since, until, reason))
    start_removal_clock(work, held)
    return held


def resume(work: UnitOfWork, record: str, on: dt.date, given: StepInput) -> Penalty | Listing:
    """Show a suspended record again; its measures hold from ``on``. Refuses ``ChangeInFuture``, and ``TermRefused``
    when the listing's term is over meanwhile."""
    held = procedure_records.holder(work.session, record)
    step = steps.admit_step(work, held, "resume", if_version=given.if_version)
    if on > work.today:
        raise ChangeInFuture()
    if isinstance(held, Listing) and held.ends_on is not None and held.ends_on <= work.today:
        raise TermRefused("列入期限已经届满")
    steps.take_step(work, held, step, replace(given, stated={"on": on.isoformat()}))
    disputed = revisions.disputed_on(work, record)  # a dispute may have begun, or been over, in the meantime
    revisions.revise(work, record, lambda body: revision.resumed(body, on, disputed))
    return held


def remove(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, given: StepInput) -> Listing:
    """Take a listing off its list before its term is over, because the law or the scheme says so."""
    held = procedure_records.by_record(work.session, Listing, record, lock=True)
    step = steps.admit_step(work, held, "remove", if_version=given.if_version)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    remove_record(
        work, held, step, replace(given, stated=stated), RemovalCause("removed", "remove", reason, changed_on)
    )
    return held


def revoke(work: UnitOfWork, record: str, reason: str, changed_on: dt.date, given: StepInput) -> Listing:
    """Revoke a listing that was wrong: from now on it reads as never listed, and every receiver is told."""
    held = procedure_records.by_record(work.session, Listing, record, lock=True)
    step = steps.admit_step(work, held, "revoke", if_version=given.if_version)
    stated = {"reason": reason, "changed_on": changed_on.isoformat()}
    filled = replace(given, stated=stated, days={"changed_on": changed_on})
    if step.state in ("decided", "in_force"):  # it was never public
        if changed_on > work.today:
            raise ChangeInFuture()
        steps.take_step(work, held, step, filled)
    else:
        remove_record(work, held, step, filled, RemovalCause("revoked", "revoke", reason, changed_on))
    return held
