"""Questions to the ledger: head, entries, nodes, checkpoints, proofs."""

from collections.abc import Callable, Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain import merkle
from registry.models import Checkpoint, Counter, LedgerEntry, LedgerNode
from registry.refusals.acts import NotSealed

CHUNK = 500


def head(session: Session) -> int:
    """The number of entries committed."""
    return session.execute(select(Counter.value).where(Counter.name == "ledger")).scalar_one()


def entries(session: Session, *, after: int, limit: int) -> list[LedgerEntry]:
    """At most ``limit`` entries with a number above ``after``, in order."""
    question = select(LedgerEntry).where(LedgerEntry.number > after, LedgerEntry.number <= after + limit)
    return list(session.scalars(question.order_by(LedgerEntry.number)))


def about(session: Session, records: Collection[str], after: int, upto: int) -> list[LedgerEntry]:
    """The entries of these records with a number in (``after``, ``upto``], in order."""
    found: list[LedgerEntry] = []
    wanted = sorted(records)
    for start in range(0, len(wanted), CHUNK):
        question = select(LedgerEntry).where(
            LedgerEntry.record.in_(wanted[start : start + CHUNK]),
            LedgerEntry.number > after,
            LedgerEntry.number <= upto,
        )
        found += session.scalars(question)
    return sorted(found, key=lambda entry: entry.number)


def last_checkpoint(session: Session) -> Checkpoint | None:
    """The newest signed head."""
    return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()


def checkpoints(session: Session) -> list[Checkpoint]:
    """Every signed head, smallest first."""
    return list(session.scalars(select(Checkpoint).order_by(Checkpoint.size)))


def nodes(session: Session) -> Callable[[int, int], bytes]:
    """A look-up of Merkle nodes: level 0 are the leaves (position 0 is entry 1), the others are stored."""

    def node(level: int, position: int) -> bytes:
        if level == 0:
            question = select(LedgerEntry.leaf).where(LedgerEntry.number == position + 1)
        else:
            question = select(LedgerNode.hash).where(
                LedgerNode.level == level, LedgerNode.position == position
            )
        value = session.execute(question).scalar_one_or_none()
        if value is None:
            raise NotSealed(f"node {level}/{position}")
        return value

    return node


def sealed_size(session: Session) -> int:
    """The size of the newest signed head; proofs reach no further."""
    return session.execute(select(func.coalesce(func.max(Checkpoint.size), 0))).scalar_one()


def inclusion(session: Session, entry: int, size: int) -> list[bytes]:
    """The proof that ``entry`` is in the tree of ``size`` entries; refuses beyond the sealed size."""
    if not 1 <= entry <= size <= sealed_size(session):
        raise NotSealed()
    return merkle.inclusion_proof(entry - 1, size, nodes(session))


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``old`` entries is a prefix of that of ``new``."""
    if not 1 <= old <= new <= sealed_size(session):
        raise NotSealed()
    return merkle.consistency_proof(old, new, nodes(session))
