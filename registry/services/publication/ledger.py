"""Append commitments to the ledger; seal its head with a signed checkpoint."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, insert, update

from registry.domain.publication import merkle, signed_notes
from registry.domain.publication.log_identity import LogIdentity
from registry.domain.publication.publication import Leaf, leaf_hash
from registry.keys.signing import verify
from registry.keys.sm2 import Sm2Signer
from registry.models import Checkpoint, Counter, LedgerEntry, LedgerNode
from registry.models.base import Key
from registry.queries.publication import known_keys, ledger_state, log_identity
from registry.refusals.acts import KeysForeign, LedgerBroken
from registry.refusals.content import NoteRefused
from registry.services.publication import epochs
from registry.unit_of_work import UnitOfWork

_TAKE = (
    update(Counter)
    .where(Counter.name == bindparam("counter"))
    .values(value=Counter.value + bindparam("count", type_=Key))
    .returning(Counter.value, Counter.name)
)


def take(work: UnitOfWork, counter: str, count: int) -> int:
    """Take the next ``count`` gap-free numbers of a counter and return the first; locks it until the commit.

    Refuses ``LedgerBroken`` when the counter is lost.
    """
    result = work.session.connection().execute(_TAKE, {"counter": counter, "count": count})
    value: int | None = result.scalar_one_or_none()
    if value is None:
        raise LedgerBroken()
    return value - count + 1


def append(work: UnitOfWork, leaves: Sequence[Leaf]) -> int:
    """Write one entry per leaf and return the first entry number. The lock is taken here: call it last."""
    first = take(work, "ledger", len(leaves))
    epochs.require_growth(work, first - 1)
    day = work.today
    work.session.connection().execute(
        insert(LedgerEntry),
        [
            {
                "number": number,
                "record": leaf.record,
                "revision": leaf.revision,
                "act": leaf.act,
                "day": day,
                "commitment": leaf.commitment,
                "leaf": leaf_hash(number, leaf, day),
            }
            for number, leaf in enumerate(leaves, start=first)
        ],
    )
    return first


def own_checkpoint(work: UnitOfWork) -> Checkpoint | None:
    """The newest checkpoint of this node, checked to be signed by its own keys; None before the first.

    One that none of our keys signed, or a key at hand that is not the newest of them, means that the keys are not
    those of this store: persons might not be found by them any more, and what they sign would not verify, so nothing
    is answered or signed (``KeysForeign``). Refuses ``LedgerBroken`` a head that says something else than what was
    signed, and ``LedgerSetBack`` a database that is older than what this node recorded outside it.
    """
    epochs.require_current(work)
    return _verified_checkpoint(work)


def _verified_checkpoint(work: UnitOfWork) -> Checkpoint | None:
    ring = known_keys.ring(work.session, work.settings.node, work.keys.signer)
    if ring.newest.public != work.keys.signer.public:
        raise KeysForeign()
    checkpoint = ledger_state.last_checkpoint(work.session)
    if checkpoint is not None:
        try:
            text, _ = ring.open_note(checkpoint.note, verify)
        except NoteRefused:
            raise KeysForeign() from None
        signed_head = signed_notes.parse_checkpoint(text)
        if (signed_head.size, signed_head.root.hex()) != (checkpoint.size, checkpoint.root):
            raise LedgerBroken(f"checkpoint {checkpoint.size}")
    return checkpoint


def second_signer(work: UnitOfWork) -> Sm2Signer | None:
    """The key that signs beside the signing key, None where there is none; refuses ``KeysForeign`` when the key at hand
    is not the newest that this store knows."""
    second = work.keys.second
    if second is not None and [row.public for row in known_keys.second_rows(work.session)][-1:] != [
        second.public.hex()
    ]:
        raise KeysForeign()
    return second


def _sign_note(work: UnitOfWork, text: str, origin: str) -> str:
    note, second = signed_notes.sign_note(text, origin, work.keys.signer), second_signer(work)
    return note if second is None else note + signed_notes.second_line(text, origin, second)


def require_sound(checkpoint: Checkpoint, nodes: merkle.Nodes) -> None:
    """Refuse ``LedgerBroken`` when the stored tree no longer has the root that was signed."""
    if merkle.root_at(checkpoint.size, nodes).hex() != checkpoint.root:
        raise LedgerBroken(f"checkpoint {checkpoint.size}")


def seal(work: UnitOfWork) -> Checkpoint | None:
    """Sign the head of the ledger: re-read the new leaves, recompute them, prove the last signed head is a prefix.

    Returns the new checkpoint, or None when nothing was added since the last. Refuses ``LedgerBroken``,
    ``KeysForeign`` and ``LedgerSetBack``.
    """
    epochs.require_current(work)
    work.session.info[ledger_state.GREW] = True  # also where nothing is signed: the record may be behind
    return _sign_head(work, log_identity.current(work.session, work.settings.node).origin)


def renew_epoch(work: UnitOfWork) -> LogIdentity:
    """Renew the epoch, as after a restore from a backup, and sign the present head under the new origin.

    Every cursor, ETag and mirror of the epoch before then ends; what was signed stays valid. Refuses ``LedgerBroken``
    and ``KeysForeign``.
    """
    renewed = epochs.begin_epoch(work)
    _sign_head(work, renewed.origin)
    return renewed


def _sign_head(work: UnitOfWork, origin: str) -> Checkpoint | None:
    last, head = _verified_checkpoint(work), ledger_state.head(work.session)
    size = last.size if last else 0
    if last and head == size:
        return None if last.origin == origin else _sign_again(work, last, origin)
    if head == size:
        return None
    leaves = [
        ledger_state.recomputed_leaf(entry)
        for entry in ledger_state.entries(work.session, after=size, limit=head - size)
    ]
    nodes = ledger_state.nodes(work.session)
    if last:
        require_sound(last, nodes)
    new_nodes = merkle.grow(nodes, size, leaves)
    if new_nodes:
        work.session.connection().execute(
            insert(LedgerNode),
            [{"level": level, "position": position, "hash": value} for level, position, value in new_nodes],
        )
    root = merkle.root_at(head, ledger_state.nodes(work.session))
    note = _sign_note(work, signed_notes.checkpoint_text(origin, head, root), origin)
    checkpoint = Checkpoint(size=head, root=root.hex(), note=note, signed_at=_signing_time(work, last))
    work.session.add(checkpoint)
    work.session.flush()
    work.session.info[ledger_state.GREW] = True
    return checkpoint


def _sign_again(work: UnitOfWork, last: Checkpoint, origin: str) -> Checkpoint:
    """The same head under the origin of today: after a renewal, or signed before the origin had an epoch."""
    require_sound(last, ledger_state.nodes(work.session))
    root = bytes.fromhex(last.root)
    note = _sign_note(work, signed_notes.checkpoint_text(origin, last.size, root), origin)
    signed_at = _signing_time(work, last)
    work.session.execute(update(Checkpoint).where(Checkpoint.size == last.size).values(note=note, signed_at=signed_at))
    work.session.info[ledger_state.GREW] = True
    return Checkpoint(size=last.size, root=last.root, note=note, signed_at=signed_at)


def _signing_time(work: UnitOfWork, last: Checkpoint | None) -> dt.datetime:
    """Now, but never before the checkpoint before it: a clock that was set back must not look like a forgery."""
    return max(work.now, last.signed_at) if last else work.now
