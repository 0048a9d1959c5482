"""Identity of this node's ledger, and whether the database is the one that this node recorded last."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry import head_record
from registry.domain.publication.log_identity import LogIdentity
from registry.head_record import HeadRecord, HeadRecordDamaged
from registry.models import Checkpoint, Counter, LogEpoch
from registry.refusals.acts import LedgerBroken
from registry.settings import Settings

NEWEST_EPOCH = select(LogEpoch.epoch).order_by(LogEpoch.number.desc()).limit(1)
_NEWEST = select(LogEpoch.epoch, LogEpoch.number).order_by(LogEpoch.number.desc()).limit(1)


def current(session: Session, node: str) -> LogIdentity:
    """The identity of the ledger that this database holds; refuses ``LedgerBroken`` when it has none."""
    row = session.connection().execute(_NEWEST).first()
    if row is None:
        raise LedgerBroken("epoch")
    return LogIdentity(node, row.epoch, row.number)


def epoch(session: Session) -> str:
    """The epoch of this node's entry numbers; refuses ``LedgerBroken`` when it is lost."""
    value = session.execute(NEWEST_EPOCH).scalar_one_or_none()
    if value is None:
        raise LedgerBroken("epoch")
    return value


def head(session: Session, node: str) -> HeadRecord:
    """The head of the ledger as the database has it."""
    size = session.execute(select(Counter.value).where(Counter.name == "ledger")).scalar_one_or_none()
    if size is None:
        raise LedgerBroken()
    newest = select(Checkpoint.size, Checkpoint.root).order_by(Checkpoint.size.desc()).limit(1)
    sealed, root = session.execute(newest).tuples().first() or (0, "")
    return HeadRecord(current(session, node).origin, size, sealed, root)


def contradiction(session: Session, settings: Settings) -> str | None:
    """Why the database is not the one that this node recorded last, in words; None when it is.

    The file is read before the database: what is committed meanwhile only makes the database newer.
    """
    try:
        recorded = head_record.read(settings.home)
    except HeadRecordDamaged:
        return f"账本头记录文件 {head_record.FILE} 无法读取"
    if recorded is None:
        return None
    newest = select(
        NEWEST_EPOCH.scalar_subquery(),
        select(Counter.value).where(Counter.name == "ledger").scalar_subquery(),
        select(func.max(Checkpoint.root)).where(Checkpoint.size == recorded.sealed).scalar_subquery(),
    )
    epoch_value, size, root = session.execute(newest).tuples().one()
    origin = LogIdentity(settings.node, epoch_value or "").origin
    if origin != recorded.origin:
        return f"数据库中的账本是 {origin}，本节点最后记下的是 {recorded.origin}"
    if size is None or size < recorded.size:
        return f"数据库中有 {size or 0} 条记录，本节点记下过 {recorded.size} 条"
    if recorded.sealed and root != recorded.root:
        return f"数据库中没有本节点对 {recorded.sealed} 条记录签过的检查点，或者其内容不同"
    return None
