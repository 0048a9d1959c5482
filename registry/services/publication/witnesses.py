"""Add and remove witnesses, set how many must cosign, and store their cosignatures."""

import re

from sqlalchemy import insert, select, update

from registry.domain.permissions import Permission
from registry.domain.publication import canonical, cosignatures
from registry.keys.signing import verify
from registry.models import Checkpoint, Cosignature, Counter, Witness
from registry.queries.publication import witness_list
from registry.refusals.content import NoteRefused, WitnessRefused
from registry.services.node import audit
from registry.unit_of_work import UnitOfWork

_NAME = re.compile(r"[^\s+]{1,200}")


def add(work: UnitOfWork, name: str, public_key: str, url: str) -> Witness:
    """Add a witness, or change its key or address; ``url`` is empty for one that cosigns by itself, such as a peer.

    ``public_key`` is a raw Ed25519 key in hex. Refuses ``WitnessRefused``.
    """
    work.actor.require(Permission.KEYS_MANAGE)
    if not _NAME.fullmatch(name) or not name.isprintable() or not canonical.is_hex(public_key, 64):
        raise WitnessRefused("名称不得含空白或加号，公钥应为 64 位小写十六进制")
    if any(row.public_key == public_key and row.name != name for row in witness_list.witnesses(work.session)):
        raise WitnessRefused("两个见证方不得共用一把公钥")
    row = work.session.get(Witness, name) or Witness(name=name, added_at=work.now)
    row.public_key, row.url, row.removed_at = public_key, url.rstrip("/"), None
    work.session.add(row)
    work.session.flush()
    audit.note(work, "witness.add", name)
    return row


def remove(work: UnitOfWork, name: str) -> None:
    """Remove a witness: it is asked no more and no longer counts. Refuses ``WitnessRefused``."""
    work.actor.require(Permission.KEYS_MANAGE)
    row = work.session.get(Witness, name)
    if row is None or row.removed_at is not None:
        raise WitnessRefused("没有这个见证方")
    row.removed_at = work.now
    work.session.flush()
    audit.note(work, "witness.remove", name)


def require(work: UnitOfWork, number: int) -> None:
    """Set how many witnesses must have cosigned. Refuses ``WitnessRefused`` more than there are, or none."""
    work.actor.require(Permission.KEYS_MANAGE)
    if not 1 <= number <= len(witness_list.witnesses(work.session)):
        raise WitnessRefused("要求的见证方数目应不少于一个，不多于现有见证方")
    changed = update(Counter).where(Counter.name == witness_list.REQUIRED).values(value=number).returning(Counter.name)
    if work.session.execute(changed).first() is None:
        work.session.execute(insert(Counter).values(name=witness_list.REQUIRED, value=number))
    audit.note(work, "witness.require", str(number))


def store(work: UnitOfWork, name: str, public: bytes, checkpoint: tuple[str, int], line: str) -> None:
    """Store the cosignature line of a witness under this node's checkpoint of (origin, size).

    Refuses ``NoteRefused`` one that does not verify, or for a checkpoint that this node did not sign.
    """
    origin, size = checkpoint
    row = work.session.scalars(select(Checkpoint).where(Checkpoint.size == size)).first()
    if row is None or row.origin != origin:
        raise NoteRefused("没有这个检查点")
    if line.count("\n") != 1 or cosignatures.witnesses_of(row.note + line, {name: public}, verify).keys() != {name}:
        raise NoteRefused("见证签名不成立")
    if work.session.get(Cosignature, (origin, size, name)) is None:
        work.session.add(Cosignature(origin=origin, size=size, witness=name, line=line, received_at=work.now))
        work.session.flush()
