"""Append commitments to the ledger; seal its head with a signed checkpoint."""

from collections.abc import Sequence

from sqlalchemy import insert, update

from registry.domain import merkle, notes
from registry.domain.publication import Leaf, leaf_hash
from registry.models import Checkpoint, Counter, LedgerEntry, LedgerNode
from registry.queries import ledger as questions
from registry.refusals.acts import KeysForeign, LedgerBroken
from registry.refusals.content import NoteRefused
from registry.signing import verify
from registry.work import Work


def take(work: Work, counter: str, count: int) -> int:
    """Take the next ``count`` gap-free numbers and return the first; locks the counter until the commit. Refuses
    ``LedgerBroken`` when the counter is lost."""
    step = update(Counter).where(Counter.name == counter).values(value=Counter.value + count)
    value = work.session.execute(step.returning(Counter.value)).scalar_one_or_none()
    if value is None:
        raise LedgerBroken()
    return value - count + 1


def append(work: Work, leaves: Sequence[Leaf]) -> int:
    """Write one entry per leaf and return the first entry number. The lock is taken here: call it last."""
    first = take(work, "ledger", len(leaves))
    day = work.today
    work.session.execute(
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


def own_checkpoint(work: Work) -> Checkpoint | None:
    """The newest signed head. One that our key did not sign means that the keys at hand are not those of this
    store: persons would not be found by them any more, so nothing is answered or signed (``KeysForeign``).
    """
    checkpoint = questions.last_checkpoint(work.session)
    if checkpoint is not None:
        try:
            notes.open_note(checkpoint.note, {work.settings.node: work.keys.signer.public}, verify)
        except NoteRefused:
            raise KeysForeign() from None
    return checkpoint


def seal(work: Work) -> Checkpoint | None:
    """Sign the head: re-read the new leaves, recompute them, prove the last signed head is a prefix.

    Returns the new checkpoint, or None when nothing was added since the last. Refuses ``LedgerBroken`` and
    ``KeysForeign``.
    """
    last, head = own_checkpoint(work), questions.head(work.session)
    size = last.size if last else 0
    if head == size:
        return None
    leaves = [_reread(entry) for entry in questions.entries(work.session, after=size, limit=head - size)]
    nodes = questions.nodes(work.session)
    if last and merkle.root_at(size, nodes).hex() != last.root:
        raise LedgerBroken(f"checkpoint {size}")
    grown = merkle.grow(nodes, size, leaves)
    if grown:
        work.session.execute(
            insert(LedgerNode),
            [{"level": level, "position": position, "hash": value} for level, position, value in grown],
        )
    root = merkle.root_at(head, questions.nodes(work.session))
    text = notes.checkpoint_text(work.settings.node, head, root)
    note = notes.sign_note(text, work.settings.node, work.keys.signer)
    checkpoint = Checkpoint(size=head, root=root.hex(), note=note, signed_at=work.now)
    work.session.add(checkpoint)
    work.session.flush()
    return checkpoint


def _reread(entry: LedgerEntry) -> bytes:
    leaf = Leaf(entry.record, entry.revision, entry.act, entry.commitment)
    if leaf_hash(entry.number, leaf, entry.day) != entry.leaf:
        raise LedgerBroken(f"entry {entry.number}")
    return entry.leaf
