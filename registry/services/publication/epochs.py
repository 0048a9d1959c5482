"""Renew the identity of the ledger after a restore; refuse to sign for a database that was set back."""

import secrets

from registry import head_record
from registry.domain.permissions import Permission
from registry.domain.publication.log_identity import LogIdentity
from registry.head_record import HeadRecordDamaged
from registry.models import LogEpoch
from registry.queries.publication import ledger_state, log_identity
from registry.refusals.acts import LedgerSetBack
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

EPOCH_BYTES = 8


def require_current(work: UnitOfWork) -> None:
    """Refuse ``LedgerSetBack`` when the database is older than what this node recorded outside it, or another one."""
    problem = log_identity.contradiction(work.session, work.settings)
    if problem:
        raise LedgerSetBack(problem)


def require_growth(work: UnitOfWork, size: int) -> None:
    """Refuse ``LedgerSetBack`` when ``size`` entries, under the lock of the ledger, are fewer than were recorded."""
    try:
        recorded = head_record.read(work.settings.home)
    except HeadRecordDamaged:
        recorded = None
        require_current(work)
    if recorded is not None and size < recorded.size:
        raise LedgerSetBack(f"数据库中有 {size} 条记录，本节点记下过 {recorded.size} 条")
    work.session.info[ledger_state.GREW] = True


def begin_epoch(work: UnitOfWork) -> LogIdentity:
    """Begin a new epoch after a restore: entry numbers will be given again, to entries with other content.

    What this node recorded outside the database is replaced at the commit. The act is ``ledger.renew_epoch``, which
    also signs the head under the new origin.
    """
    work.actor.require(Permission.EXCHANGE_OPERATE)
    before = log_identity.current(work.session, work.settings.node)
    identity = LogIdentity(before.node, secrets.token_hex(EPOCH_BYTES), before.number + 1)
    size = ledger_state.head(work.session)
    row = LogEpoch(number=identity.number, epoch=identity.epoch, size=size, began_at=work.now)
    work.session.add(row)
    work.session.flush()
    # Also of a ledger without an entry, over which no head is signed.
    work.session.info[ledger_state.RENEWED] = work.session.info[ledger_state.GREW] = True
    audit.note(work, "exchange.epoch", identity.epoch)
    return identity
