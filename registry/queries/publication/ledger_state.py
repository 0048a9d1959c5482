"""Read the ledger: head, entries, Merkle nodes, checkpoints and proofs."""

from collections.abc import Callable, Collection

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, aliased

from registry.domain.naming import name_key
from registry.domain.publication import merkle
from registry.domain.publication.keyring import Keyring
from registry.domain.publication.publication import ROW_STATE, Leaf, leaf_hash
from registry.domain.publication.tiles import Tile
from registry.keys.signing import verify
from registry.models import Checkpoint, Counter, LedgerEntry, LedgerNode, Publication
from registry.queries.any_of import any_of, texts
from registry.queries.publication import witness_list
from registry.refusals.acts import LedgerBroken, NotSealed, StoreUnavailable
from registry.refusals.content import NoteRefused

GREW, RENEWED = "ledger grew", "ledger renewed"
"""Marks of a session whose commit changes the head that this node records outside the database."""
TAIL_MAX = 5_000
"""At most so many unsealed entries are read to compute a root; beyond, there is none until the next checkpoint."""

_newest = aliased(Publication)
_ROW_STATES = (
    select(func.count())
    .select_from(LedgerEntry)
    .where(
        LedgerEntry.record == ROW_STATE,
        LedgerEntry.number > select(func.coalesce(func.max(_newest.from_entry), 0)).scalar_subquery(),
        LedgerEntry.number <= Counter.value,
    )
    .scalar_subquery()
)
"""How many entries after the newest publication commit to rows: only these have none."""
_SOUND_HEAD = (
    select(Counter.value - _ROW_STATES, Publication.from_entry, Publication.name, Publication.name_key, Counter.value)
    .outerjoin(Publication, Publication.from_entry == select(func.max(Publication.from_entry)).scalar_subquery())
    .where(Counter.name == "ledger")
)
_HEAD = select(Counter.value).where(Counter.name == "ledger")
_LAST_CHECKPOINT = select(Checkpoint.__table__).order_by(Checkpoint.size.desc()).limit(1)


def head(session: Session) -> int:
    """The number of entries committed; refuses ``LedgerBroken`` when the store does not know it."""
    value = session.connection().execute(_HEAD).scalar_one_or_none()
    if value is None:
        raise LedgerBroken()
    return value


def sound_head(session: Session) -> int:
    """The number of entries, once the newest publication is found at the head and under its name key.

    A check against a head that was set back, a list that was cut off, or names that are no longer keyed as here would
    answer that there is no record. Refuses ``LedgerBroken`` and ``StoreUnavailable``.
    """
    row = session.connection().execute(_SOUND_HEAD).tuples().one_or_none()
    published, entry, name, key, value = row or (None, None, None, None, None)
    if value is None or published != (entry or 0):
        raise LedgerBroken()
    if name is not None and key not in (name_key.key(name), name_key.former_key(name)):
        raise StoreUnavailable()
    return value


def committed_rows(session: Session) -> int:
    """The number of the last row commitment that the ledger commits to; 0 before the first."""
    statement = select(func.coalesce(func.max(LedgerEntry.revision), 0)).where(LedgerEntry.record == ROW_STATE)
    return session.execute(statement).scalar_one()


def entries(session: Session, *, after: int, limit: int) -> list[LedgerEntry]:
    """At most ``limit`` entries with a number above ``after``, in order."""
    statement = select(LedgerEntry).where(LedgerEntry.number > after, LedgerEntry.number <= after + limit)
    return list(session.scalars(statement.order_by(LedgerEntry.number)))


def about(session: Session, records: Collection[str], after: int, upto: int) -> list[LedgerEntry]:
    """The entries of these records with a number in (``after``, ``upto``], in order."""
    statement = select(LedgerEntry).where(
        any_of(LedgerEntry.record, texts("records")), LedgerEntry.number > after, LedgerEntry.number <= upto
    )
    return sorted(session.scalars(statement, {"records": records}), key=lambda entry: entry.number)


def last_checkpoint(session: Session) -> Checkpoint | None:
    """The newest signed head."""
    row = session.connection().execute(_LAST_CHECKPOINT).mappings().first()
    return Checkpoint(**row) if row else None


def checkpoints(session: Session) -> list[Checkpoint]:
    """Every signed head, smallest first."""
    return list(session.scalars(select(Checkpoint).order_by(Checkpoint.size)))


def nodes(session: Session) -> Callable[[int, int], bytes]:
    """A look-up function for Merkle nodes: level 0 are the leaves (position 0 is entry 1), the others are stored."""

    def node(level: int, position: int) -> bytes:
        if level == 0:
            statement = select(LedgerEntry.leaf).where(LedgerEntry.number == position + 1)
        else:
            statement = select(LedgerNode.hash).where(LedgerNode.level == level, LedgerNode.position == position)
        value = session.execute(statement).scalar_one_or_none()
        if value is None:
            raise NotSealed(f"node {level}/{position}")
        return value

    return node


def leaves(session: Session, size: int) -> list[bytes]:
    """The stored leaves of the first ``size`` entries."""
    statement = select(LedgerEntry.leaf).where(LedgerEntry.number <= size).order_by(LedgerEntry.number)
    return list(session.scalars(statement))


def recomputed_leaf(entry: LedgerEntry) -> bytes:
    """The leaf of an entry, computed again from what it says; refuses ``LedgerBroken`` when the stored one differs."""
    leaf = Leaf(entry.record, entry.revision, entry.act, entry.commitment)
    if leaf_hash(entry.number, leaf, entry.day) != entry.leaf:
        raise LedgerBroken(f"entry {entry.number}")
    return entry.leaf


def root(session: Session, size: int, sealed: int) -> bytes | None:
    """The Merkle root of the first ``size`` entries. The first ``sealed`` are under a signed head; the leaves of the
    others are computed again.

    None when more than ``TAIL_MAX`` are not sealed (the sealing has stopped). Refuses ``LedgerBroken``.
    """
    if size - sealed > TAIL_MAX:
        return None
    stored = _load_peaks(session, min(size, sealed))
    if size <= sealed:
        return merkle.root_at(size, stored)
    tail = [recomputed_leaf(entry) for entry in entries(session, after=sealed, limit=size - sealed)]
    fresh = {(0, sealed + place): leaf for place, leaf in enumerate(tail)}
    fresh |= {(level, place): value for level, place, value in merkle.grow(stored, sealed, tail)}
    return merkle.root_at(size, lambda level, place: fresh.get((level, place)) or stored(level, place))


def _load_peaks(session: Session, size: int) -> merkle.Nodes:
    """A look-up function for the few nodes that cover the first ``size`` entries, all read at once."""
    wanted = [peak for peak in merkle.peaks(size) if peak[0] > 0]
    place = tuple_(LedgerNode.level, LedgerNode.position)
    rows = session.execute(select(LedgerNode).where(place.in_(wanted))).scalars() if wanted else ()
    stored = {(row.level, row.position): row.hash for row in rows}
    others = nodes(session)
    return lambda level, position: stored.get((level, position)) or others(level, position)


def tile(session: Session, wanted: Tile) -> bytes:
    """The hashes of a tile of the signed tree; refuses ``NotSealed`` beyond the signed head."""
    if not wanted.exists_at(sealed_size(session)):
        raise NotSealed()
    level, first = next(wanted.nodes())
    if level == 0:
        stored = select(LedgerEntry.leaf).where(LedgerEntry.number > first, LedgerEntry.number <= first + wanted.width)
        hashes = session.scalars(stored.order_by(LedgerEntry.number)).all()
    else:
        span = (LedgerNode.position >= first, LedgerNode.position < first + wanted.width)
        nodes_in_span = select(LedgerNode.hash).where(LedgerNode.level == level, *span)
        hashes = session.scalars(nodes_in_span.order_by(LedgerNode.position)).all()
    if len(hashes) != wanted.width:
        raise LedgerBroken(f"tile {wanted.path}")
    return b"".join(hashes)


def cover(session: Session, entry: int, ring: Keyring) -> tuple[str, list[bytes]]:
    """The newest checkpoint signed by a key that is not revoked, with its cosignatures, and the consistency proof from
    ``entry`` entries; the newest that enough witnesses cosigned, where one reaches that far.

    Refuses ``NotSealed``.
    """
    later = [checkpoint for checkpoint in reversed(checkpoints(session)) if checkpoint.size >= entry]
    cosigned = witness_list.cosigned_sizes(session, ring.policy) if ring.policy else frozenset()
    preferred = [checkpoint for checkpoint in later if (checkpoint.size, checkpoint.origin) in cosigned]
    for checkpoint in (*preferred, *later):
        if _is_good(checkpoint, ring):
            path = merkle.consistency_proof(entry, checkpoint.size, nodes(session))
            return witness_list.cosigned_note(session, checkpoint), path
    raise NotSealed()


def _is_good(checkpoint: Checkpoint, ring: Keyring) -> bool:
    try:
        ring.open_note(checkpoint.note, verify, good_only=True)
    except NoteRefused:
        return False
    return True


def sealed_size(session: Session) -> int:
    """The size of the newest signed head; proofs reach no further."""
    return session.execute(select(func.coalesce(func.max(Checkpoint.size), 0))).scalar_one()


def inclusion(session: Session, entry: int, size: int) -> list[bytes]:
    """The proof that ``entry`` is in the tree of ``size`` entries; refuses ``NotSealed`` beyond the sealed size."""
    if not 1 <= entry <= size <= sealed_size(session):
        raise NotSealed()
    return merkle.inclusion_proof(entry - 1, size, nodes(session))


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """The proof that the tree of ``old`` entries is a prefix of that of ``new``; refuses ``NotSealed``."""
    if not 1 <= old <= new <= sealed_size(session):
        raise NotSealed()
    return merkle.consistency_proof(old, new, nodes(session))
