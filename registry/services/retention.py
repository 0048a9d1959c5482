"""Clear personal data whose retention period is over; how long each is kept is reference data (``retention``).

What is still shown, or in a procedure, is never cleared. Rows are emptied or deleted in an act like any other, so that
``ledger verify`` knows of it; digests, numbers and days stay, and every proof with them.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from registry.domain.cases import procedures
from registry.domain.checks.watch import ACTIVE
from registry.domain.law.retention import first_day_kept
from registry.domain.permissions import Permission
from registry.models import (
    Account,
    ApiKey,
    Base,
    CaseStep,
    Check,
    CheckFile,
    CheckFilePart,
    ConfirmationCode,
    Credential,
    Document,
    Draft,
    IdempotencyKey,
    ImportRowPage,
    InboxBatch,
    InboxItem,
    ListAdoption,
    MailMessage,
    Passkey,
    PasswordCode,
    Penalty,
    PenaltyImport,
    Proposal,
    Publication,
    ReconciliationStatement,
    RecoveryCode,
    Relief,
    ReviewDecision,
    SubjectContact,
    Subscription,
    Watch,
    WatchEvent,
    WebSession,
)
from registry.queries.cases import procedure_records
from registry.queries.exchange import peer_status
from registry.queries.law import reference_data
from registry.queries.node import store_role
from registry.services.node import audit
from registry.unit_of_work import SHANGHAI, UnitOfWork

CHUNK = 500
"""Rows of one table that one act clears at most."""


@dataclass(frozen=True)
class Cutoff:
    """What began before this day, or before the instant at which it begins, is past its period."""

    day: dt.date
    at: dt.datetime


@dataclass(frozen=True)
class Clearing:
    """Rows of one table that are due for clearing: their columns are emptied, or without any the rows are deleted."""

    table: type[Base]
    is_due: Callable[[Cutoff], ColumnElement[bool]]
    emptied: Mapping[str, Any] = field(default_factory=dict)


def clear(work: UnitOfWork, code: str) -> int:
    """Clear what is past the period of a row of ``retention``, at most one chunk of each table; how many rows.

    Each table is noted in the audit trail with its count. Of what is append-only nothing is cleared unless the
    database role of this process may. Refuses ``OutOfRole``.
    """
    work.actor.require(Permission.TIME_PASSES)
    cutoff = _find_cutoff(work.session, code, work.today)
    if cutoff is None:
        return 0
    return sum(_clear_rows(work, code, clearing, cutoff) for clearing in CLEARINGS[code])


def count_due(session: Session, code: str, today: dt.date) -> int:
    """How many rows are past their period and not cleared yet."""
    cutoff = _find_cutoff(session, code, today)
    if cutoff is None:
        return 0
    statements = [
        select(func.count()).select_from(clearing.table).where(clearing.is_due(cutoff)) for clearing in CLEARINGS[code]
    ]
    return sum(session.execute(statement).scalar_one() for statement in statements)


def _find_cutoff(session: Session, code: str, today: dt.date) -> Cutoff | None:
    periods = reference_data.current(session).retention_periods(today)
    period = next((row for row in periods if row.code == code), None)
    day = first_day_kept(period, today) if period and code in CLEARINGS else None
    return Cutoff(day, dt.datetime.combine(day, dt.time(), SHANGHAI)) if day else None


def _clear_rows(work: UnitOfWork, code: str, clearing: Clearing, cutoff: Cutoff) -> int:
    table = Base.metadata.tables[clearing.table.__tablename__]
    if not _may_clear(work.session, clearing):
        return 0
    keys = list(table.primary_key.columns)
    due = select(*keys).select_from(clearing.table).where(clearing.is_due(cutoff)).order_by(*keys).limit(CHUNK)
    found = [tuple(row) for row in work.session.execute(due)]
    if not found:
        return 0
    is_found = keys[0].in_([key[0] for key in found]) if len(keys) == 1 else tuple_(*keys).in_(found)
    change = (
        update(table).where(is_found).values(**clearing.emptied) if clearing.emptied else delete(table).where(is_found)
    )
    work.session.execute(change)
    audit.note(work, "retention.clear", code, f"{len(found)} rows of {table.name}")
    return len(found)


def _may_clear(session: Session, clearing: Clearing) -> bool:
    name = clearing.table.__tablename__
    if not clearing.emptied:
        return store_role.may_delete(session, name)
    return all(store_role.may_update(session, name, column) for column in clearing.emptied)


def _has_bytes(column: Any) -> ColumnElement[bool]:
    return func.length(column) > 0


def _contact_is_idle(cutoff: Cutoff) -> ColumnElement[bool]:
    """No record of the subject is shown, was shown within the period, or is on its way to be; none is applied about."""
    key = SubjectContact.subject_key
    # Each column is compared with a part of the key, not put together, so that its index finds it.
    is_of_subject = or_(
        *(
            and_(key.startswith(f"{kind}:"), column == func.substr(key, len(kind) + 2))
            for kind, column in (
                ("uscc", Publication.uscc),
                ("id", Publication.id_index),
                ("name", Publication.name_key),
            )
        )
    )
    is_shown = or_(
        Publication.state == "suspended",
        and_(Publication.state == "published", Publication.visible_until >= cutoff.day),
    )
    is_live = exists().where(
        Publication.until_entry.is_(None),
        is_of_subject,
        or_(is_shown, Publication.recorded_at >= cutoff.at, _is_applied_about(Publication.record)),
    )
    at_work = [
        exists().where(table.subject_key == key, table.state.in_(procedures.BEFORE_PUBLICATION))
        for table in _tables_of_subjects()
    ]
    return and_(SubjectContact.filed_at < cutoff.at, ~is_live, *(~is_working for is_working in at_work))


def _tables_of_subjects() -> list[type[Any]]:
    tables: list[type[Any]] = [Penalty, *dict.fromkeys(procedure_records.TABLES.values())]
    return [table for table in tables if hasattr(table, "subject_key")]


def _is_applied_about(record: Any) -> ColumnElement[bool]:
    application = aliased(Relief)
    return exists().where(application.about == record, application.state.in_(procedures.OPEN_RELIEF))


def _steps_of_ended_reliefs(cutoff: Cutoff) -> Select[tuple[int]]:
    """Steps of applications that were decided, refused or taken back, about records about which none is open."""
    later = aliased(CaseStep)
    is_recent = exists().where(later.record == Relief.record, later.at >= cutoff.at)
    ended = select(Relief.record).where(
        Relief.state.not_in(procedures.OPEN_RELIEF), ~is_recent, ~_is_applied_about(Relief.about)
    )
    return select(CaseStep.id).where(CaseStep.record.in_(ended))


def _check_is_over(cutoff: Cutoff) -> ColumnElement[bool]:
    """No later check of the same tender, which refers to it, is within the period."""
    later = aliased(Check)
    is_referred_to = exists().where(
        later.department_id == Check.department_id, later.tender_index == Check.tender_index, later.made_at >= cutoff.at
    )
    return and_(Check.made_at < cutoff.at, ~is_referred_to)


def _ended_accounts(cutoff: Cutoff) -> Select[tuple[int]]:
    """Accounts that are valid no more; ``valid_until`` is the first day on which they are not."""
    return select(Account.id).where(Account.valid_until < cutoff.day)


def _ended_watches(cutoff: Cutoff) -> Select[tuple[str]]:
    return select(Watch.id).where(Watch.state != ACTIVE, Watch.until < cutoff.day)


def _batch_is_settled(cutoff: Cutoff) -> ColumnElement[bool]:
    waits = exists().where(InboxItem.batch_id == InboxBatch.id, InboxItem.state == "quarantined")
    return and_(InboxBatch.received_at < cutoff.at, InboxBatch.receipt.is_not(None), ~waits)


def _file_is_answered(table: type[PenaltyImport] | type[ListAdoption]) -> Callable[[Cutoff], ColumnElement[bool]]:
    return lambda cutoff: and_(table.state != "running", table.finished_at < cutoff.at, _has_bytes(table.sealed))


def _answered_files(cutoff: Cutoff) -> ColumnElement[bool]:
    return and_(CheckFile.state != "running", CheckFile.finished_at < cutoff.at)


CLEARINGS: Mapping[str, tuple[Clearing, ...]] = {
    "applicant-contacts": (Clearing(SubjectContact, _contact_is_idle),),
    "relief-files": (
        Clearing(
            Document,
            lambda cutoff: and_(_has_bytes(Document.sealed), Document.step_id.in_(_steps_of_ended_reliefs(cutoff))),
            {"sealed": b"", "filename": ""},
        ),
        Clearing(
            CaseStep,
            lambda cutoff: and_(CaseStep.sealed.is_not(None), CaseStep.id.in_(_steps_of_ended_reliefs(cutoff))),
            {"sealed": None},
        ),
    ),
    "confirmation-codes": (Clearing(ConfirmationCode, lambda cutoff: ConfirmationCode.expires_at < cutoff.at),),
    "subscriptions": (
        Clearing(
            Subscription,
            lambda cutoff: and_(Subscription.confirmed_at.is_(None), Subscription.asked_at < cutoff.at),
        ),
    ),
    "mails": (Clearing(MailMessage, lambda cutoff: MailMessage.settled_at < cutoff.at),),
    "request-answers": (
        Clearing(
            IdempotencyKey,
            lambda cutoff: and_(_has_bytes(IdempotencyKey.answer), IdempotencyKey.created_at < cutoff.at),
            {"answer": b""},
        ),
    ),
    "signing-in": (
        Clearing(PasswordCode, lambda cutoff: PasswordCode.expires_at < cutoff.at),
        Clearing(
            RecoveryCode,
            lambda cutoff: or_(RecoveryCode.used_at < cutoff.at, RecoveryCode.account_id.in_(_ended_accounts(cutoff))),
        ),
        Clearing(Credential, lambda cutoff: Credential.account_id.in_(_ended_accounts(cutoff))),
        Clearing(Passkey, lambda cutoff: Passkey.account_id.in_(_ended_accounts(cutoff))),
        Clearing(WebSession, lambda cutoff: WebSession.seen_at < cutoff.at),
    ),
    "revoked-keys": (Clearing(ApiKey, lambda cutoff: ApiKey.revoked_at < cutoff.at),),
    "proposals": (
        Clearing(
            Proposal,
            lambda cutoff: and_(
                _has_bytes(Proposal.sealed), func.coalesce(Proposal.decided_at, Proposal.expires_at) < cutoff.at
            ),
            {"sealed": b""},
        ),
    ),
    "checks": (
        Clearing(
            Check,
            lambda cutoff: and_(_has_bytes(Check.receipt_sealed), _check_is_over(cutoff)),
            {"receipt_sealed": b"", "tender_sealed": None},
        ),
        Clearing(
            ReviewDecision,
            lambda cutoff: and_(
                _has_bytes(ReviewDecision.sealed),
                ReviewDecision.decided_at < cutoff.at,
                ReviewDecision.check_id.in_(select(Check.id).where(_check_is_over(cutoff))),
            ),
            {"sealed": b"", "evidence_sealed": None},
        ),
        Clearing(
            CheckFilePart,
            lambda cutoff: and_(
                _has_bytes(CheckFilePart.rows_sealed),
                CheckFilePart.file_id.in_(select(CheckFile.id).where(_answered_files(cutoff))),
            ),
            {"rows_sealed": b""},
        ),
        Clearing(
            CheckFile,
            lambda cutoff: and_(_has_bytes(CheckFile.question_sealed), _answered_files(cutoff)),
            {"question_sealed": b"", "sealed": b""},
        ),
    ),
    "watch-events": (
        Clearing(
            WatchEvent,
            lambda cutoff: and_(WatchEvent.state != "pending", WatchEvent.watch_id.in_(_ended_watches(cutoff))),
        ),
    ),
    "received-batches": (
        Clearing(
            InboxItem,
            lambda cutoff: and_(
                InboxItem.envelope != "",
                InboxItem.batch_id.in_(select(InboxBatch.id).where(_batch_is_settled(cutoff))),
            ),
            {"envelope": ""},
        ),
        Clearing(InboxBatch, lambda cutoff: and_(_has_bytes(InboxBatch.raw), _batch_is_settled(cutoff)), {"raw": b""}),
    ),
    "sector-statements": (
        Clearing(
            ReconciliationStatement,
            lambda cutoff: and_(ReconciliationStatement.at < cutoff.at, peer_status.IS_OF_SECTOR),
        ),
    ),
    "filed-files": (
        Clearing(PenaltyImport, _file_is_answered(PenaltyImport), {"sealed": b"", "mended": None}),
        Clearing(
            ImportRowPage,
            lambda _cutoff: ImportRowPage.import_id.in_(select(PenaltyImport.id).where(~PenaltyImport.is_kept)),
        ),
        Clearing(ListAdoption, _file_is_answered(ListAdoption), {"sealed": b""}),
        Clearing(Draft, lambda cutoff: Draft.changed_at < cutoff.at),
    ),
}
"""What is cleared when the period of each row of ``retention`` is over."""
