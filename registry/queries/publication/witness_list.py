"""Look up witnesses, the policy over them, and the cosignatures under this node's checkpoints."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.publication.cosignatures import WitnessPolicy
from registry.models import Checkpoint, Cosignature, Counter, Witness

REQUIRED = "witnesses"
"""The counter of how many witnesses must have cosigned."""


def witnesses(session: Session) -> list[Witness]:
    """The witnesses that were not removed, by name."""
    return list(session.scalars(select(Witness).where(Witness.removed_at.is_(None)).order_by(Witness.name)))


def policy(session: Session) -> WitnessPolicy | None:
    """The checkpoint policy: how many of which witnesses; None while there are none."""
    keys = {row.name: bytes.fromhex(row.public_key) for row in witnesses(session)}
    required = session.execute(select(Counter.value).where(Counter.name == REQUIRED)).scalar_one_or_none()
    return WitnessPolicy(min(required or 1, len(keys)), keys) if keys else None


def cosigned_note(session: Session, checkpoint: Checkpoint) -> str:
    """The note of a checkpoint with the cosignatures that came in for it."""
    return checkpoint.note + "".join(row.line for row in cosignatures(session, checkpoint.origin, checkpoint.size))


def cosignatures(session: Session, origin: str, size: int) -> list[Cosignature]:
    """The cosignatures under one checkpoint, by name of the witness."""
    statement = select(Cosignature).where(Cosignature.origin == origin, Cosignature.size == size)
    return list(session.scalars(statement.order_by(Cosignature.witness)))


def cosigned_sizes(session: Session, policy: WitnessPolicy) -> frozenset[tuple[int, str]]:
    """(size, origin) of the checkpoints that enough witnesses cosigned."""
    statement = select(Cosignature.size, Cosignature.origin).where(Cosignature.witness.in_(policy.keys))
    counted = statement.group_by(Cosignature.size, Cosignature.origin).having(func.count() >= policy.required)
    return frozenset(session.execute(counted).tuples())


def last_cosigned(session: Session, origin: str, witness: str) -> int:
    """The size of the newest checkpoint of this origin that a witness cosigned, 0 before the first."""
    statement = select(Cosignature.size).where(Cosignature.origin == origin, Cosignature.witness == witness)
    return session.execute(statement.order_by(Cosignature.size.desc()).limit(1)).scalar_one_or_none() or 0
